import { Refused } from './errors.ts';
import type { Event, NewEvent, Step } from './event.ts';
import type { Model } from './model.ts';
import type { Policy } from './policy.ts';
import { toJson, type Schedule, type Store, type Thread } from './store.ts';
import { firstMessage } from './thread.ts';
import type { AgentCalls, Tools } from './tool.ts';

/** Everything that the loop needs: it imports no prompt, tool, policy, model or store. */
export type Agent<S extends Step = Step> = {
  readonly prompt: string;
  readonly tools: Tools<S>;
  readonly policy: Policy<S>;
  readonly model: Model;
  /** Further models by name, for `modelFor` in the policy to choose. */
  readonly models?: Readonly<Record<string, Model>>;
  readonly store: Store;
  /** Renders a thread as the blocks of the context window. */
  context: (events: readonly Event[]) => string[];
  /** Milliseconds since 1970. */
  now: () => number;
  /**
   * Returns what gets the next answer of a thread while it arrives, as `onText` does; undefined if
   * no one listens.
   */
  readonly listenerFor?: ((thread: Thread) => ((text: string) => void) | undefined) | undefined;
  /** Comes before the model, which is asked once there is no event left. */
  readonly prefetch?: Prefetch | undefined;
  readonly outbox?: Outbox;
  readonly children?: Children;
  /** Has a worker advance another thread soon. Without one, `advance()` also does its children. */
  wake?: (id: string, owner?: string) => void;
  /** Chooses the process that advances a thread. Without one, each worker advances by itself. */
  readonly runner?: Runner;
  /** Start and continue threads from outside. The key is the path that a server gives to each. */
  readonly triggers?: Readonly<Record<string, Trigger>>;
};

/** Returns the next `prefetched` event that a thread lacks; undefined if it has all. */
export type Prefetch = (agent: Agent, thread: Thread) => Promise<NewEvent | undefined>;

/** Tells people what a thread needs them to know, and saves that they were told. */
export type Outbox = Schedule & {
  /** Sends what is due. Safe to call from any process, at any time. */
  send: (agent: Agent, id: string, signal: AbortSignal) => Promise<void>;
};

/** Threads of other agents, which a thread starts and waits for. `children/` has the code. */
export type Children = Schedule & {
  readonly agents: Readonly<Record<string, SmallAgent>>;
  /** Returns the event by which a thread follows its parent or its children, if there is one. */
  nextEvent: (agent: Agent, thread: Thread) => Promise<NewEvent | undefined>;
  /** Serves the call that runs. */
  callsFor: (agent: Agent, call_id: string) => AgentCalls;
  /** Lists the threads that a thread started and that may not have ended. */
  openChildren: (thread: Thread) => readonly string[];
  /** Says which agents a thread needs that `agents` does not have. */
  problem: (thread: Thread) => string | undefined;
  /** Advances a thread and all that it waits for, in place of a worker. */
  advance: (agent: Agent, id: string) => Promise<Thread>;
};

/** An agent beside the one of `agent.ts`, which lends it all that is missing but `prefetch`. */
export type SmallAgent = Pick<Agent, 'prompt' | 'tools'> &
  Partial<Pick<Agent, 'model' | 'models' | 'context' | 'prefetch'>> & {
    readonly policy: Omit<Policy, 'approvers' | 'groups'>;
    /** Whether people may name it in a message over HTTP. Else only code and the terminal may. */
    readonly isPublic?: boolean;
    /** A whole agent, with a store of its own, is none. */
    readonly store?: never;
  };

/**
 * Returns the agent of a thread: the one that its first message names, else `main` of `agents`,
 * else the one given.
 * @throws Refused for a name that `agents` does not have
 */
export function agentFor<A extends Pick<Agent, 'policy' | 'children'>>(
  agent: A,
  { id, events }: Pick<Thread, 'id' | 'events'>,
): A {
  const { agent: name = 'main' } = firstMessage(events) ?? {};
  const small = new Map(Object.entries(agent.children?.agents ?? {})).get(name);
  if (!small && name === 'main') return agent;
  if (!small) throw new Refused(`agents in agent.ts has no ${name}: ${id} needs it.`);
  const { approvers, groups } = agent.policy;
  const people = groups ? { approvers, groups } : { approvers };
  return { ...agent, prefetch: undefined, ...small, policy: { ...small.policy, ...people } };
}

/**
 * Chooses when threads are advanced, and in which process. A wake is only a hint, and may be lost
 * or doubled: threads that are due are found in the store.
 */
export type Runner = (host: RunnerHost) => OpenRunner;

export type RunnerHost = Pick<TriggerHost, 'agent' | 'log'> & {
  /**
   * Advances a thread that failed so often in a row before, until it waits or `release` fires.
   * @throws why it cannot go on
   */
  advance: (id: string, failures: number, release?: AbortSignal) => Promise<void>;
  /** The threads that this process may advance at the same time: 0 if it only wakes others. */
  readonly atOnce: number;
  /** ms between two searches for due threads, if not those of the runner. */
  readonly everyMs?: number | undefined;
  /** ms before a thread that failed is tried again, if not those of the runner. They double. */
  readonly retryMs?: number | undefined;
  /** Fires when the process begins to stop. */
  readonly signal: AbortSignal;
};

export type OpenRunner = Pick<TriggerHost, 'wake'> & {
  /** Starts no more threads. Resolves when those that run have ended. */
  stop: () => Promise<void>;
  /** The threads that this process advances now. */
  running: () => string[];
};

/** A way in, such as a webhook. It is opened once in each server and each worker. */
export type Trigger = (host: TriggerHost) => OpenTrigger;

/** `wake` lets the worker advance a thread after an event of it was saved. */
export type TriggerHost = {
  readonly agent: Agent;
  wake: (id: string, owner?: string) => void;
  log: (line: { level: 'info' | 'warn' | 'error'; message: string; error?: string }) => void;
  /** Answers a request to the HTTP API, such as to `/threads`. A worker has none. */
  readonly api?: ((request: Request) => Promise<Response>) | undefined;
  /** Returns the sender of a request, or throws what the server answers with 401. */
  readonly senderOf?: ((request: Request) => Promise<Sender>) | undefined;
  /** The key of the trigger in `triggers`, as a URL has it: a space is `%20`. */
  readonly path?: string;
};

type Sender = Readonly<{ name: string; isOperator?: boolean }>;

/** `fetch` answers requests to the trigger's path and below. `page` names what people see there. */
export type OpenTrigger = {
  readonly page?: string;
  fetch?: (request: Request) => Promise<Response>;
  /** Says what keeps it from working, such as a revoked token. */
  problem?: () => string | undefined;
  stop?: () => Promise<void>;
};

/** The latest time whose ISO form still sorts as text. */
const LATEST_MS = Date.UTC(9999, 11, 31);

/** Returns the ISO time `ms` milliseconds from now. */
export function timeIn(ms: number, { now }: Pick<Agent, 'now'>): string {
  return new Date(Math.min(now() + ms, LATEST_MS)).toISOString();
}

/** Gives an event the time at which it is appended. A prefetched result becomes JSON. */
export function stamp(clock: Pick<Agent, 'now'>, event: NewEvent): Event {
  const stamped = { ...event, at: timeIn(0, clock) };
  if (stamped.type !== 'prefetched') return stamped;
  return { ...stamped, result: toJson(stamped.result) };
}

/** Whether the ISO time `due` is over. */
export function isPast(due: string | undefined, { now }: Pick<Agent, 'now'>): boolean {
  return due !== undefined && Date.parse(due) < now();
}

/** Returns the models that the agent and its small agents can ask. */
export function modelsInUse(agent: Agent): readonly Model[] {
  const small = Object.values(agent.children?.agents ?? {}).map((one) => ({ ...agent, ...one }));
  return [agent, ...small].flatMap(({ model, models = {}, policy }) =>
    policy.modelFor ? [model, ...Object.values(models)] : [model],
  );
}

/** Checks that models have their settings. @throws Refused that names the missing variables */
export function assertReady(models: readonly Model[]): void {
  const missing = [...new Set(models.flatMap((model) => model.missing?.() ?? []))].join(' and ');
  if (missing !== '') throw new Refused(`Set ${missing} in .env: the model needs that.`);
}
