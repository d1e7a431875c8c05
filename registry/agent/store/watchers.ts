/**
 * Who watches which thread. The first watcher calls `open`; what that returns is called once the last has gone.
 */
export function watchers(open?: () => () => void) {
  const threads = new Map<string, Set<() => void>>();
  let close: (() => void) | undefined;

  /** Soon, not at once: whoever appended is not held up, and hears nothing of what a watcher throws. */
  function tell(id: string): void {
    const watching = threads.get(id) ?? new Set();
    for (const watcher of watching) queueMicrotask(() => watching.has(watcher) && watcher());
  }
  function leave(id: string, watcher: () => void): void {
    threads.get(id)?.delete(watcher);
    if (threads.get(id)?.size === 0) threads.delete(id);
    if (threads.size > 0) return;
    close?.();
    close = undefined;
  }
  return {
    watch(id: string, onAppend: () => void): () => void {
      // One of its own, since the same function may watch twice.
      const watcher = () => onAppend();
      threads.set(id, (threads.get(id) ?? new Set()).add(watcher));
      close ??= open?.();
      return () => leave(id, watcher);
    },
    tell,
    tellAll: () => [...threads.keys()].forEach(tell),
    /** Takes all watchers back. */
    clear() {
      for (const [id, watching] of threads) for (const watcher of watching) leave(id, watcher);
    },
  };
}
