import type { Event, EventOf, Objection, Step } from './event.ts';
import { noUsage, addUsage, type Usage } from './event.ts';

/** The call that is not settled. Without a `step` it is the loop itself that asks a person, for `reason`. */
export type OpenCall = {
  readonly call_id: string;
  readonly step?: Step;
  readonly objection?: Objection;
  readonly reason?: string;
  /** How often a process has claimed it: 0 until it starts. */
  readonly attempt: number;
  /** The `advance()` that holds it. */
  readonly by?: string;
  /** When the request expires, or while running, when the lease ends. */
  readonly due?: string | undefined;
};

/** Counted since a person last spoke, for the policy's budgets. `repeats`: the same step in a row. */
export type Spent = Readonly<{
  steps: number;
  errors: number;
  tokens: number;
  usd: number;
  repeats: number;
}>;

type Settled = 'thinking' | 'done' | 'failed' | 'cancelled';
type Unsettled =
  'ready' | 'running' | 'waiting_for_approval' | 'waiting_for_human' | 'waiting_for_result';

/** Whose turn it is: the model's (thinking), anybody's (ready), its holder's (running), a person's, or nobody's. */
export type Status = Settled | Unsettled;

/** `usage` is of the whole thread. */
export type State = Progress & { readonly usage: Usage };

type Progress = { readonly spent: Spent; readonly last?: Step } & (
  | { readonly status: Settled; readonly open?: never }
  | { readonly status: Unsettled; readonly open: OpenCall }
);

const nothing: Spent = { steps: 0, errors: 0, tokens: 0, usd: 0, repeats: 0 };
export const initialState: State = { status: 'done', spent: nothing, usage: noUsage };

const asking: readonly Status[] = [
  'waiting_for_approval',
  'waiting_for_human',
  'waiting_for_result',
];
const alive: readonly Status[] = ['thinking', 'ready', 'running', ...asking, 'done', 'failed'];

/** When an event counts. At any other time it is late, a duplicate or foreign, and changes nothing. */
const counts: Record<Event['type'], readonly Status[]> = {
  message: alive,
  prefetched: alive,
  tool_call: ['thinking'],
  model_error: ['thinking'],
  approval: ['waiting_for_approval'],
  human_response: ['waiting_for_human'],
  tool_started: ['ready', 'running', 'waiting_for_result'],
  tool_pending: ['running'],
  tool_result: ['running', 'waiting_for_result'],
  tool_error: ['running', 'waiting_for_result'],
  handed_over: ['thinking', 'running', 'waiting_for_result'],
  expired: asking,
  cancelled: [...alive, 'cancelled'],
};

export const eventTypes = Object.keys(counts);

/** The whole state machine: pure and total, ignorant of policy and tools, so a thread always replays to one state. */
export function reduce(state: State, event: Event): State {
  if (!applies(state, event)) return state;
  const { usage } = 'usage' in event ? event : {};
  const next = apply(state, event);
  if (next === state) return state;
  if (!usage) return { ...next, usage: state.usage };
  const tokens = next.spent.tokens + usage.input_tokens + usage.output_tokens;
  const spent = { ...next.spent, tokens, usd: next.spent.usd + (usage.usd ?? 0) };
  return { ...next, spent, usage: addUsage(state.usage, usage) };
}

function applies({ status, open }: State, event: Event): boolean {
  if (!Object.hasOwn(counts, event.type) || !counts[event.type].includes(status)) return false;
  if (open === undefined || !('call_id' in event)) return true;
  if (event.call_id !== open.call_id) return false;
  if (event.type === 'tool_started') return event.attempt === open.attempt + 1;
  return !('attempt' in event) || event.attempt === open.attempt;
}

function apply(state: Progress, event: Event): Progress {
  const { spent, open = none } = state;
  switch (event.type) {
    case 'message':
      return open.attempt > 0 ? { ...state, spent: nothing } : heard;
    case 'tool_call':
      return chosen(state, event);
    case 'approval':
      if (event.approved)
        return { status: 'ready', spent: nothing, open: { ...open, due: undefined } };
      return event.by === 'policy' ? thinking(state, spent) : heard;
    case 'human_response':
      return heard;
    case 'tool_started':
      return { ...state, status: 'running', open: { ...open, ...claim(event) } };
    case 'tool_pending':
      return { ...state, status: 'waiting_for_result', open: { ...open, due: event.due } };
    case 'tool_result':
      return thinking(state, { ...spent, errors: 0 });
    case 'tool_error':
    case 'model_error':
      return thinking(state, { ...spent, errors: spent.errors + 1 });
    case 'handed_over':
      return { ...state, status: 'waiting_for_human', open: { ...open, ...question(event) } };
    case 'expired':
      return event.outcome === 'denied' ? thinking(state, spent) : { status: 'failed', spent };
    case 'cancelled':
      return { status: 'cancelled', spent };
    case 'prefetched':
      return state;
    default:
      return event satisfies never;
  }
}

const none: OpenCall = { call_id: '', attempt: 0 };

/** A person spoke: the model's turn, with fresh budgets. */
const heard: Progress = { status: 'thinking', spent: nothing };

const thinking = ({ last }: Progress, spent: Spent): Progress => ({
  status: 'thinking',
  spent,
  ...(last && { last }),
});

function chosen({ spent, last }: Progress, event: EventOf<'tool_call'>): Progress {
  const { call_id, due, step, awaits, objection } = event;
  const repeats = last && JSON.stringify(last) === JSON.stringify(step) ? spent.repeats + 1 : 1;
  const after = { ...spent, steps: spent.steps + 1, repeats };
  if (awaits === 'message') return { status: 'done', spent: after };
  const open = { call_id, due, step, attempt: 0, ...(objection && { objection }) };
  return { status: statusFor[awaits], spent: after, last: step, open };
}

const statusFor = {
  result: 'ready',
  approval: 'waiting_for_approval',
  answer: 'waiting_for_human',
} as const;

const claim = ({ attempt, by, lease_until: due }: EventOf<'tool_started'>) => ({
  attempt,
  by,
  due,
});
const question = ({ call_id, due, reason }: EventOf<'handed_over'>) => ({ call_id, due, reason });
