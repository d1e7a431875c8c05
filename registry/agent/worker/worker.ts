import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent, Children, OpenTrigger, TriggerHost } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';
import type { Step } from '../core/event.ts';
import type { Store } from '../core/store.ts';
import { draftListener } from '../drafts/draft-listener.ts';
import { shareDrafts } from '../drafts/shared-drafts.ts';
import { advanceThread } from './advance-thread.ts';
import { backoff, type Backoff } from './backoff.ts';
import { jobQueue } from './job-queue.ts';
import { localRunner } from './local-runner.ts';
import { loggingStore } from './log-events.ts';
import { logToStderr, safeLog, type Log } from './log.ts';
import { openTriggers } from './open-triggers.ts';
import { finishingStore, releasingStore, WorkerStopping } from './releasing-store.ts';
import { retryingStore } from './retrying-store.ts';

/** ms that running threads get to stop. */
const DEADLINE_MS = 8_000;

export type WorkerOptions = {
  /** ms between two searches for due threads, if not those of the runner; `Infinity` for none. */
  readonly everyMs?: number;
  /** ms before a thread that failed is tried again: twice as many each time, up to 5 minutes. */
  readonly retryMs?: number;
  /** The number of threads to advance at the same time. */
  readonly atOnce?: number;
  /** Gets a line for each step, wait and failure. The default writes to stderr. */
  readonly log?: Log;
};

export type Worker = {
  /** The open triggers of the agent, by path. */
  readonly triggers: ReadonlyMap<string, OpenTrigger>;
  /** Advances a thread soon, and never twice at the same time. Owners take turns. */
  advance: (id: string, owner?: string) => void;
  /**
   * Starts nothing new, and saves the outcome of what is running.
   * @returns the threads that are still running after `deadlineMs`
   */
  stop: (deadlineMs?: number) => Promise<string[]>;
};

/**
 * Advances the threads that it is given and all threads that are due: those of a process that
 * died, and those whose request has expired. Any number of workers may share a store.
 */
export function startWorker<S extends Step>(agent: Agent<S>, options: WorkerOptions = {}): Worker {
  const log = logOf(options);
  const store = loggingStore(agent.store, log);
  const stopping = new AbortController();
  const listenerFor = sharingListener(agent, stopping.signal);
  const run = () => runWorker({ ...agent, store, listenerFor }, { ...options, log });
  const worker = orAbort(stopping, run);
  return {
    ...worker,
    stop(deadlineMs) {
      stopping.abort();
      return worker.stop(deadlineMs);
    },
  };
}

/** Ends what listens to the signal if `start` throws. */
export function orAbort<T>(stopping: AbortController, start: () => T): T {
  try {
    return start();
  } catch (error) {
    stopping.abort();
    throw error;
  }
}

/** Sends what the model writes to the servers whose clients listen, if the store can carry it. */
function sharingListener(agent: Agent, signal: AbortSignal): Agent['listenerFor'] {
  const shared = shareDrafts(agent.store, signal);
  if (!shared) return agent.listenerFor;
  return (thread) => {
    const { id, events } = thread;
    if (!shared.isHeard(id)) return agent.listenerFor?.(thread);
    return draftListener(agent, thread, shared.senderFor(id, events.length));
  };
}

export function logOf({ log }: WorkerOptions): Log {
  return log ? safeLog(log) : logToStderr;
}

/** Starts a worker on a store that logs its events already. */
export function runWorker<S extends Step>(
  agent: Agent<S>,
  options: WorkerOptions & { readonly log: Log } & Pick<TriggerHost, 'api' | 'senderOf'>,
): Worker {
  const { everyMs, retryMs, atOnce = 64, log, api, senderOf } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const saving = retryingStore(agent.store);
  const calls = withCalls(agent, finishingStore(saving, signal, agent));
  // Beside the jobs: a channel that is slow holds up no thread. What was sent is saved also while
  // the worker stops.
  const failedSends = backoff();
  const sends = jobQueue(atOnce, async (id) => {
    const work = () => agent.outbox?.send({ ...agent, store: saving }, id, signal);
    await attempt(work, { id, failures: failedSends, log });
  });
  const tell = (id: string, owner?: string) => {
    if (agent.outbox && atOnce > 0 && failedSends.mayTry(id)) sends.add(id, owner);
  };
  const wake = (id: string, owner?: string) => {
    runner.wake(id, owner);
    tell(id, owner);
  };
  const agentUntil = (release?: AbortSignal) => {
    const until = {
      get aborted() {
        return signal.aborted || release?.aborted === true;
      },
    };
    return { ...agent, ...calls, store: releasingStore(saving, until, agent), wake };
  };
  const advanceOne = advanceThread(agentUntil, log);
  const runner = (agent.runner ?? localRunner)({
    agent,
    advance: (id, ...rest) => advanceOne(id, ...rest).finally(() => tell(id)),
    atOnce,
    everyMs,
    retryMs,
    log,
    signal,
  });
  const triggers = openOrStop();
  if (agent.outbox && everyMs !== Infinity) void tellWaiting(agent.store, tell, signal);

  /** A trigger that refuses leaves nothing running. */
  function openOrStop() {
    try {
      return openTriggers({ agent, wake, log, api, senderOf });
    } catch (error) {
      stopping.abort();
      void runner.stop();
      throw error;
    }
  }

  return {
    triggers,
    advance: wake,
    async stop(deadlineMs = DEADLINE_MS) {
      const stopped = [...triggers.values()].map(({ stop }) => stop?.());
      stopping.abort();
      const ended = Promise.allSettled([...stopped, runner.stop(), sends.close()]);
      await Promise.race([ended, sleep(deadlineMs, undefined, { ref: false })]);
      return runner.running();
    },
  };
}

/** A call that runs saves its parts also while the worker stops. */
function withCalls({ children }: Agent, store: Store): Pick<Agent, 'children'> {
  if (!children) return {};
  const callsFor: Children['callsFor'] = (agent, ...call) =>
    children.callsFor({ ...agent, store }, ...call);
  return { children: { ...children, callsFor } };
}

/** Threads that wait are looked at once: there may be people or channels that are new. */
const MAX_TOLD = 1_000;

async function tellWaiting(
  store: Store,
  tell: (id: string, owner?: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const status of ['waiting_for_approval', 'waiting_for_human'] as const) {
    // A store that is away has no new people, either: threads are still told when they are due.
    const waiting = await store.list({ status, limit: MAX_TOLD }).catch(() => []);
    for (const { id, owner } of signal.aborted ? [] : waiting) tell(id, owner);
  }
}

type Attempt = {
  readonly id: string;
  readonly failures: Backoff;
  readonly log: Log;
};

/** Tells people. An error is logged, and the thread waits before the next attempt. */
async function attempt(
  work: () => Promise<unknown> | undefined,
  { id, failures, log }: Attempt,
): Promise<void> {
  try {
    await work();
    failures.succeeded(id);
  } catch (error) {
    if (error instanceof WorkerStopping) return;
    failures.failed(id);
    const message = `${id} could not tell people`;
    log({ level: 'error', message, error: oneLine(error), thread: id });
  }
}
