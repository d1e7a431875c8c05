export type JobQueue = {
  /** Queues the job for `id`. While that job runs, it is queued to run once more. */
  add: (id: string, owner?: string) => void;
  /** Queues a job that was found by a search. @returns false if too many of the owner wait */
  addDue: (id: string, owner?: string) => boolean;
  /** Starts no more jobs. Resolves when the running ones have ended. */
  close: () => Promise<void>;
  /** The ids whose job is running. */
  running: () => string[];
};

type Job = (id: string) => Promise<void>;

/** The waiting ids of each owner, in order. The first owner is next. */
type Lane = Map<string, Set<string>>;

/** Due threads of one owner that wait in memory. The next search finds the others. */
const MAX_DUE = 500;

/**
 * Runs at most `concurrency` jobs, and one job per id at a time. A free slot goes to new events and
 * due threads by turns, and among these to one owner after the other: neither many due threads nor
 * one owner with many threads can keep others waiting.
 */
export function jobQueue(concurrency: number, job: Job): JobQueue {
  const [newEvents, due]: [Lane, Lane] = [new Map(), new Map()];
  const turns: [Lane, Lane] = [newEvents, due];
  const running = new Map<string, Promise<void>>();
  let isClosed = false;

  const isFull = () => isClosed || running.size >= concurrency;
  function startNext(): void {
    for (;;) {
      const id = isFull() ? undefined : takeNext();
      if (id === undefined) return;
      const end = () => endJob(id);
      running.set(id, job(id).then(end, end));
    }
  }
  function takeNext(): string | undefined {
    const id = takeFrom(turns[0]);
    if (id === undefined) return takeFrom(turns[1]);
    turns.reverse();
    return id;
  }
  function takeFrom(lane: Lane): string | undefined {
    for (const [owner, ids] of lane) {
      const id = firstIdle(ids);
      if (id === undefined) continue;
      ids.delete(id);
      lane.delete(owner);
      if (ids.size > 0) lane.set(owner, ids);
      return id;
    }
    return undefined;
  }
  function firstIdle(ids: ReadonlySet<string>): string | undefined {
    for (const id of ids) if (!running.has(id)) return id;
    return undefined;
  }
  function endJob(id: string): void {
    running.delete(id);
    startNext();
  }
  function addTo(lane: Lane, id: string, owner = ''): void {
    const ids = lane.get(owner) ?? new Set();
    lane.set(owner, ids.add(id));
    startNext();
  }

  return {
    add(id, owner) {
      addTo(newEvents, id, owner);
    },
    addDue(id, owner = '') {
      const waiting = due.get(owner)?.size ?? 0;
      if (waiting >= MAX_DUE) return false;
      addTo(due, id, owner);
      return true;
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(running.values());
    },
    running: () => [...running.keys()],
  };
}
