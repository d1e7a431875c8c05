import { Queue, Worker, type JobsOptions } from 'bullmq';
import type { Runner, RunnerHost } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { advanceWoken, type Wake } from '../worker/advance-woken.ts';
import { dueSearch } from '../worker/wake-due.ts';
import { wakeSender } from '../worker/wake-sender.ts';

const [THREADS, SEARCH] = ['threads', 'due-threads'];
/** ms between two searches for due threads, of all processes together. */
const SEARCH_MS = 5_000;

/** Nothing ends a job but its handler: a process that dies leaves it to another one. */
const workerOptions = { maxStalledCount: 1_000_000, lockDuration: 30_000, stalledInterval: 15_000 };
const jobOptions = { removeOnComplete: true, removeOnFail: true };

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
 * time.
 * @throws Refused without a `url`
 */
export function bullMqRunner({
  url = process.env['REDIS_URL']?.trim(),
  prefix = 'agent-jobs',
  overall,
}: BullMqOptions = {}): Runner {
  if (!url) throw new Refused('Set REDIS_URL in .env: the queue of threads needs it.');
  return (host) =>
    openRunner({ connection: { url, maxRetriesPerRequest: null }, prefix }, overall, host);
}

type Place = { readonly connection: object; readonly prefix: string };

function openRunner(place: Place, overall: number | undefined, host: RunnerHost) {
  const { advance, atOnce, log, signal } = host;
  const running = new Map<string, string>();
  const onError = (error: unknown) =>
    log({ level: 'warn', message: 'BullMQ has an error', error: oneLine(error) });
  const sending = {
    connection: { ...place.connection, maxRetriesPerRequest: 0 },
    prefix: place.prefix,
  };
  const threads = new Queue<Wake>(THREADS, sending).on('error', onError);
  const searches = new Queue(SEARCH, sending).on('error', onError);
  const { wake, flush } = wakeSender((wakes) => threads.addBulk(wakes.map(jobFor)), {
    log,
    signal,
  });
  const workers = atOnce === 0 ? [] : startWorkers();

  function startWorkers() {
    void prepare();
    const options = { ...place, ...workerOptions };
    const advancing = new Worker<Wake>(
      THREADS,
      async ({ id = '', data }) => {
        running.set(id, data.id);
        await advanceWoken(data, advance, wakeAgain).finally(() => running.delete(id));
      },
      { ...options, concurrency: atOnce },
    );
    return [advancing, new Worker(SEARCH, dueSearch(host, wake), options)].map((one) =>
      one.on('error', onError),
    );
  }

  async function prepare(): Promise<void> {
    const every = host.everyMs ?? SEARCH_MS;
    try {
      await searches.upsertJobScheduler(SEARCH, { every }, { opts: jobOptions });
      if (overall !== undefined) await threads.setGlobalConcurrency(overall);
    } catch (error) {
      onError(error);
      if (!signal.aborted) setTimeout(() => void prepare(), 1_000).unref();
    }
  }

  /** Later, with a key of its own: a wake that comes meanwhile does not wait for it. */
  async function wakeAgain(data: Wake, delay: number): Promise<void> {
    const { name, opts } = jobFor(data);
    const later = { ...opts, delay, deduplication: { id: `${data.id} again` } };
    await threads.add(name, data, delay === 0 ? opts : later);
  }

  return {
    wake,
    running: () => [...running.values()],
    async stop() {
      await flush();
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all([threads.close(), searches.close()]);
    },
  };
}

/** While a thread runs, BullMQ keeps one more job of it for afterwards. */
function jobFor(data: Wake) {
  const deduplication = { id: data.id, keepLastIfActive: true };
  const opts: JobsOptions = { ...jobOptions, deduplication };
  return { name: THREADS, data, opts };
}
