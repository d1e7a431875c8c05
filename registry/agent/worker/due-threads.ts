import { setTimeout as sleep } from 'node:timers/promises';
import { oneLine } from '../core/errors.ts';
import type { Agent } from '../core/agent.ts';
import { listAll, STALLED_MS, type Store } from '../core/store.ts';

const PAGE = 500;
/** ms after the start when threads are taken up that were thinking before it: their process is gone, probably. */
const LOST_AFTER_MS = 30_000;
/** Looking takes a tenth of the time at most, but there is a look a minute. */
const [REST, LONGEST_REST_MS] = [9, 60_000];

type Sweeping = Pick<Agent, 'now'> & {
  readonly everyMs: number;
  readonly signal: AbortSignal;
  log(line: string): void;
  /** Takes up what was due then. Resolves to the ms that it waited for something else than the store. */
  sweep(dueBeforeMs: number): Promise<number>;
};

/** Until `signal` fires. A store that is away is asked again, and its failure logged once. */
export async function sweepOften({ now, sweep, everyMs, log, signal }: Sweeping): Promise<void> {
  if (everyMs === Infinity) return;
  const startedAt = now();
  let isLostDue = true;
  let failure = '';
  while (!signal.aborted) {
    const takesLost = isLostDue && now() >= startedAt + LOST_AFTER_MS;
    const began = performance.now();
    let restMs = everyMs;
    try {
      const waitedMs = await sweep(
        takesLost ? Math.max(now(), startedAt + STALLED_MS.thinking) : now(),
      );
      if (takesLost) isLostDue = false;
      restMs = Math.max(
        everyMs,
        Math.min(REST * (performance.now() - began - waitedMs), LONGEST_REST_MS),
      );
      failure = '';
    } catch (error) {
      if (failure !== oneLine(error)) log(`looking for what is due: ${(failure = oneLine(error))}`);
    }
    await sleep(restMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The ids of threads whose time was over at `dueBeforeMs`. */
export async function* dueThreads(store: Store, dueBeforeMs: number): AsyncGenerator<string> {
  const dueBefore = new Date(dueBeforeMs).toISOString();
  for await (const { id } of listAll(store, { dueBefore, limit: PAGE })) yield id;
}
