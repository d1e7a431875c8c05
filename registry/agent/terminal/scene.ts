import type { Event, EventOf } from '../core/event.ts';
import type { Thread } from '../core/store.ts';
import { initialState, reduce, type State, type Status } from '../core/thread.ts';
import { clock, duration, moment, plain, type Role } from '../screen/text.ts';
import { withdraws } from './narrate.ts';
import { argumentsOf, brief, callOf, compact, isSpoken, spoken, took } from './step.ts';

/** What stands beside a row; each has a shape of its own, so that none is told by its colour alone. */
export type Mark =
  'person' | 'model' | 'tool' | 'policy' | 'approved' | 'denied' | 'failed' | 'waiting';

/** An event in a picture. `code` is set apart; an `isExact` text is code, too; `note` stands at the right end. */
export type Row = {
  readonly mark: Mark;
  readonly role: Role;
  readonly time: string;
  readonly who: string;
  readonly code?: string;
  readonly text: string;
  readonly isExact?: boolean;
  readonly why?: string;
  readonly note?: string;
};
/** A while in which nothing happened. */
export type Pause = { readonly pause: string };

/** ms without an event that are worth a break in the line. */
const LONG_MS = 600_000;

/** A thread as the rows of a picture, and at its end what it waits for. */
export function scene({ events, state }: Thread): (Row | Pause)[] {
  const rows: (Row | Pause)[] = [];
  let before: State = initialState;
  for (const [index, event] of events.entries()) {
    const previous = events[index - 1];
    if (previous) rows.push(...pauseOf(before, previous, event));
    const row = rowOf(events.slice(0, index + 1), event);
    if (row) rows.push({ ...row, time: clock(event.at) });
    before = reduce(before, event);
  }
  const open = waitsFor[state.status];
  if (open === undefined) return rows;
  const due = state.open?.due === undefined ? '' : `, until ${moment(state.open.due)}`;
  return [...rows, { mark: 'waiting', role: 'policy', time: '', who: 'waiting', text: open + due }];
}

const waitsFor: Partial<Record<Status, string>> = {
  waiting_for_approval: 'for an approval',
  waiting_for_human: 'for an answer',
  waiting_for_result: 'for a result from outside',
};

function pauseOf({ status }: State, before: Event, after: Event): Pause[] {
  const ms = Date.parse(after.at) - Date.parse(before.at);
  if (!(ms >= LONG_MS)) return [];
  const [from, to] = [moment(before.at).slice(0, 10), moment(after.at).slice(0, 10)];
  const text = waitsFor[status] ? `waited ${duration(ms)}` : `${duration(ms)} later`;
  return [{ pause: from === to ? text : `${text}  ·  ${to}` }];
}

type Said = Omit<Row, 'time'>;

/** What the last of `events` comes to; nothing for mere bookkeeping. */
function rowOf(events: readonly Event[], event: Event): Said | undefined {
  switch (event.type) {
    case 'message':
      return heard(events, event);
    case 'prefetched':
      return { ...tool(brief(event.result)), code: plain(event.name) };
    case 'tool_call':
      return chosen(event);
    case 'model_error':
      return failed('model', event.error);
    case 'approval':
      return decided(event);
    case 'human_response':
      return person(event.by, line(event.text));
    case 'tool_started':
      return event.attempt > 1 ? tool(`attempt ${event.attempt}`) : undefined;
    case 'tool_pending':
      return tool(`its result is due by ${moment(event.due)}`);
    case 'tool_result':
      return { ...tool(brief(event.result)), ...ended(events, event) };
    case 'tool_error':
      return { ...failed('tool', event.error), ...ended(events, event) };
    case 'handed_over':
      return {
        mark: 'policy',
        role: 'policy',
        who: 'policy',
        text: `handed to a person: ${line(event.reason)}`,
      };
    case 'expired':
      return { ...policy[event.outcome], text: `nobody answered in time: ${event.outcome}` };
    case 'cancelled':
      return {
        ...person(event.by, `cancelled${because(event.reason)}`),
        mark: 'denied',
        role: 'bad',
      };
    default:
      return event satisfies never;
  }
}

/** Longer than any line of a picture. */
const line = (value: unknown): string => compact(value, 2_000);

const tool = (text: string): Said => ({ mark: 'tool', role: 'tool', who: 'tool', text });
const person = (who: string, text: string): Said => ({
  mark: 'person',
  role: 'person',
  who: line(who),
  text,
});
const failed = (who: string, error: string): Said => ({
  mark: 'failed',
  role: 'bad',
  who,
  text: `failed: ${line(error)}`,
});
const policy = {
  denied: { mark: 'denied', role: 'bad', who: 'policy' },
  failed: { mark: 'failed', role: 'bad', who: 'policy' },
} as const;
const because = (why: string | undefined): string => (why ? `: ${line(why)}` : '');

function ended(
  events: readonly Event[],
  outcome: EventOf<'tool_result' | 'tool_error'>,
): Pick<Row, 'note' | 'code'> {
  const call = callOf(events, outcome.call_id)?.event;
  return { note: took(events, outcome), ...(call && { code: plain(call.step.intent) }) };
}

function heard(events: readonly Event[], { from, text, data }: EventOf<'message'>): Said {
  const withdrawn = withdraws(events);
  const why = withdrawn === undefined ? {} : { why: `so ${withdrawn} was taken back` };
  return { ...person(from, line(text ?? data)), ...why };
}

function chosen(event: EventOf<'tool_call'>): Said {
  const { step, objection } = event;
  const isExact = !isSpoken(event);
  const text = isExact ? argumentsOf(step) : line(spoken(step));
  const why =
    objection && 'ask' in objection ? { why: `needs approval: ${line(objection.ask)}` } : {};
  return {
    mark: 'model',
    role: 'agent',
    who: 'model',
    code: plain(step.intent),
    text,
    isExact,
    ...why,
  };
}

function decided({ approved, by, comment }: EventOf<'approval'>): Said {
  const text = (approved ? 'approved' : 'denied') + because(comment);
  if (approved) return { ...person(by, text), mark: 'approved' };
  return { ...person(by, text), mark: 'denied', role: 'bad' };
}
