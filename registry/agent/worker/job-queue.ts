export type JobQueue = {
  /** Queues the job for `id`. While that job runs, it is queued to run once more. */
  add(id: string): void;
  /** Resolves when a new job could start at once, or when the queue closes. */
  whenFree(): Promise<void>;
  /** Starts no more jobs. Resolves when the running ones have ended. */
  close(): Promise<void>;
  /** The ids whose job is running. */
  running(): string[];
};

type Job = (id: string) => Promise<void>;

/** Runs at most `concurrency` jobs, and one job per id at a time; the others wait in order. */
export function jobQueue(concurrency: number, job: Job): JobQueue {
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  let isClosed = false;

  function startNext(): void {
    for (const id of waiting) {
      if (isClosed || running.size >= concurrency) return;
      if (running.has(id)) continue;
      waiting.delete(id);
      const end = () => endJob(id);
      running.set(id, job(id).then(end, end));
    }
  }
  function endJob(id: string): void {
    running.delete(id);
    startNext();
  }

  const isFull = () => !isClosed && running.size + waiting.size >= concurrency;
  return {
    add(id) {
      waiting.add(id);
      startNext();
    },
    async whenFree() {
      while (isFull()) await Promise.race(running.values());
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(running.values());
    },
    running: () => [...running.keys()],
  };
}
