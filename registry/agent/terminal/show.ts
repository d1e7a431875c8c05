import type { Agent } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import type { Event, EventOf } from '../core/event.ts';
import { formatValue } from '../core/format.ts';
import { modelFor } from '../core/model-turn.ts';
import { type Thread, toThreadDocument } from '../core/store.ts';
import { clock, moment, type Page, plain, type Role, wrap } from '../screen/text.ts';
import { argumentsOf, callOf, isSpoken, spoken, took } from './format.ts';
import { withdraws } from './narrate.ts';
import { flagged } from './program.ts';

/** The exact text that the model would get now: the instructions, then the blocks. */
export const contextText = (
  { prompt, context }: Pick<Agent, 'prompt' | 'context'>,
  { events }: Thread,
): string => [prompt, ...context(events)].join('\n');

/** The exact request that the model would get now, as one JSON document. No key is needed, and none is in it. @throws Refused */
export function requestText(agent: Agent, thread: Thread): string {
  const request = previewOf(agent, thread);
  if (!request)
    throw new Refused(
      `This model shows no request. What it sees: ${flagged} show ${thread.id} --context`,
    );
  // Neither a user nor a query is asked with, and either may hold a key.
  const url = request.url.replace(/^(\w+:)?([\\/]*)[^\\/?#]*@/, '$1$2').replace(/[?#].*/s, '');
  return toJson({ url, body: request.body });
}

/** @throws Refused if the loop could not ask either */
function previewOf(agent: Agent, thread: Thread) {
  const { prompt: system, context, tools } = agent;
  const { events } = thread;
  const { signal } = new AbortController();
  try {
    const model = modelFor(agent, thread.state);
    return model.preview?.({
      system,
      blocks: context(events),
      events,
      schema: tools.schema,
      signal,
    });
  } catch (error) {
    throw new Refused(`The model cannot be asked: ${oneLine(error)}`);
  }
}

/** The one JSON document that `--json` prints. */
export const document = (thread: Thread): string => toJson(toThreadDocument(thread));

/** What JSON leaves as it is, and a terminal would act on. */
const unsafe = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** The same JSON, in which nothing acts on a terminal. */
export const inert = (json: string): string =>
  json.replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const toJson = (value: object): string => inert(JSON.stringify(value, null, 2));

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
