import type { EventOf } from '../../../registry/agent/core/event.ts';
import { initial, reduce } from '../../../registry/agent/core/thread.ts';
import type { Round } from './outage-round.ts';
import type { Entry } from './outage-worker.ts';

/**
 * `overlap`: two runs of one call at the same time. `expired`: a run on a lease that was over.
 * `twice`: a second run of a call that a person should have decided. `lost`: an outcome that a
 * living process had, and the thread has not. `hangs`: a thread that neither ended nor waits for a
 * person. `other`: anything else that is wrong.
 */
export type OutageFault = {
  readonly kind: 'overlap' | 'expired' | 'twice' | 'lost' | 'hangs' | 'other';
  readonly what: string;
};

/** One run of a tool. Without an end, its process was killed. */
export type ToolRun = {
  readonly key: string;
  readonly attempt: number;
  readonly careful: boolean;
  readonly worker: number;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly end: Entry['phase'] | undefined;
};

/** ms between reading the clock for the lease and writing to the journal, on a busy machine. */
const TOLERANCE_MS = 100;

/** Returns what is wrong with a round. */
export function judgeRound(round: Round): readonly OutageFault[] {
  const runs = runsOf(round);
  const counted = countedEvents(round);
  return [
    ...round.complaints.map((what): OutageFault => ({ kind: 'other', what })),
    ...round.hanging.map((what): OutageFault => ({ kind: 'hangs', what })),
    ...counted.faults,
    ...repeats(runs),
    ...leases(runs, counted.events),
    ...outcomes(round, runs, counted.events),
  ];
}

/** Pairs the lines of the journal. */
export function runsOf({ journal }: Round): readonly ToolRun[] {
  return journal.flatMap((entry, n) => {
    if (entry.phase !== 'start') return [];
    const { key, attempt, careful, worker, at } = entry;
    const isEnd = (other: Entry) =>
      other.phase !== 'start' && other.key === key && other.attempt === attempt;
    const end = journal.slice(n).find((other) => isEnd(other) && other.worker === worker);
    return { key, attempt, careful, worker, startedAt: at, endedAt: end?.at, end: end?.phase };
  });
}

type Counted = Pick<Round['threads'][number], 'events'>['events'];

/** Collects the events of all threads, and the faults of those that changed nothing. */
function countedEvents({ threads }: Round) {
  const faults: OutageFault[] = [];
  const events: Counted[number][] = [];
  for (const thread of threads) {
    let state = initial;
    for (const [version, event] of thread.events.entries()) {
      const next = reduce(state, event);
      if (next !== state) events.push(event);
      else
        faults.push({
          kind: 'other',
          what: `${thread.id}: ${event.type} at ${version} changed nothing`,
        });
      state = next;
    }
    const { listed } = thread;
    if (listed?.version !== thread.events.length || listed.status !== state.status)
      faults.push({ kind: 'other', what: `${thread.id} is listed as ${JSON.stringify(listed)}` });
  }
  return { faults, events };
}

/** Finds runs of one call that overlap, and second runs that only a person may decide. */
function repeats(runs: readonly ToolRun[]): readonly OutageFault[] {
  return runs.flatMap((run, n): OutageFault[] => {
    const earlier = runs.slice(0, n).filter(({ key }) => key === run.key);
    const what = `attempt ${run.attempt} of ${run.key}, by worker ${run.worker}`;
    if (run.careful && earlier.length > 0) return [{ kind: 'twice', what }];
    const during = earlier.find(({ endedAt }) => endedAt !== undefined && endedAt > run.startedAt);
    const isSame = earlier.some(({ attempt }) => attempt === run.attempt);
    return during !== undefined || isSame ? [{ kind: 'overlap', what }] : [];
  });
}

/** Finds runs without a claim, and those that started after their lease. */
function leases(runs: readonly ToolRun[], events: Counted): readonly OutageFault[] {
  return runs.flatMap(({ key, attempt, startedAt }): OutageFault[] => {
    const claim = events.find(
      (event): event is EventOf<'tool_started'> =>
        event.type === 'tool_started' && event.call_id === key && event.attempt === attempt,
    );
    const what = `attempt ${attempt} of ${key}`;
    if (claim === undefined) return [{ kind: 'other', what: `${what} ran without a claim` }];
    const lateMs = startedAt - Date.parse(claim.lease_until);
    return lateMs > TOLERANCE_MS ? [{ kind: 'expired', what: `${what}, ${lateMs} ms late` }] : [];
  });
}

/** Finds runs of living processes whose outcome is missing. */
function outcomes(
  { killed }: Round,
  runs: readonly ToolRun[],
  events: Counted,
): readonly OutageFault[] {
  return runs.flatMap(({ key, attempt, worker, end }): OutageFault[] => {
    if (worker === killed) return [];
    const what = `attempt ${attempt} of ${key}`;
    if (end === undefined) return [{ kind: 'other', what: `${what} did not end` }];
    const isKnown = events.some((event) => settles(event, { key, attempt }));
    return isKnown || end === 'aborted' ? [] : [{ kind: 'lost', what: `${what}, ${end}` }];
  });
}

/** Whether a run's outcome is in the thread, or a person or a later attempt replaced it. */
function settles(event: Counted[number], { key, attempt }: Pick<ToolRun, 'key' | 'attempt'>) {
  if (!('call_id' in event) || event.call_id !== key) return false;
  switch (event.type) {
    case 'tool_result':
    case 'tool_error':
    case 'tool_pending':
      return event.attempt === attempt;
    case 'tool_started':
      return event.attempt > attempt;
    case 'human_response':
      return true;
    default:
      return false;
  }
}
