/** ms that a thread waits after its first failure, and at most. */
export const [FIRST_WAIT_MS, MAX_WAIT_MS] = [2_000, 300_000];

type Failure = { readonly count: number; readonly waitMs: number; readonly retryAt: number };

export type Backoff = ReturnType<typeof backoff>;

/**
 * Remembers failed threads. After each failure, a thread waits twice as long before the next
 * attempt. `now` is a monotonic clock in ms.
 */
export function backoff(firstWaitMs = FIRST_WAIT_MS, now = () => performance.now()) {
  const none = { count: 0, waitMs: firstWaitMs / 2 };
  /** By id, in the order of the last failure. */
  const failures = new Map<string, Failure>();

  /** A thread that was not tried for long was handled by another process. */
  function removeOld(): void {
    for (const [id, { retryAt }] of failures) {
      if (retryAt + MAX_WAIT_MS > now()) return;
      failures.delete(id);
    }
  }

  function wait(id: string, more: number): void {
    const { count, waitMs: lastWaitMs } = failures.get(id) ?? none;
    const waitMs = Math.min(lastWaitMs * 2, MAX_WAIT_MS);
    failures.delete(id);
    failures.set(id, { count: count + more, waitMs, retryAt: now() + waitMs });
    removeOld();
  }

  const mayTry = (id: string): boolean => (failures.get(id)?.retryAt ?? 0) <= now();
  return {
    failed: (id: string): void => wait(id, 1),
    /** Waits as after a failure, which is not counted. */
    waits: (id: string): void => wait(id, 0),
    succeeded(id: string): void {
      failures.delete(id);
    },
    /** How often in a row a thread has failed. */
    countOf: (id: string): number => failures.get(id)?.count ?? 0,
    mayTry,
    /** The failed threads whose wait is over. */
    toRetry: (): string[] => [...failures.keys()].filter(mayTry),
  };
}
