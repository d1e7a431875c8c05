import { UnknownOutcome } from './errors.ts';
import { load, type Store, type Thread } from './store.ts';

const LOOK_EVERY_MS = 1_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs `work` with a signal that fires after `timeoutMs`, or within a second of `isOver` being true of the thread.
 * Settles when the signal fires, even if `work` ignores it.
 * @throws UnknownOutcome at the time-out
 */
export async function runWithDeadline<T>(
  store: Store,
  id: string,
  { timeoutMs, isOver }: { timeoutMs: number; isOver: (thread: Thread) => boolean },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const look = async () => {
    const thread = await load(store, id).catch(() => undefined);
    if (thread && isOver(thread)) abort.abort(new Error('the thread moved on'));
  };
  const watch = setInterval(look, LOOK_EVERY_MS);
  const giveUp = () => abort.abort(new UnknownOutcome(`no answer in ${timeoutMs} ms`));
  const timer = setTimeout(giveUp, Math.min(timeoutMs, LONGEST_TIMER_MS));
  try {
    return await Promise.race([rejectsWith(abort.signal), work(abort.signal)]);
  } finally {
    clearInterval(watch);
    clearTimeout(timer);
  }
}

const rejectsWith = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
