import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss, type Job } from 'pg-boss';
import type { Runner, RunnerHost } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import { advanceWoken, type Wake } from './advance-woken.ts';
import { dueSearch } from './due-search.ts';
import { logErrors } from './log-errors.ts';
import { logRuns } from './log-runs.ts';
import { wakeSender } from './wake-sender.ts';

const [THREADS, SEARCH] = ['threads', 'due-threads'];

/** One job of a thread waits, and one runs. Only the heartbeat tells that a process has died. */
const threadQueue = {
  policy: 'stately',
  notify: false,
  heartbeatSeconds: 30,
  expireInSeconds: 23 * 3_600,
  retryLimit: 1_000_000,
  deleteAfterSeconds: 3_600,
} as const;
const searchQueue = { ...threadQueue, expireInSeconds: 600 } as const;

/** A connection that is silent for 10 s is replaced. */
const silence = { keepAlive: true, query_timeout: 10_000 };
const HEARTBEAT_MS = 10_000;
/** ms before an engine that is away is tried again. */
const RETRY_MS = 1_000;
/** ms between two looks for jobs, if no wake was sent here and no job has ended here. */
const POLL_MS = 500;
/** ms between two searches for due threads, of all processes together. */
const SEARCH_MS = 5_000;

export type PgBossOptions = {
  /** `DATABASE_URL` by default. */
  readonly url?: string | undefined;
  /** The schema of the queue. Give each agent one of its own. */
  readonly schema?: string;
  /** About how many threads of one owner all processes together advance at the same time. */
  readonly perOwner?: number;
};

/**
 * Has pg-boss spread threads over any number of processes: each thread runs in one process at a
 * time. Creates its tables on first use.
 * @throws Refused without a `url`
 */
export function pgBossRunner({
  url = process.env['DATABASE_URL']?.trim(),
  schema = 'agent_jobs',
  perOwner,
}: PgBossOptions = {}): Runner {
  if (!url) throw new Refused('Set DATABASE_URL in .env: the queue of threads needs it.');
  return (host) => {
    const boss = new PgBoss({
      ...silence,
      connectionString: url,
      schema,
      superviseIntervalSeconds: 10,
      monitorIntervalSeconds: 10,
    });
    return openRunner(boss, perOwner, logRuns(host));
  };
}

function openRunner(boss: PgBoss, perOwner: number | undefined, host: RunnerHost) {
  const { atOnce, everyMs = SEARCH_MS, signal } = host;
  const isSearching = atOnce > 0 && everyMs < Infinity;
  const running = new Map<string, { readonly job: Job<Wake>; readonly end: Promise<void> }>();
  let lookNow: () => void = () => undefined;
  const onError = logErrors(host, 'pg-boss has an error');
  // Not all compilers see that it is one.
  const emitter: unknown = boss;
  // It adds the names of its queue and its worker to the same error.
  const onEmitted = ({ message }: Error) => onError(message.replace(/ \(Queue: .*\)$/, ''));
  if (emitter instanceof EventEmitter) emitter.on('error', onEmitted);
  const started = retry(start);
  const { wake, flush } = wakeSender(async (wakes) => {
    await started;
    await boss.insert(
      THREADS,
      wakes.map((data) => ({ data, ...optionsFor(data) })),
    );
    lookNow();
  }, host);
  const wakeDue = dueSearch(host, wake);
  const working = started.then(work).catch(onError);

  /** Tries until it succeeds: the engine may be away. @throws once the process stops */
  async function retry<T>(request: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await request();
      } catch (error) {
        if (signal.aborted) throw error;
        onError(error);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async function start(): Promise<void> {
    await boss.start();
    await boss.createQueue(THREADS, threadQueue);
    await boss.createQueue(SEARCH, searchQueue);
    if (isSearching) await boss.send(SEARCH, null, { singletonKey: SEARCH });
  }

  async function work(): Promise<void> {
    if (isSearching) await boss.work(SEARCH, { pollingIntervalSeconds: 1 }, search);
    if (atOnce > 0) await takeJobs();
  }

  /** One process at a time wakes due threads, and says when the next search is. */
  async function search(): Promise<void> {
    await wakeDue();
    const next = { singletonKey: SEARCH, startAfter: everyMs / 1_000 };
    await retry(() => boss.send(SEARCH, null, next));
  }

  async function takeJobs(): Promise<void> {
    const heartbeat = setInterval(() => void touch(), HEARTBEAT_MS);
    while (!signal.aborted) {
      const looked = new Promise<void>((resolve) => (lookNow = resolve));
      const jobs = await fetchJobs().catch(noJobs);
      for (const job of jobs) running.set(job.id, { job, end: run(job) });
      const mayBeMore = jobs.length > 0 && running.size < atOnce;
      if (!mayBeMore) await Promise.race([looked, sleep(POLL_MS)]);
    }
    await Promise.all([...running.values()].map(({ end }) => end));
    clearInterval(heartbeat);
  }

  function noJobs(error: unknown): Job<Wake>[] {
    onError(error);
    return [];
  }

  /** Owners of whom nothing runs here come first. */
  async function fetchJobs(): Promise<Job<Wake>[]> {
    const batchSize = atOnce - running.size;
    if (batchSize === 0) return [];
    const limit = perOwner === undefined ? {} : { groupConcurrency: perOwner };
    const options = { batchSize, ...limit };
    const ignoreGroups = [...running.values()].flatMap(({ job }) => job.data.owner ?? []);
    const others = await boss.fetch<Wake>(THREADS, { ...options, ignoreGroups });
    if (others.length > 0 || ignoreGroups.length === 0) return others;
    return await boss.fetch<Wake>(THREADS, options);
  }

  async function touch(): Promise<void> {
    const jobs = [...running.values()].map(({ job }) => job);
    if (jobs.length > 0) await boss.touch(THREADS, jobs).catch(onError);
  }

  /** A job that cannot be ended has no heartbeat from then on: another process takes it. */
  async function run(job: Job<Wake>): Promise<void> {
    try {
      await advanceWoken(job.data, host, wakeAgain);
      await retry(() => boss.complete(THREADS, job));
    } catch (error) {
      onError(error);
    } finally {
      running.delete(job.id);
      lookNow();
    }
  }

  /** Later, with a key of its own: a wake that comes meanwhile does not wait for it. */
  async function wakeAgain(data: Wake, ms: number): Promise<void> {
    const options = optionsFor(data);
    const later = { ...options, singletonKey: `${data.id} again`, startAfter: ms / 1_000 };
    await retry(() => boss.send(THREADS, data, ms === 0 ? options : later));
  }

  return {
    wake,
    running: () => [...running.values()].map(({ job }) => job.data.id),
    async stop() {
      lookNow();
      await working;
      await flush();
      await boss.stop({ graceful: false });
    },
  };
}

function optionsFor({ id, owner }: Wake) {
  const group = owner === undefined ? {} : { group: { id: owner } };
  return { singletonKey: id, ...group };
}
