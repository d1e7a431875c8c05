import type { RunnerHost } from '../core/agent.ts';
import { listAll, type ThreadInfo } from '../core/store.ts';
import { idleThreads } from '../worker/due-threads.ts';
import { logErrors } from './log-errors.ts';

const PAGE = 5_000;

/**
 * Returns the search that one process makes for all that share an engine: it wakes the threads that
 * are due. One in which nothing happens is woken less and less often.
 */
export function dueSearch(
  host: RunnerHost,
  wake: (id: string, owner: string | undefined, thread: ThreadInfo) => void,
) {
  const { agent, signal } = host;
  const idle = idleThreads();
  const onError = logErrors(host, 'The due threads cannot be listed');

  async function search(): Promise<void> {
    const dueBefore = new Date(agent.now()).toISOString();
    idle.startSearch();
    for await (const thread of listAll(agent.store, { dueBefore, limit: PAGE })) {
      if (signal.aborted) return;
      if (idle.mayTry(thread.id, thread.version)) wake(thread.id, thread.owner, thread);
    }
  }
  return async () => await search().catch(onError);
}
