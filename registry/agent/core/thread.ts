import { addUsage, isKnownType, isObject, noUsage, without } from './event.ts';
import type { Call, Event, EventOf, Objection, Step, Usage } from './event.ts';

/** The call that has no outcome yet. Without a `step`, the loop asks a person for `reason`. */
export type OpenCall = Readonly<{
  call_id: string;
  step?: Step;
  objection?: Objection;
  reason?: string;
  /** How often a process has claimed the call: 0 before the first. */
  attempt: number;
  /** The id of the `advance()` that holds the claim. */
  by?: string;
  /** ISO time at which the request expires or, while running, the lease ends. */
  due?: string | undefined;
}>;

/** Counts since a person last spoke. In a row: `errors` of model or tools, `repeats` of a step. */
export type Spent = Readonly<{
  steps: number;
  errors: number;
  tokens: number;
  usd: number;
  repeats: number;
}>;

type StatusWithoutCall = 'thinking' | 'done' | 'failed' | 'cancelled';
type StatusWithCall =
  'ready' | 'running' | 'waiting_for_approval' | 'waiting_for_human' | 'waiting_for_result';

/** Says who acts next: model (thinking), process (ready, running), person (waiting) or no one. */
export type Status = StatusWithoutCall | StatusWithCall;

/** `last` is the step that `repeats` counts. */
type Progress = { readonly spent: Spent; readonly last?: Step } & (
  | { readonly status: StatusWithoutCall; readonly open?: never }
  | { readonly status: StatusWithCall; readonly open: OpenCall }
);

type Fork = Readonly<{ by: string; isHeld: boolean }>;

/** The sum of the events of a thread. Each step of a `fork` that is held needs approval. */
export type State = Progress & { readonly usage: Usage; readonly fork?: Fork };

const nothingSpent: Spent = { steps: 0, errors: 0, tokens: 0, usd: 0, repeats: 0 };

/** A thread without events: there is nothing to do before its first message. */
export const initial: State = { status: 'done', spent: nothingSpent, usage: noUsage };

const waiting = ['waiting_for_approval', 'waiting_for_human', 'waiting_for_result'] as const;
const notCancelled = ['thinking', 'ready', 'running', ...waiting, 'done', 'failed'] as const;

/** The statuses in which an event counts. In any other it is late or a duplicate. */
const countsIn: Record<Event['type'], readonly Status[]> = {
  message: notCancelled,
  prefetched: notCancelled,
  tool_call: ['thinking'],
  model_error: ['thinking'],
  endorsed: ['waiting_for_approval'],
  approval: ['waiting_for_approval'],
  human_response: ['waiting_for_human'],
  tool_started: ['ready', 'running', 'waiting_for_result'],
  tool_pending: ['running', 'waiting_for_human'],
  tool_result: ['running', 'waiting_for_result', 'waiting_for_human'],
  tool_error: ['running', 'waiting_for_result', 'waiting_for_human'],
  child_started: [],
  part_ended: ['running', 'waiting_for_result', 'waiting_for_human'],
  handed_over: ['thinking', 'ready', 'running', 'waiting_for_result'],
  expired: waiting,
  cancelled: [...notCancelled, 'cancelled'],
  forked: notCancelled,
  lifted: [...notCancelled, 'cancelled'],
  delivery: [],
};

export const eventTypes = Object.keys(countsIn);

/** Returns the message that started a thread. Values may have been fetched before it. */
export function firstMessage(events: readonly Event[]): EventOf<'message'> | undefined {
  return events.find((event) => event.type === 'message');
}

/** Returns the owner of a thread: the person who copied it, or the sender of its first message. */
export function ownerOf(events: readonly Event[], { fork } = events.reduce(reduce, initial)) {
  return fork?.by ?? firstMessage(events)?.from;
}

/** Whether only a message moves the thread on, if anything does. */
export function hasEnded({ status }: Pick<State, 'status'>): boolean {
  return ['done', 'failed', 'cancelled'].includes(status);
}

/** Computes the next state. It knows no policy and no tools: a thread replays to one state. */
export function reduce(state: State, event: Event): State {
  if (!counts(event, state)) return state;
  const next = apply(state, event);
  const fork = forkAfter(state, event);
  if (next === state && fork === state.fork) return state;
  const kept = { usage: state.usage, ...(fork && { fork }) };
  const usage = 'usage' in event ? event.usage : undefined;
  if (!usage) return { ...next, ...kept };
  const tokens = next.spent.tokens + usage.input_tokens + usage.output_tokens;
  const spent = { ...next.spent, tokens, usd: next.spent.usd + (usage.usd ?? 0) };
  return { ...next, ...kept, spent, usage: addUsage(state.usage, usage) };
}

function forkAfter({ fork }: State, event: Event): Fork | undefined {
  if (event.type === 'forked') return { by: event.by, isHeld: true };
  return fork && event.type === 'lifted' ? { ...fork, isHeld: false } : fork;
}

/** Whether the event fits the status, the open call and its current attempt. */
function counts(event: Event, { status, open }: State): boolean {
  if (!isKnownType(event.type)) return false;
  if (!countsIn[event.type].includes(status)) return false;
  if (status === 'waiting_for_human' && 'attempt' in event && !('late' in event)) return false;
  if (open === undefined || !('call_id' in event)) return true;
  if (event.call_id !== open.call_id) return false;
  if (event.type === 'tool_started') return event.attempt === open.attempt + 1;
  return !('attempt' in event) || event.attempt === open.attempt;
}

function apply(state: Progress, event: Event): Progress {
  const { spent, open } = state;
  switch (event.type) {
    case 'message':
      // A message withdraws a call that has not started. One that has started stays open.
      return hasStarted(open) ? { ...state, spent: nothingSpent } : personSpoke;
    case 'tool_call':
      return openCall(state, event);
    case 'approval':
      return applyApproval(state, event);
    case 'human_response':
      return personSpoke;
    case 'tool_started': {
      const { call_id, attempt, by, lease_until: due } = event;
      return { ...state, status: 'running', open: { ...open, call_id, attempt, by, due } };
    }
    case 'tool_pending': {
      const { call_id, attempt, due } = event;
      // A call that was handed over asks nothing any longer.
      const call = without({ ...open, call_id, attempt, due }, 'reason');
      return { ...state, status: 'waiting_for_result', open: call };
    }
    case 'tool_result':
      return thinking(state, { ...spent, errors: 0 });
    case 'tool_error':
    case 'model_error':
      return thinking(state, { ...spent, errors: spent.errors + 1 });
    case 'handed_over': {
      const { call_id, due, reason } = event;
      const call = { attempt: 0, ...open, call_id, due, reason };
      return { ...state, status: 'waiting_for_human', open: call };
    }
    case 'expired':
      return event.outcome === 'denied' ? thinking(state, spent) : { status: 'failed', spent };
    case 'cancelled':
      return { status: 'cancelled', spent };
    case 'part_ended':
      return { ...state };
    case 'forked':
      return open ? thinking(state, spent) : state;
    case 'endorsed':
    case 'prefetched':
    case 'child_started':
    case 'lifted':
    case 'delivery':
      return state;
    default:
      return event satisfies never;
  }
}

const hasStarted = (open: OpenCall | undefined) => open !== undefined && open.attempt > 0;

/** Whether a request asks how a call ended. The owner of the thread must not make that up. */
export function asksHowItEnded(open: OpenCall | undefined): boolean {
  const about = open?.step?.['about'];
  return hasStarted(open) || (isObject(about) && about['ended'] === 'unknown');
}

/** The model's turn, with fresh budgets. */
const personSpoke: Progress = { status: 'thinking', spent: nothingSpent };

function thinking({ last }: Progress, spent: Spent): Progress {
  return last ? { status: 'thinking', spent, last } : { status: 'thinking', spent };
}

const statusFor = {
  result: 'ready',
  approval: 'waiting_for_approval',
  answer: 'waiting_for_human',
} as const;

function openCall({ spent, last }: Progress, event: EventOf<'tool_call'>): Progress {
  const { step, awaits } = event;
  const isRepeated = last !== undefined && JSON.stringify(last) === JSON.stringify(step);
  const repeats = isRepeated ? spent.repeats + 1 : 1;
  const after = { ...spent, steps: spent.steps + 1, repeats };
  if (awaits === 'message') return { status: 'done', spent: after };
  return { status: statusFor[awaits], spent: after, last: step, open: asOpen(event) };
}

function asOpen({ call_id, due, step, objection }: Call): OpenCall {
  const call = { call_id, due, step, attempt: 0 };
  return objection ? { ...call, objection } : call;
}

function applyApproval(state: Progress, event: EventOf<'approval'>): Progress {
  const { spent, open } = state;
  if (event.approved) {
    const call = { ...open, call_id: event.call_id, attempt: 0, due: undefined };
    return { status: 'ready', spent: nothingSpent, open: call };
  }
  const { edit } = event;
  if (edit) return { status: statusFor[edit.awaits], spent: nothingSpent, open: asOpen(edit) };
  return event.by === 'policy' ? thinking(state, spent) : personSpoke;
}
