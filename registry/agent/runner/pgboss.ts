import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import type { Runner, RunnerHost } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { advanceWoken, type Wake } from './advance-woken.ts';
import { dueSearch } from './due-search.ts';
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
  /** Threads of one owner that all processes together may advance at the same time. */
  readonly perOwner?: number;
};

type Job = { readonly id: string; readonly data: Wake };

/**
 * Has pg-boss spread threads over any number of processes: each thread runs in one process at a
 * time. Creates its tables on first use.
 * @throws Refused without a `url`
 */
export function pgBossRunner({
  url = process.env['DATABASE_URL']?.trim(),
  schema = 'agent_jobs',
  perOwner = 16,
}: PgBossOptions = {}): Runner {
  if (!url) throw new Refused('Set DATABASE_URL in .env: the queue of threads needs it.');
  return (host) => {
    const boss = new PgBoss({
      connectionString: url,
      schema,
      superviseIntervalSeconds: 10,
      monitorIntervalSeconds: 10,
    });
    return openRunner(boss, perOwner, logRuns(host));
  };
}

function openRunner(boss: PgBoss, perOwner: number, host: RunnerHost) {
  const { atOnce, log, signal } = host;
  const running = new Map<string, { readonly id: string; readonly end: Promise<void> }>();
  let look = () => {};
  const onError = (error: unknown) =>
    log({ level: 'warn', message: 'pg-boss has an error', error: oneLine(error) });
  boss.on('error', onError);
  const started = start();
  const { wake, flush } = wakeSender(async (wakes) => {
    await started;
    await boss.insert(THREADS, wakes.map(jobFor));
    look();
  }, host);
  const wakeDue = dueSearch(host, wake);

  async function start(): Promise<void> {
    while (!signal.aborted) {
      try {
        await boss.start();
        await boss.createQueue(THREADS, threadQueue);
        await boss.createQueue(SEARCH, searchQueue);
        if (atOnce > 0) await startWork();
        return;
      } catch (error) {
        onError(error);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async function startWork(): Promise<void> {
    void takeJobs();
    if (host.everyMs === Infinity) return;
    await boss.work(SEARCH, { pollingIntervalSeconds: 1 }, search);
    await boss.send(SEARCH, null, { singletonKey: SEARCH });
  }

  /** One process at a time wakes due threads, and says when the next search is. */
  async function search(): Promise<void> {
    await wakeDue();
    const startAfter = (host.everyMs ?? SEARCH_MS) / 1_000;
    await boss.send(SEARCH, null, { singletonKey: SEARCH, startAfter });
  }

  async function takeJobs(): Promise<void> {
    const heartbeat = setInterval(() => void touch(), HEARTBEAT_MS);
    while (!signal.aborted) {
      const free = atOnce - running.size;
      const options = { batchSize: free, groupConcurrency: perOwner };
      const jobs = free > 0 ? await boss.fetch<Wake>(THREADS, options).catch(() => []) : [];
      for (const job of jobs) running.set(job.id, { id: job.data.id, end: run(job) });
      const mayBeMore = free > 0 && jobs.length === free;
      if (!mayBeMore) await Promise.race([sleep(POLL_MS), new Promise<void>((ok) => (look = ok))]);
    }
    await Promise.allSettled([...running.values()].map(({ end }) => end));
    clearInterval(heartbeat);
  }

  async function touch(): Promise<void> {
    if (running.size > 0) await boss.touch(THREADS, [...running.keys()]).catch(() => undefined);
  }

  async function run({ id: job, data }: Job): Promise<void> {
    try {
      await advanceWoken(data, host, wakeAgain);
      await boss.complete(THREADS, job);
    } catch (error) {
      // Without a heartbeat, another process takes the job.
      const message = `The job of ${data.id} is left to another process`;
      log({ level: 'warn', message, error: oneLine(error) });
    } finally {
      running.delete(job);
      look();
    }
  }

  /** Later, with a key of its own: a wake that comes meanwhile does not wait for it. */
  async function wakeAgain(wake: Wake, ms: number): Promise<void> {
    const job = jobFor(wake);
    const later = { singletonKey: `${wake.id} again`, startAfter: ms / 1_000 };
    await boss.send(THREADS, wake, ms === 0 ? job : { ...job, ...later });
  }

  return {
    wake,
    running: () => [...running.values()].map(({ id }) => id),
    async stop() {
      await Promise.allSettled([flush(), ...[...running.values()].map(({ end }) => end)]);
      await boss.stop({ graceful: false });
    },
  };
}

function jobFor({ id, owner }: Wake) {
  const group = owner === undefined ? {} : { group: { id: owner } };
  return { data: { id, owner }, singletonKey: id, ...group };
}
