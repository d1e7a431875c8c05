import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnerHost } from '../core/agent.ts';
import type { Wake } from './advance-woken.ts';
import { logErrors } from './log-errors.ts';

const BATCH = 500;
/** Wakes that are kept while an engine is away. Other threads are found when they are due. */
const MAX_KEPT = 100_000;
const RETRY_MS = 1_000;
/** ms for the last wakes of a process that stops. */
const FLUSH_MS = 2_000;

/**
 * Sends wakes to an engine, many at once, until they have arrived. While a wake waits, another one
 * of its thread adds nothing.
 */
export function wakeSender(
  send: (wakes: readonly Wake[]) => Promise<unknown>,
  host: Pick<RunnerHost, 'log' | 'signal'>,
) {
  const { signal } = host;
  const kept = new Map<string, string | undefined>();
  let sending: Promise<void> | undefined;
  const onError = logErrors(host, 'Wakes are kept until they can be sent');

  async function sendAll(): Promise<void> {
    while (kept.size > 0) {
      const batch = [...kept].slice(0, BATCH).map(([id, owner]) => ({ id, owner }));
      for (const { id } of batch) kept.delete(id);
      try {
        await send(batch);
      } catch (error) {
        for (const { id, owner } of batch) keep(id, owner);
        if (signal.aborted) return;
        onError(error);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    // At once: a wake that comes later starts another round.
    sending = undefined;
  }

  function keep(id: string, owner: string | undefined): void {
    if (kept.size < MAX_KEPT) kept.set(id, kept.get(id) ?? owner);
  }

  return {
    wake(id: string, owner?: string): void {
      keep(id, owner);
      sending ??= Promise.resolve().then(sendAll);
    },
    /** Sends what is left, once. An engine that is away does not hold up the end of a process. */
    flush: async () =>
      await Promise.race([sending ?? sendAll(), sleep(FLUSH_MS, undefined, { ref: false })]),
  };
}
