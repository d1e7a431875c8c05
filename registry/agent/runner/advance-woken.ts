import type { RunnerHost } from '../core/agent.ts';
import { WorkerStopping } from '../worker/releasing-store.ts';

/** A thread to advance soon. `owner` started it, and it failed so often in a row before. */
export type Wake = {
  readonly id: string;
  readonly owner?: string | undefined;
  readonly failures?: number;
};

/** ms before a thread that failed is woken again: twice as many each time, up to the last. */
const [FIRST_WAIT_MS, LAST_WAIT_MS] = [2_000, 300_000];

/**
 * Advances a thread that an engine has woken. If it fails, it is woken again later, and if this
 * process stops, at once: `wakeAgain` tells the engine, in `ms`.
 */
export async function advanceWoken(
  { id, owner, failures = 0 }: Wake,
  { advance, retryMs = FIRST_WAIT_MS }: Pick<RunnerHost, 'advance' | 'retryMs'>,
  wakeAgain: (wake: Wake, ms: number) => Promise<unknown>,
): Promise<void> {
  try {
    await advance(id, failures);
  } catch (error) {
    if (error instanceof WorkerStopping) await wakeAgain({ id, owner, failures }, 0);
    else {
      const ms = Math.min(retryMs * 2 ** failures, LAST_WAIT_MS);
      await wakeAgain({ id, owner, failures: failures + 1 }, ms);
    }
  }
}
