import { setTimeout as sleep } from 'node:timers/promises';
import { oneLine } from '../core/errors.ts';
import type { Wake } from './advance-woken.ts';
import type { Log } from '../worker/log.ts';

const BATCH = 500;
/** Wakes that are kept while an engine is away. The threads of others are found when they are due. */
const MAX_KEPT = 100_000;
const RETRY_MS = 1_000;

/**
 * Sends wakes to an engine, many at once, until they have arrived. While a wake waits, another one of
 * its thread adds nothing.
 */
export function wakeSender(
  send: (wakes: readonly Wake[]) => Promise<unknown>,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
) {
  const kept = new Map<string, string | undefined>();
  let sending: Promise<void> | undefined;
  let lastError = '';

  async function sendAll(): Promise<void> {
    while (kept.size > 0) {
      const batch = [...kept].slice(0, BATCH).map(([id, owner]) => ({ id, owner }));
      for (const { id } of batch) kept.delete(id);
      try {
        await send(batch);
        lastError = '';
      } catch (error) {
        for (const { id, owner } of batch) keep(id, owner);
        if (signal.aborted) return;
        report(oneLine(error));
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  function report(error: string): void {
    const message = 'Wakes cannot be sent. They are kept, and sent once the engine is back';
    if (error !== lastError) log({ level: 'error', message, error });
    lastError = error;
  }

  function keep(id: string, owner: string | undefined): void {
    if (kept.size < MAX_KEPT) kept.set(id, kept.get(id) ?? owner);
  }

  return {
    wake(id: string, owner?: string): void {
      keep(id, owner);
      sending ??= Promise.resolve()
        .then(sendAll)
        .finally(() => (sending = undefined));
    },
    /** Sends what is left, once. */
    flush: async () => await (sending ?? sendAll()),
  };
}
