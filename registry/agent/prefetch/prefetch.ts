import type { Agent, Prefetch } from '../core/agent.ts';
import { runWithDeadline } from '../core/deadline.ts';
import { oneLine } from '../core/errors.ts';
import type { Event, NewEvent } from '../core/event.ts';
import type { Thread } from '../core/store.ts';
import { viewThread, type ThreadView } from '../core/thread-view.ts';

/** Fetches a value that the model would have to ask for. */
export type Prefetcher<T = unknown> = {
  /** Resolves to JSON. It must only read: it can run twice, for example after a crash. */
  run(this: void, thread: ThreadView, signal: AbortSignal): Promise<T>;
  readonly timeoutMs: number;
  /** The value if `run` throws, or does not end in time. */
  readonly fallback: NoInfer<T> | ((error: unknown) => NoInfer<T>);
};

/** Defines a prefetcher. The compiler checks that its fallback has the type of its value. */
export function prefetcher<T>(definition: Prefetcher<T>): Prefetcher {
  return definition;
}

/**
 * Fetches what a thread lacks before its first step: all values at once, each with an event, in the
 * order of the table.
 */
export function prefetch(prefetchers: Readonly<Record<string, Prefetcher>>): Prefetch {
  /** By the first event of the thread: the loop takes one value a turn. */
  const started = new WeakMap<Event, Values>();
  return async (agent, thread) => {
    const { events } = thread;
    const [first] = events;
    if (!first || events.some(({ type }) => type === 'tool_call')) return undefined;
    const missing = Object.entries(prefetchers).filter(([name]) => !hasValue(events, name));
    const [next] = missing;
    if (!next) return undefined;
    const values = started.get(first) ?? fetchAll(agent, thread, missing);
    started.set(first, values);
    return await values.get(next[0]);
  };
}

type Entry = readonly [name: string, prefetcher: Prefetcher];
type Values = ReadonlyMap<string, Promise<NewEvent>>;

function hasValue(events: readonly Event[], name: string): boolean {
  return events.some((event) => event.type === 'prefetched' && event.name === name);
}

function fetchAll(agent: Agent, thread: Thread, entries: readonly Entry[]): Values {
  return new Map(entries.map((entry) => [entry[0], fetchValue(agent, thread, entry)]));
}

/** Never rejects: a thread does not wait for a value that cannot be had. */
async function fetchValue(agent: Agent, thread: Thread, entry: Entry): Promise<NewEvent> {
  const [name, { run, timeoutMs, fallback }] = entry;
  const isObsolete = ({ state }: Thread) => state.status === 'cancelled';
  const view = viewThread(thread, agent.now());
  try {
    const limits = { timeoutMs, isObsolete };
    const result = await runWithDeadline(agent.store, thread, limits, (signal) =>
      run(view, signal),
    );
    return { type: 'prefetched', name, result };
  } catch (error) {
    return { type: 'prefetched', name, result: valueInstead(fallback, error) };
  }
}

function valueInstead(fallback: unknown, error: unknown): unknown {
  if (!isFunction(fallback)) return fallback;
  try {
    return fallback(error);
  } catch {
    return `failed: ${oneLine(error)}`;
  }
}

const isFunction = (value: unknown): value is (error: unknown) => unknown =>
  typeof value === 'function';
