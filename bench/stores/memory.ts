import { memoryStore } from '../../registry/agent/store/memory.ts';
import type { BenchStore } from './bench-store.ts';
import { appends, event, filledId, index, paused, waiting, waitingId } from './job.ts';

/** Each process fills a store of its own. */
export function openMemory(): BenchStore {
  const store = memoryStore();
  const kept: unknown[] = [];
  return {
    store,
    writeBare: (text) => kept.push(JSON.parse(text)),
    async fill(threads) {
      for (let thread = 0; thread < waiting; thread++)
        await store.append(waitingId(thread), 0, event, paused);
      for (let thread = 0; thread < threads; thread++)
        for (let version = 0; version < appends; version++)
          await store.append(filledId(thread), version, event, index);
    },
    sizes: async () => ({ bytes: 0 }),
    close: () => {},
  };
}
