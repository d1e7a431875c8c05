import type { Store, Thread } from '../core/store.ts';
import type { Screen } from '../screen/screen.ts';

/** A person at a screen with an agent. */
export type Terminal = { readonly backend: Backend; readonly screen: Screen };

/**
 * An agent in this process or on a server. Requests are made in the name of the
 * person at the terminal. They throw Refused if they cannot be met.
 */
export type Backend = {
  /** Lines to print before a first message. */
  readonly introduction: readonly string[];
  /** Whether threads go on without this process. */
  readonly goesOn: boolean;
  /** The time in ms since 1970. */
  now(): number;
  /** @throws Refused if the model lacks a setting that this process needs */
  assertReady(): void;
  list(): Promise<ListedThread[]>;
  /** Prints nothing. An unknown thread has no events. */
  load(id: string): Promise<Thread>;
  start(text: string): Promise<{ readonly id: string }>;
  say(id: string, text: string): Promise<unknown>;
  approve(call_id: string, decision: Decision): Promise<unknown>;
  answer(call_id: string, text: string): Promise<unknown>;
  cancel(id: string, reason?: string): Promise<unknown>;
  /** Runs a thread until a person has to act. Prints each new event. */
  advance(id: string): Promise<Thread>;
  /** The thread now, and after each change. Prints events of other processes. */
  follow(id: string): AsyncIterable<Thread>;
  /** Resolves once the thread has more events, or `signal` fires. */
  moved(thread: Thread, signal: AbortSignal): Promise<unknown>;
  /** A server does not have the rest. */
  readonly store?: Store;
  /** The exact text that the model would get now. */
  contextText?(thread: Thread): string;
  /** The exact request that the model would get now, as JSON. */
  requestText?(thread: Thread): string;
};

type Decision = { readonly approved: boolean; readonly comment?: string };

/** A thread in a list. Of a damaged one only the first events can be read. */
export type ListedThread = Thread & { readonly isDamaged?: boolean };

/** Makes a backend that prints on a screen. */
export type Connect = (screen: Screen) => Backend;
