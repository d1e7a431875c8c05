import { UnknownOutcome } from './errors.ts';
import { load, type Store, type Thread } from './store.ts';

const CHECK_EVERY_MS = 1_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

type Limits = {
  readonly timeoutMs: number;
  isObsolete(thread: Thread): boolean;
};

/**
 * Runs `work` with a signal that fires after `timeoutMs`, or soon after the saved thread makes it
 * obsolete. Settles then, even if `work` ignores the signal.
 * @throws UnknownOutcome after `timeoutMs`
 */
export async function runWithDeadline<T>(
  store: Store,
  id: string,
  { timeoutMs, isObsolete }: Limits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const { signal } = abort;
  const check = async () => {
    const thread = await load(store, id).catch(() => undefined);
    if (thread && isObsolete(thread)) abort.abort(new Error('the thread moved on'));
  };
  const expire = () => abort.abort(new UnknownOutcome(`no answer in ${timeoutMs} ms`));
  const interval = setInterval(check, CHECK_EVERY_MS);
  const timer = setTimeout(expire, Math.min(timeoutMs, MAX_TIMER_MS));
  try {
    return await Promise.race([rejectOnAbort(signal), work(signal)]);
  } finally {
    clearInterval(interval);
    clearTimeout(timer);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
