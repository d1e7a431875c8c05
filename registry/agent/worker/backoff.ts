const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [2_000, 300_000];

/** Remembers what failed, so that it is tried again later and later, instead of at every look. */
export function backoff(now: () => number = Date.now) {
  const failed = new Map<string, { readonly waitMs: number; readonly until: number }>();
  return {
    note(id: string): void {
      const waitMs = Math.min((failed.get(id)?.waitMs ?? FIRST_WAIT_MS / 2) * 2, LONGEST_WAIT_MS);
      failed.set(id, { waitMs, until: now() + waitMs });
    },
    forget: (id: string): boolean => failed.delete(id),
    mayTry: (id: string): boolean => (failed.get(id)?.until ?? 0) <= now(),
  };
}
