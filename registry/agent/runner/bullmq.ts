import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker, type JobsOptions } from 'bullmq';
import type { Runner, RunnerHost } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { advanceWoken, type Wake } from './advance-woken.ts';
import { dueSearch } from './due-search.ts';
import { logErrors } from './log-errors.ts';
import { logRuns } from './log-runs.ts';
import { wakeSender } from './wake-sender.ts';

const [THREADS, SEARCH] = ['threads', 'due-threads'];
/** ms between two searches for due threads, of all processes together. */
const SEARCH_MS = 5_000;
/** ms of silence after which a connection is replaced. */
const SILENT_MS = 10_000;
/** ms before an engine that is away is tried again. */
const RETRY_MS = 1_000;
/** Searches after which Redis is given their schedule again. */
const SEARCHES = 10;
/** ms that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;
/** ms between two looks whether threads still run. */
const LOOK_MS = 50;
/** ms that connections get to close. */
const CLOSE_MS = 2_000;
/** The last place in the queue that BullMQ knows. */
const LAST_TURN = 2_097_152;

/** Nothing ends a job but its handler: a process that dies leaves it to another one. */
const workerOptions = {
  maxStalledCount: 1_000_000,
  lockDuration: 30_000,
  stalledInterval: 15_000,
  runRetryDelay: RETRY_MS,
};
const jobOptions: JobsOptions = {
  attempts: 1_000_000,
  backoff: { type: 'fixed', delay: RETRY_MS },
  removeOnComplete: true,
  removeOnFail: true,
};

export type BullMqOptions = {
  /** `REDIS_URL` by default. */
  readonly url?: string | undefined;
  /** The start of each key in Redis. Give each agent one of its own. */
  readonly prefix?: string;
  /** Threads that all processes together may advance at the same time. */
  readonly overall?: number;
};

/**
 * Has BullMQ spread threads over any number of processes: each thread runs in one process at a
 * time, and owners take turns.
 * @throws Refused without a `url`
 */
export function bullMqRunner({
  url = process.env['REDIS_URL']?.trim(),
  prefix = 'agent-jobs',
  overall,
}: BullMqOptions = {}): Runner {
  if (!url) throw new Refused('Set REDIS_URL in .env: the queue of threads needs it.');
  return (host) => openRunner({ url, prefix }, overall, logRuns(host));
}

type Place = { readonly url: string; readonly prefix: string };

function openRunner({ url, prefix }: Place, overall: number | undefined, host: RunnerHost) {
  const { atOnce, everyMs = SEARCH_MS, signal } = host;
  const running = new Map<string, string>();
  const logError = logErrors(host, 'BullMQ has an error');
  // After an outage it has the same error for each job, of which another process has the lock.
  const onError = (error: unknown) => logError(oneLine(error).replace(/for job .*/, 'for a job'));
  let isEnding = false;
  // Without Redis, a connection that is tried again and again never closes.
  const connection = {
    url,
    socketTimeout: SILENT_MS,
    retryStrategy: () => (isEnding ? null : RETRY_MS),
  };
  // A wake that Redis does not take is kept by the sender, and not by the connection.
  const sending = { connection: { ...connection, maxRetriesPerRequest: 0 }, prefix };
  const threads = new Queue<Wake>(THREADS, sending).on('error', onError);
  const searches = new Queue(SEARCH, sending).on('error', onError);
  const places = fairPlaces();
  const { wake, flush } = wakeSender(async (wakes) => {
    const [next] = await threads.getPrioritized(0, 0);
    places.serve(next?.priority);
    await threads.addBulk(wakes.map((data) => jobFor(data, places.next(data.owner))));
  }, host);
  const workers = atOnce === 0 ? [] : startWorkers();

  function startWorkers() {
    void configure();
    const taking = { ...connection, maxRetriesPerRequest: null };
    const options = { connection: taking, prefix, ...workerOptions };
    const advancing = new Worker<Wake>(
      THREADS,
      async ({ id = '', data }) => {
        running.set(id, data.id);
        await advanceWoken(data, host, wakeAgain).finally(() => running.delete(id));
      },
      { ...options, concurrency: atOnce },
    );
    const searching = new Worker(SEARCH, dueSearch(host, wake), options);
    return [advancing.on('error', onError), searching.on('error', onError)];
  }

  /** Repeated, because Redis can lose what it had. */
  async function configure(): Promise<void> {
    let nextMs = Math.min(SEARCHES * everyMs, LONGEST_MS);
    try {
      await searches.setGlobalConcurrency(1);
      if (everyMs < Infinity) await searches.upsertJobScheduler(SEARCH, { every: everyMs }, search);
      if (overall === undefined) await threads.removeGlobalConcurrency();
      else await threads.setGlobalConcurrency(overall);
    } catch (error) {
      onError(error);
      nextMs = RETRY_MS;
    }
    if (!signal.aborted) setTimeout(() => void configure(), nextMs).unref();
  }

  /** Later, with a key of its own: a wake that comes meanwhile does not wait for it. */
  async function wakeAgain(data: Wake, delay: number): Promise<void> {
    const { name, opts } = jobFor(data, places.next(data.owner));
    const again = { id: `${data.id} again`, keepLastIfActive: true };
    const later = { ...opts, delay, deduplication: again };
    await threads.add(name, data, delay === 0 ? opts : later);
  }

  return {
    wake,
    running: () => [...running.values()],
    async stop() {
      const closed = workers.map((worker) => worker.close());
      while (running.size > 0) await sleep(LOOK_MS);
      await flush();
      isEnding = true;
      const ends = [...closed, threads.close(), searches.close()];
      await Promise.race([Promise.allSettled(ends), sleep(CLOSE_MS)]);
    },
  };
}

const search = { opts: jobOptions };

/** While a thread runs, BullMQ keeps one more job of it for afterwards. */
function jobFor(data: Wake, priority: number) {
  const deduplication = { id: data.id, keepLastIfActive: true };
  const opts: JobsOptions = { ...jobOptions, priority, deduplication };
  return { name: THREADS, data, opts };
}

/** Gives places in the queue: an owner with many threads does not hold up the others. */
function fairPlaces() {
  let served = 0;
  const last = new Map<string, number>();
  return {
    /** Says who is next. Without one, the queue is empty. */
    serve(turn: number | undefined): void {
      served = turn ?? 0;
      for (const [owner, given] of last)
        if (turn === undefined || given <= served) last.delete(owner);
    },
    next(owner = ''): number {
      const turn = Math.min(Math.max(served, last.get(owner) ?? 0) + 1, LAST_TURN);
      last.set(owner, turn);
      return turn;
    },
  };
}
