import type { RunnerHost, TriggerHost } from '../core/agent.ts';
import { listAll } from '../core/store.ts';
import { idleThreads } from '../worker/due-threads.ts';
import { logErrors } from './log-errors.ts';

const PAGE = 500;

/**
 * Returns the search that one process makes for all that share an engine: it wakes the threads that
 * are due. One in which nothing happens is woken less and less often.
 */
export function dueSearch(host: RunnerHost, wake: TriggerHost['wake']) {
  const { agent, signal } = host;
  const idle = idleThreads();
  const onError = logErrors(host, 'The due threads cannot be listed');

  async function search(): Promise<void> {
    const dueBefore = new Date(agent.now()).toISOString();
    idle.startSearch();
    for await (const { id, owner, version } of listAll(agent.store, { dueBefore, limit: PAGE })) {
      if (signal.aborted) return;
      if (idle.mayTry(id, version)) wake(id, owner);
    }
  }
  return async () => await search().catch(onError);
}
