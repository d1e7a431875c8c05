import type { Event, EventOf } from '../core/event.ts';
import { formatValue } from '../core/format.ts';
import type { Thread } from '../core/store.ts';
import { clock, moment, plain, wrap, type Page, type Role } from '../screen/text.ts';
import { withdraws } from './narrate.ts';
import { argumentsOf, callOf, isSpoken, spoken, took } from './step.ts';

/** Characters of one result; `--json` has them all. */
const LONGEST = 1_000;

type Entry = {
  readonly role: Role;
  readonly who: string;
  readonly text: string;
  readonly exact?: boolean;
};

/** What happened in a thread: the time, the step, who speaks, and what came of it. */
export function timeline({ events }: Pick<Thread, 'events'>, screen: Page): string[] {
  const models = new Set(events.map((event) => modelOf(event)).filter(Boolean));
  return events.flatMap((event, index) => {
    const entry = entryOf(events.slice(0, index + 1), event);
    if (!entry) return [];
    const day = dayOf(event);
    const isNewDay = index === 0 || day !== dayOf(events[index - 1] ?? event);
    const number = event.type === 'tool_call' ? callOf(events, event.call_id)?.number : undefined;
    const author = models.size > 1 ? modelOf(event) : undefined;
    const said = author ? { ...entry, text: `${entry.text}\n(by ${plain(author)})` } : entry;
    return [
      ...(isNewDay ? [`  ${screen.paint('dim', day)}`] : []),
      lineOf(clock(event.at), number, said, screen),
    ];
  });
}

const modelOf = (event: Event): string | undefined =>
  'usage' in event ? event.usage?.model : undefined;

const dayOf = ({ at }: Event): string => moment(at).slice(0, 10);

function lineOf(
  time: string,
  number: number | undefined,
  { role, who, text, exact }: Entry,
  { paint, columns }: Page,
): string {
  const name = plain(who);
  const speaker = paint(role, name) + ' '.repeat(Math.max(1, 8 - name.length));
  const head = `  ${paint('dim', time)} ${String(number ?? '').padStart(3)}  ${speaker}`;
  return wrap(
    head + text,
    exact ? Number.POSITIVE_INFINITY : columns(),
    ' '.repeat(columns() >= 80 ? 24 : 5),
  ).trimEnd();
}

/** What the last of `events` says, and who says it; nothing for mere bookkeeping. */
function entryOf(events: readonly Event[], event: Event): Entry | undefined {
  switch (event.type) {
    case 'message':
      return person(event.from, heard(events, event));
    case 'prefetched':
      return tool(`prefetched ${plain(event.name)}: ${found(event.result)}`);
    case 'tool_call':
      return chosen(event);
    case 'model_error':
      return { role: 'bad', who: 'model', text: plain(event.error) };
    case 'approval':
      return decided(event);
    case 'human_response':
      return person(event.by, plain(event.text));
    case 'tool_started':
      return event.attempt > 1 ? tool(`attempt ${event.attempt}`) : undefined;
    case 'tool_pending':
      return tool(`its result is due by ${moment(event.due)}`);
    case 'tool_result':
      return tool(found(event.result) + lasted(events, event));
    case 'tool_error':
      return {
        role: 'bad',
        who: 'tool',
        text: `failed: ${plain(event.error)}${lasted(events, event)}`,
      };
    case 'handed_over':
      return policy(`handed to a person: ${event.reason}`);
    case 'expired':
      return policy(`nobody answered in time: ${event.outcome}`);
    case 'cancelled':
      return person(event.by, `cancelled${because(event.reason)}`);
    default:
      return event satisfies never;
  }
}

const person = (who: string, text: string): Entry => ({ role: 'person', who, text });
const tool = (text: string): Entry => ({ role: 'tool', who: 'tool', text });
const policy = (text: string): Entry => ({ role: 'policy', who: 'policy', text: plain(text) });
const because = (why: string | undefined): string => (why ? `: ${plain(why)}` : '');

function lasted(events: readonly Event[], outcome: EventOf<'tool_result' | 'tool_error'>): string {
  const time = took(events, outcome);
  return time && `  (${time})`;
}

/** A result as the model sees it, up to a length. */
function found(result: unknown): string {
  const text = formatValue(result, '', plain);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} ... (${text.length} characters)` : text;
}

function heard(events: readonly Event[], { text, data }: EventOf<'message'>): string {
  const withdrawn = withdraws(events);
  const note = withdrawn === undefined ? '' : `\n(so ${withdrawn} was taken back)`;
  const parts = [
    ...(text === undefined ? [] : [plain(text)]),
    ...(data === undefined ? [] : [found(data)]),
  ];
  return parts.join('\n') + note;
}

function chosen(event: EventOf<'tool_call'>): Entry {
  const { step, objection } = event;
  const exact = !isSpoken(event);
  const asks =
    objection && 'ask' in objection ? `\nneeds approval: ${plain(objection.ask)} (policy.ts)` : '';
  const text = `${plain(step.intent)} ${exact ? argumentsOf(step) : spoken(step)}${asks}`;
  return { role: 'agent', who: 'agent', text, exact };
}

function decided({ approved, by, comment }: EventOf<'approval'>): Entry {
  const text = (approved ? 'approved' : 'denied') + because(comment);
  return by === 'policy' ? policy(text) : person(by, text);
}
