import { UnknownOutcome } from './errors.ts';
import { load, mayHaveChanged, type Store, type Thread } from './store.ts';

const CHECK_EVERY_MS = 1_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

type Limits = {
  readonly timeoutMs: number;
  isObsolete: (thread: Thread) => boolean;
};

/**
 * Runs `work` with a signal that fires after `timeoutMs`, or soon after the saved thread makes it
 * obsolete. Settles then, even if `work` ignores the signal.
 * @throws UnknownOutcome after `timeoutMs`
 */
export async function runWithDeadline<T>(
  store: Store,
  { id, events }: Thread,
  { timeoutMs, isObsolete }: Limits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const { signal } = abort;
  let version = events.length;
  const check = async () => {
    if (!(await mayHaveChanged(store, id, version))) return;
    const thread = await load(store, id);
    version = thread.events.length;
    if (isObsolete(thread)) abort.abort(new Error('the thread moved on'));
  };
  let isChecking = false;
  // The next check finds what a failed one missed.
  const checkOnce = async () => {
    if (isChecking) return;
    isChecking = true;
    await check().catch(() => undefined);
    isChecking = false;
  };
  const expire = () => abort.abort(new UnknownOutcome(`no answer in ${timeoutMs} ms`));
  const interval = setInterval(checkOnce, CHECK_EVERY_MS);
  const timer = setTimeout(expire, Math.min(timeoutMs, MAX_TIMER_MS));
  try {
    return await Promise.race([rejectOnAbort(signal), work(signal)]);
  } finally {
    clearInterval(interval);
    clearTimeout(timer);
  }
}

export function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
