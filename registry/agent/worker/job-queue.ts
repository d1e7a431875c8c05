export type Pool = {
  /** Does the job for `id` soon, and once more if it is being done already. */
  add(id: string): void;
  /** Resolves once a job that is added would start at once, or when it closes. */
  room(): Promise<void>;
  /** Starts nothing more. Resolves when all that has started is over. */
  close(): Promise<void>;
  /** The ids whose job is being done. */
  busy(): string[];
};

/** Does one job at a time for each id, and at most `atOnce` in all; the others wait in order of arrival. */
export function pool(atOnce: number, job: (id: string) => Promise<void>): Pool {
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  let isClosed = false;
  function startNext(): void {
    for (const id of waiting) {
      if (isClosed || running.size >= atOnce) return;
      if (running.has(id)) continue;
      waiting.delete(id);
      running.set(id, job(id).then(ended(id), ended(id)));
    }
  }
  const isFull = () => !isClosed && running.size + waiting.size >= atOnce;
  const ended = (id: string) => () => {
    running.delete(id);
    startNext();
  };
  return {
    add(id) {
      waiting.add(id);
      startNext();
    },
    async room() {
      while (isFull()) await Promise.race(running.values());
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(running.values());
    },
    busy: () => [...running.keys()],
  };
}
