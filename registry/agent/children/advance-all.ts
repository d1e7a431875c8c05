import type { Agent } from '../core/agent.ts';
import { advance } from '../core/loop.ts';
import { load, type Thread } from '../core/store.ts';
import { openChildren } from './family.ts';

/**
 * Advances a thread and, as a worker would, its children and the parents that they report to. No
 * thread is advanced twice at the same time.
 * @returns the thread, once all of them wait or have ended
 */
export async function advanceAll(agent: Agent, id: string): Promise<Thread> {
  /** The last job of each thread: it starts after the one before. */
  const jobs = new Map<string, Promise<void>>();
  const wake = (next: string) => {
    const before = jobs.get(next) ?? Promise.resolve();
    const job = before.then(() => run(next));
    // It is looked at once those that began earlier have ended.
    job.catch(() => undefined);
    jobs.set(next, job);
  };
  const run = async (next: string) => {
    const thread = await advance({ ...agent, wake }, next);
    for (const child of openChildren(thread)) if (!jobs.has(child)) wake(child);
  };
  wake(id);
  await allOf(jobs);
  return await load(agent.store, id);
}

/** Resolves when no job is left. Jobs can start others. One that fails stops none of them. */
async function allOf(jobs: ReadonlyMap<string, Promise<void>>): Promise<void> {
  let failed: PromiseRejectedResult | undefined;
  for (;;) {
    const now = [...jobs.values()];
    const ends = await Promise.allSettled(now);
    failed ??= ends.find((end) => end.status === 'rejected');
    if ([...jobs.values()].every((job) => now.includes(job))) break;
  }
  if (failed) throw failed.reason;
}
