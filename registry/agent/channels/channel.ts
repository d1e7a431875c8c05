import type { Step } from '../core/event.ts';

/** A message of an agent to people: a request, how one was answered, or the end of a thread. */
export type Notice = Readonly<{
  /** The id of the delivery, the same on each attempt. */
  id: string;
  /**
   * `approval`, `question` and `handed_over` wait for an answer; `answered` tells who gave it.
   * `ended` and `failed` end the thread.
   */
  kind: 'approval' | 'question' | 'handed_over' | 'answered' | 'ended' | 'failed';
  thread: string;
  /** The call that waits, or did. */
  call_id?: string | undefined;
  /** The place in the channel, as written behind its name in an address. */
  to: string;
  /** The one person who reads there. Without it, others may read along. */
  person?: string | undefined;
  /** The question, the reason, the result, or who answered what. It has no secrets. */
  text: string;
  /**
   * The task of the thread, shortened and without secrets: a line with the person who asked and the
   * text, then a line for each value that came with it.
   */
  about?: string | undefined;
  /** The step to approve. Its texts have no secrets. */
  step?: Step | undefined;
  /** The people who may approve, and how many have to. */
  approvers?: readonly string[] | undefined;
  needed?: number | undefined;
  /** Answers to choose from. */
  choices?: readonly string[] | undefined;
  /** ISO time at which the request expires. */
  due?: string | undefined;
  /** How often the same request was sent to the same place before. */
  reminder: number;
  /** The value that `send` returned for the request, if this is its answer. */
  request?: string | undefined;
  /** A page where `person` can answer. A reader of the link acts as that person. */
  link?: string | undefined;
}>;

/** A way to reach people, under the name that its addresses start with, such as `slack`. */
export type Channel = {
  /**
   * Sends a notice, once: the outbox retries.
   * @returns its id in the channel, if there is one
   * @throws Undeliverable if a repeat cannot help
   */
  send: (notice: Notice, signal: AbortSignal) => Promise<string | undefined>;
  /**
   * Looks for a notice after an attempt whose outcome is unknown. A channel without it may send a
   * notice twice after a crash.
   * @returns its id in the channel if it was sent
   */
  find?: (notice: Notice, signal: AbortSignal) => Promise<string | undefined>;
};

export type Channels = Readonly<Record<string, Channel>>;

/** A failure to send that a repeat cannot change, such as an address that does not exist. */
export class Undeliverable extends Error {}
