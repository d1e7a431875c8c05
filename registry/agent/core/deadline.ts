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
  const obsolete = new AbortController();
  let version = events.length;
  const check = async () => {
    if (!(await mayHaveChanged(store, id, version))) return;
    const thread = await load(store, id);
    version = thread.events.length;
    if (isObsolete(thread)) obsolete.abort(new Error('the thread moved on'));
  };
  let isChecking = false;
  // The next check finds what a failed one missed.
  const checkOnce = async () => {
    if (isChecking) return;
    isChecking = true;
    await check().catch(() => undefined);
    isChecking = false;
  };
  const interval = setInterval(checkOnce, CHECK_EVERY_MS);
  try {
    return await withTimeout(timeoutMs, obsolete.signal, work);
  } finally {
    clearInterval(interval);
  }
}

/**
 * Runs `work` with a signal that fires after `ms`, or when `outer` does. Settles then, even if
 * `work` ignores the signal.
 * @throws UnknownOutcome after `ms`
 */
export async function withTimeout<T>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const stop = () => inner.abort(outer.reason);
  const expire = () => inner.abort(new UnknownOutcome(`no answer in ${ms} ms`));
  outer.addEventListener('abort', stop);
  const timer = setTimeout(expire, Math.min(ms, MAX_TIMER_MS));
  try {
    return await Promise.race([rejectOnAbort(inner.signal), work(inner.signal)]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', stop);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
