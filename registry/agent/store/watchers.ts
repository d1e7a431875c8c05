/**
 * Keeps callbacks by thread. The first one calls `open`, for example to connect. After the last one
 * has gone, the function that `open` returned is called.
 */
export function watchers(open?: () => () => void) {
  const threads = new Map<string, Set<() => void>>();
  let close: (() => void) | undefined;

  /** Calls back in a microtask: an append neither waits for callbacks nor sees their errors. */
  function notify(id: string): void {
    for (const callback of threads.get(id) ?? [])
      queueMicrotask(() => threads.get(id)?.has(callback) && callback());
  }

  function remove(id: string, callback: () => void): void {
    threads.get(id)?.delete(callback);
    if (threads.get(id)?.size === 0) threads.delete(id);
    if (threads.size === 0) clear();
  }

  function clear(): void {
    threads.clear();
    close?.();
    close = undefined;
  }

  function watch(id: string, onAppend: () => void): () => void {
    // A function of its own: the caller may watch twice with the same one.
    const callback = () => onAppend();
    threads.set(id, (threads.get(id) ?? new Set()).add(callback));
    close ??= open?.();
    return () => remove(id, callback);
  }

  return {
    watch,
    notify,
    ids: () => [...threads.keys()],
    notifyAll: () => [...threads.keys()].forEach(notify),
    clear,
  };
}
