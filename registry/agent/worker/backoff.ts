const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [2_000, 300_000];

/**
 * Remembers what failed, so that it is tried again later and later, instead of at every look. `now` is in ms of a clock
 * that nobody sets back.
 */
export function backoff(now: () => number = () => performance.now()) {
  /** The last one to fail comes last. */
  const failed = new Map<string, { readonly waitMs: number; readonly until: number }>();
  /** What nobody tries any more is somebody else's by now. */
  function forgetOld(): void {
    for (const [id, { until }] of failed) {
      if (until + LONGEST_WAIT_MS > now()) return;
      failed.delete(id);
    }
  }
  const mayTry = (id: string): boolean => (failed.get(id)?.until ?? 0) <= now();
  return {
    note(id: string): void {
      const waitMs = Math.min((failed.get(id)?.waitMs ?? FIRST_WAIT_MS / 2) * 2, LONGEST_WAIT_MS);
      failed.delete(id);
      failed.set(id, { waitMs, until: now() + waitMs });
      forgetOld();
    },
    forget: (id: string): boolean => failed.delete(id),
    mayTry,
    /** The ids of what failed, and may be tried again. */
    again: (): string[] => [...failed.keys()].filter(mayTry),
  };
}
