import type { Store, Thread } from '../core/store.ts';
import type { Screen } from '../screen/screen.ts';
import type { Listed } from './list.ts';

/**
 * What a terminal needs of an agent, be it in this process or on a server. Requests are made in the name of whoever
 * types; all of them throw a `Refused` if they cannot be met.
 */
export type Backend = {
  /** What to know before a first message, in lines. */
  readonly introduction: readonly string[];
  /** Whether threads go on without this process. */
  readonly goesOn: boolean;
  /** ms since 1970 */
  now(): number;
  /** @throws Refused if the model lacks a setting that this process would need */
  assertReady(): void;
  list(): Promise<Listed[]>;
  /** The thread as it is now, without printing; one without events if there is none. */
  load(id: string): Promise<Thread>;
  start(text: string): Promise<{ readonly id: string }>;
  say(id: string, text: string): Promise<unknown>;
  approve(call_id: string, decision: Decision): Promise<unknown>;
  answer(call_id: string, text: string): Promise<unknown>;
  cancel(id: string, reason?: string): Promise<unknown>;
  /** Moves a thread on, or has the server do it, until somebody has to act. What happens is printed, once. */
  advance(id: string): Promise<Thread>;
  /** The thread now, and again after what others did, which is printed. */
  follow(id: string): AsyncIterable<Thread>;
  /** Resolves once the thread has more events, or `signal` fires. */
  moved(thread: Thread, signal: AbortSignal): Promise<unknown>;
  /** Where all threads are, to move them elsewhere; a server keeps them. */
  readonly store?: Store;
  /** The exact text that the model would get now; a server does not tell. */
  contextText?(thread: Thread): string;
  /** The exact request that the model would get now; a server does not tell. */
  requestText?(thread: Thread): string;
};

export type Decision = { readonly approved: boolean; readonly comment?: string };

/** A backend that prints on this screen. */
export type Connect = (screen: Screen) => Backend;

/** A person at a screen with an agent: what all commands work on. */
export type Terminal = { readonly backend: Backend; readonly screen: Screen };
