import type { Agent } from '../core/agent.ts';
import type { Step } from '../core/event.ts';
import type { Decision } from '../core/people.ts';
import type { Query, Thread, ThreadInfo } from '../core/store.ts';
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
  /** The time in ms since 1970. */
  now: () => number;
  /** @throws Refused if the model lacks a setting that this process needs */
  assertReady: () => void;
  /** A page of threads by ascending id. */
  list: (query: Query) => Promise<readonly ThreadInfo[]>;
  /** Prints nothing. An unknown thread has no events, or is refused. */
  load: (id: string) => Promise<Thread>;
  /** `agent` is a name in `agents` of agent.ts. */
  start: (text: string, agent?: string) => Promise<{ readonly id: string }>;
  say: (id: string, text: string) => Promise<unknown>;
  approve: (call_id: string, decision: Omit<Decision, 'by'>) => Promise<unknown>;
  edit: (call_id: string, step: Step) => Promise<unknown>;
  answer: (call_id: string, text: string) => Promise<unknown>;
  cancel: (id: string, reason?: string) => Promise<unknown>;
  /** Runs a thread until a person has to act. Prints each new event. */
  advance: (id: string) => Promise<Thread>;
  /** The thread now, and after each change. Prints events of other processes. */
  follow: (id: string) => AsyncIterable<Thread>;
  /** Resolves once the thread has more events, or `signal` fires. */
  moved: (thread: Thread, signal: AbortSignal) => Promise<unknown>;
  /** A server does these. Elsewhere their command does them with `agent`, for the person `by`. */
  fork?: (id: string, version?: number) => Promise<{ readonly id: string }>;
  lift?: (id: string) => Promise<unknown>;
  /** The agent, unless it is on a server, where threads go on by themselves. */
  readonly agent?: Agent;
  readonly by?: string;
};

/** Makes a backend that prints on a screen. */
export type Connect = (screen: Screen) => Backend;

/** An entry of commands.ts: a command, or one with a flag of its own. */
export type Command = {
  /** As typed: `<thread>` and `"text"` are required, `["text"]` is not. */
  readonly usage: string;
  /** A line of help. */
  readonly about: string;
  /** Whether `--json` goes with it. */
  readonly json?: true;
  /** Whether its output is meant for a file or another program. */
  readonly piped?: true;
  run: (terminal: Terminal, given: Arguments) => Promise<void>;
};

/** The arguments of a command. What its usage does not have is empty. */
export type Arguments = {
  /** A thread or a call. */
  readonly id: string;
  readonly text: string;
  /** Print one JSON document and nothing else. */
  readonly json: boolean;
};

/** The flag `--url`, which connects commands to an agent on a server. */
export type ServerFlag = {
  readonly usage: string;
  readonly about: string;
  /** `source` names the flag or variable with the url. @throws Refused */
  connect: (url: string, source: string) => Connect;
};

/** The entries of commands.ts, by any name. */
export type Commands = Readonly<Record<string, Command | ServerFlag>>;
