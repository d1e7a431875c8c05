import type { Runner } from '../core/agent.ts';
import { StoreAway } from './advance-thread.ts';
import { backoff } from './backoff.ts';
import { pollDueThreads } from './due-threads.ts';
import { jobQueue } from './job-queue.ts';
import { WorkerStopping } from './releasing-store.ts';

const EVERY_MS = 2_000;

/** Advances in this process what it is told to, and what is due. Owners take turns. */
export const localRunner: Runner = ({ agent, advance, log, ...host }) => {
  const { atOnce, everyMs = EVERY_MS, retryMs, signal } = host;
  const failures = backoff(retryMs);
  const jobs = jobQueue(atOnce, async (id) => {
    try {
      await advance(id, failures.countOf(id));
      failures.succeeded(id);
    } catch (error) {
      if (error instanceof StoreAway) failures.waits(id);
      else if (!(error instanceof WorkerStopping)) failures.failed(id);
    }
  });
  void pollDueThreads({ ...agent, jobs, failures, everyMs, signal, log });
  return { wake: jobs.add, stop: jobs.close, running: jobs.running };
};
