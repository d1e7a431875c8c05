import { TOO_FEW } from '../core/policy.ts';
import { callsIn } from '../core/event.ts';
import type { Awaits, Call, Event, EventOf } from '../core/event.ts';
import { isMoving, wrapStore, type Store } from '../core/store.ts';
import type { Status } from '../core/thread.ts';
import type { Log, LogLine } from './log.ts';

type Appended = Parameters<Store['append']>;

/** Logs the events that this process saves, each once it is saved. */
export function loggingStore(store: Store, log: Log): Store {
  const msSinceLast = stopwatch();
  const { create } = wrapStore(store, {});
  return wrapStore(store, {
    ...(create && {
      async create(id, events, index) {
        const version = await create(id, events, index);
        const [last] = events.slice(-1);
        const line = last && logLine(id, version - 1, last, index);
        if (line) log(line);
        return version;
      },
    }),
    async append(...appended) {
      const version = await store.append(...appended);
      const [id, , event, { status }] = appended;
      const ms = msSinceLast(id, event, status);
      const line = logLine(...appended);
      if (line) log(ms === undefined ? line : { ...line, ms });
      return version;
    },
  });
}

/** Describes a saved event without names, arguments, messages and results. */
export function logLine(...[id, version, event, { status }]: Appended): LogLine | undefined {
  const details = describe(event, version);
  if (!details) return undefined;
  const { message, ...rest } = details;
  const call = 'call_id' in event ? { call_id: event.call_id } : {};
  return {
    level: levelOf(event, status),
    message: `${call.call_id ?? id} ${message}`,
    thread: id,
    ...call,
    event: event.type,
    status,
    ...rest,
  };
}

/** Returns undefined for an event that changes nothing for an operator. */
function describe(event: Event, version: number): Omit<LogLine, 'level'> | undefined {
  switch (event.type) {
    case 'message':
      return { message: version === 0 ? 'starts' : 'gets a message' };
    case 'tool_call': {
      const { intent } = event.step;
      return {
        message: `${intent} ${nextOf(event)}`,
        intent,
        ...event.usage,
        due: event.due,
      };
    }
    case 'model_error':
      return {
        message: 'got no step from the model',
        error: event.error,
        ...event.usage,
      };
    case 'tool_started':
      return event.attempt > 1 ? { message: `starts attempt ${event.attempt}` } : undefined;
    case 'tool_pending':
      return { message: 'waits for a result', due: event.due };
    case 'tool_error':
      return { message: 'failed', error: event.error };
    case 'handed_over':
      return {
        message: 'is handed to a person',
        error: event.reason,
        due: event.due,
      };
    case 'expired':
      return { message: `got no answer in time: ${event.outcome}` };
    case 'cancelled':
      return { message: 'is cancelled' };
    case 'delivery':
      if (event.state !== 'failed') return undefined;
      return { message: `could not send ${withoutAddress(event)}`, error: event.error ?? '' };
    case 'approval': {
      const { edit } = event;
      if (!edit) return undefined;
      const { call_id, step, due } = edit;
      return {
        message: `is edited: ${call_id} ${nextOf(edit)}`,
        intent: step.intent,
        due,
      };
    }
    case 'forked':
      return { message: `is a copy of ${event.thread}` };
    case 'lifted':
      return { message: 'no longer needs approval for each step' };
    case 'child_started':
      return { message: `starts ${event.agent} in ${event.thread}` };
    case 'part_ended':
      if (event.error === undefined) return undefined;
      return { message: `has a part that failed: ${event.part}`, error: event.error };
    case 'prefetched':
    case 'endorsed':
    case 'human_response':
    case 'tool_result':
      return undefined;
    default:
      return event satisfies never;
  }
}

/** Leaves out who was to be told. */
const withoutAddress = ({ delivery }: EventOf<'delivery'>) => delivery.replace(/:[^/]*$/, '');

const nextFor: Record<Awaits, string> = {
  result: 'is chosen',
  approval: 'waits for approval',
  answer: 'waits for an answer',
  message: 'ends the thread',
};

function nextOf(call: Call): string {
  const { awaits, objection } = call;
  if (objection && 'deny' in objection) return 'is denied by the policy';
  return lacks(call) ? 'waits for more approvers than there are' : nextFor[awaits];
}

/** Whether too few people can approve the call. */
const lacks = ({ objection }: Call): boolean =>
  objection !== undefined && 'ask' in objection && objection.ask.includes(TOO_FEW);

const warnings: readonly Event['type'][] = [
  'model_error',
  'tool_started',
  'tool_error',
  'handed_over',
  'delivery',
];

function levelOf(event: Event, status: Status): LogLine['level'] {
  if (status === 'failed') return 'error';
  const isWarning = warnings.includes(event.type) || callsIn([event]).some(lacks);
  return isWarning ? 'warn' : 'info';
}

/** Threads whose last event is remembered. */
const MAX_THREADS = 10_000;

/** Measures the ms from an event of a moving thread to the next that this process saves. */
function stopwatch() {
  const lastAt = new Map<string, number>();
  return (id: string, { at }: Event, status: Status): number | undefined => {
    const last = lastAt.get(id);
    const now = Date.parse(at);
    lastAt.delete(id);
    if (isMoving(status) || status === 'running') lastAt.set(id, now);
    // Another process may continue a thread, which would then stay in the map.
    const [oldest = ''] = lastAt.keys();
    if (lastAt.size > MAX_THREADS) lastAt.delete(oldest);
    return last === undefined ? undefined : Math.max(0, now - last);
  };
}
