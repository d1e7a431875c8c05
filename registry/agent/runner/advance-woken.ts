import type { RunnerHost } from '../core/agent.ts';
import { StoreAway } from '../worker/advance-thread.ts';
import { FIRST_WAIT_MS, MAX_WAIT_MS } from '../worker/backoff.ts';
import { WorkerStopping } from '../worker/releasing-store.ts';

/** A thread to advance soon. `owner` started it, and it failed so often in a row before. */
export type Wake = {
  readonly id: string;
  readonly owner?: string | undefined;
  readonly failures?: number;
  /** It waited after a failure: it becomes a wake like others, so that its thread runs once. */
  readonly hasWaited?: boolean;
};

/**
 * Advances a thread that an engine has woken. If it fails, it is woken again later, and if this
 * process stops, at once: `wakeAgain` tells the engine, in `ms`.
 */
export async function advanceWoken(
  { id, owner, failures = 0, hasWaited }: Wake,
  { advance, retryMs = FIRST_WAIT_MS }: Pick<RunnerHost, 'advance' | 'retryMs'>,
  wakeAgain: (wake: Wake, ms: number) => Promise<unknown>,
): Promise<void> {
  const now = { id, owner, failures };
  if (hasWaited) return void (await wakeAgain(now, 0));
  try {
    await advance(id, failures);
  } catch (error) {
    if (error instanceof WorkerStopping) return void (await wakeAgain(now, 0));
    const ms = Math.min(retryMs * 2 ** failures, MAX_WAIT_MS);
    const count = error instanceof StoreAway ? failures : failures + 1;
    await wakeAgain({ ...now, failures: count, hasWaited: true }, ms);
  }
}
