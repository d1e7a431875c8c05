import { callsIn, isObject, without } from '../core/event.ts';
import type { Call, Event, EventOf, Step } from '../core/event.ts';
import type { Draft } from '../core/model.ts';
import { HELD } from '../core/model-turn.ts';
import { endorsersOf } from '../core/policy.ts';
import { formatValue } from '../core/context.ts';
import { escapeUnseen } from '../core/sanitize.ts';
import { initial, reduce } from '../core/thread.ts';
import {
  breakWords,
  duration,
  moment,
  plain,
  startOf,
  wrap,
  type Page,
  type Role,
} from '../screen/text.ts';

/** An event for people. All texts are printable and not yet wrapped. */
export type EventView = {
  /** A person's name, or `agent`, `model`, `tool`, `policy`. */
  readonly who: string;
  readonly role: Role;
  /** The intent of a step, or the name of a prefetched value. */
  readonly subject?: string;
  readonly text: string;
  /** The text in a few words, if it is a value. */
  readonly summary?: string;
  /** The start of a value that the summary only calls `ok`. */
  readonly preview?: string;
  readonly reason?: string;
  /** A consequence: a step needs approval, or a request is taken back. */
  readonly note?: string;
  /** How long the tool ran. */
  readonly duration?: string;
};

/** Describes the last of `events`; undefined if people need not see it. */
export function viewOf(events: readonly Event[]): EventView | undefined {
  const event = events.slice(-1)[0];
  switch (event?.type) {
    case undefined:
      return undefined;
    case 'message':
      return message(events, event);
    case 'prefetched':
      return { ...value(event.result), subject: plain(`prefetched ${event.name}`) };
    case 'tool_call':
      return toolCall(event);
    case 'model_error':
      return failure('model', event.error);
    case 'approval':
      return event.edit ? edited(event, event.edit) : decision(event);
    case 'endorsed':
      return endorsement(events, event);
    case 'human_response':
      return person(event.by, event.text);
    case 'tool_started':
      return event.attempt > 1 ? tool(`attempt ${event.attempt}`) : undefined;
    case 'tool_pending':
      return pendingCall(events, event);
    case 'tool_result':
      return { ...value(event.result), duration: timeOf(events, event) };
    case 'tool_error':
      return { ...failure('tool', event.error), duration: timeOf(events, event) };
    case 'child_started':
      return { ...tool('started'), subject: plain(`${event.agent} works in ${event.thread}`) };
    case 'part_ended':
      return partEnded(events, event);
    case 'handed_over':
      return person('policy', 'handed to a person', event.reason);
    case 'expired':
      return person('policy', 'no answer in time', event.outcome);
    case 'cancelled':
      return person(event.by, 'cancelled', event.reason);
    case 'forked': {
      const text = `copied ${event.thread} up to event ${event.version}`;
      return {
        ...person(event.by, text),
        note: 'so each step needs approval',
      };
    }
    case 'lifted':
      return person(event.by, 'lifted the approval of each step');
    case 'delivery':
      return delivery(event);
    default:
      return event satisfies never;
  }
}

export const withReason = (text: string, reason: string | undefined): string =>
  reason ? `${text}: ${reason}` : text;

const tool = (text: string): EventView => ({ who: 'tool', role: 'tool', text });

/** A person, or the policy. */
function person(who: string, text: string, reason = ''): EventView {
  const role = who === 'policy' ? 'policy' : 'person';
  return { who: plain(who), role, text: plain(text), reason: plain(reason) };
}

function failure(who: string, error: string): EventView {
  return { who, role: 'bad', text: 'failed', reason: plain(error) };
}

function delivery({ delivery: id, state, error = '' }: EventOf<'delivery'>): EventView | undefined {
  // A thread that another one waits for has told it how it ended.
  if (state === 'sending' || id === 'parent') return undefined;
  const told = whatWasTold(id);
  if (state === 'sent') return { who: 'outbox', role: 'dim', text: plain(`told ${told}`) };
  return { ...failure('outbox', error), text: plain(`could not tell ${told}`) };
}

/** Says in words where what was told: an id is `request/part/address`. */
function whatWasTold(id: string): string {
  const [, part = '', address = 'people'] = /^[^/]*\/(\w+)\/([^]+)$/.exec(id) ?? [];
  if (part === '') return address;
  if (/^\d/.test(part)) return `${address} of the request`;
  return `${address} how the ${part.startsWith('answered') ? 'request' : 'thread'} ended`;
}

function partEnded(events: readonly Event[], event: EventOf<'part_ended'>): EventView {
  const { call_id, part, result, error } = event;
  const steps = findCall(events, call_id)?.step['steps'];
  const step: unknown = Array.isArray(steps) ? steps[Number(part)] : undefined;
  const name = plain(isObject(step) ? String(step['intent']) : `part ${part}`);
  if (error !== undefined) return { ...failure('tool', error), subject: `${name} failed` };
  return { ...value(result), subject: name };
}

/** A call that waits for threads it started only looks at them when it is due. */
function pendingCall(
  events: readonly Event[],
  { call_id, due }: EventOf<'tool_pending'>,
): EventView | undefined {
  const isOfAgents = events.some(
    (event) => event.type === 'child_started' && event.call_id === call_id,
  );
  return isOfAgents ? undefined : tool(`its result is due by ${moment(due)}`);
}

function value(result: unknown): EventView {
  const summary = summarize(result);
  const view = { ...tool(fullText(result)), summary };
  const isNamed = summary === 'ok' && isObject(result);
  return isNamed ? { ...view, preview: shorten(JSON.stringify(result, null, 1)) } : view;
}

/** `--json` shows all of it. */
const fullText = (result: unknown): string => formatValue(result, '', plain, 1_000);

function message(events: readonly Event[], event: EventOf<'message'>): EventView {
  const { from, text, data } = event;
  const values = data === undefined ? [] : [fullText(data)];
  const lines = [text, ...values].filter((line) => line !== undefined);
  const view = { ...person(from, lines.join('\n')), summary: plain(text ?? shorten(data)) };
  const before = events.slice(0, -1).reduce(reduce, initial);
  const { open, status } = before;
  if (!open || reduce(before, event).open) return view;
  const request = status === 'waiting_for_human' ? 'the question' : open.step?.intent;
  return { ...view, note: plain(`so ${request} was taken back`) };
}

function toolCall(call: Call): EventView {
  const { step, objection } = call;
  const args = objection ? stepArguments(step) : summaryOf(step);
  const text = isForPerson(call) ? stepText(step) : args;
  return {
    who: 'agent',
    role: 'agent',
    subject: plain(step.intent),
    text,
    ...approvalNote(call),
  };
}

function approvalNote({ awaits, objection }: Call): { readonly note?: string } {
  if (awaits !== 'approval' || !objection || !('ask' in objection)) return {};
  return { note: `needs approval: ${plain(withSource(objection.ask))}` };
}

/** Says where the rule is that asks. */
export const withSource = (ask: string): string =>
  ask.startsWith(HELD) ? ask : `${ask} (policy.ts)`;

const decision = ({ by, approved, comment }: EventOf<'approval'>): EventView =>
  person(by, approved ? 'approved' : 'denied', comment);

function edited({ by, comment }: EventOf<'approval'>, edit: Call): EventView {
  const text = `changed to ${stepArguments(edit.step)}`;
  return {
    ...person(by, text, comment),
    ...approvalNote(edit),
  };
}

function endorsement(
  events: readonly Event[],
  { call_id, by, comment }: EventOf<'endorsed'>,
): EventView {
  const { objection } = findCall(events, call_id) ?? {};
  const isAsked = objection && 'ask' in objection;
  const count = isAsked ? objection.count : 1;
  const given = endorsersOf(call_id, events).length;
  return person(by, `approved (${given} of ${count})`, comment);
}

/** How long the attempt took that `outcome` ended. Empty below 0.1 s. */
function timeOf(events: readonly Event[], outcome: EventOf<'tool_result' | 'tool_error'>): string {
  const starts = events.filter((event) => event.type === 'tool_started');
  const started = starts.filter(({ call_id }) => call_id === outcome.call_id).slice(-1)[0];
  const ms = Date.parse(outcome.at) - Date.parse(started?.at ?? outcome.at);
  return ms >= 100 ? duration(ms) : '';
}

/** The exact arguments of a step, as JSON on one line. What cannot be seen is escaped. */
export function stepArguments(step: Step): string {
  return escapeUnseen(JSON.stringify(without(step, 'intent')));
}

/** The only argument of a step if it is a text, else all arguments. `about` is for a program. */
export function stepText(step: Step): string {
  const values = Object.values(without(without(step, 'intent'), 'about')).filter(
    (value) => value !== null && value !== undefined,
  );
  const [text = '', ...more] = values;
  if (typeof text !== 'string' || more.length > 0) return stepArguments(step);
  return plain(text);
}

/** Whether a person reads the step. Otherwise code runs it. */
export function isForPerson({ awaits }: Call): boolean {
  return awaits === 'answer' || awaits === 'message';
}

export function findCall(events: readonly Event[], call_id: string): Call | undefined {
  return callsIn(events).find((call) => call.call_id === call_id);
}

/** A step on one line: its number, intent, and text, or arguments: those given, or a start. */
export function stepLine(
  events: readonly Event[],
  call_id: string,
  screen: Page,
  given?: string,
): string {
  const call = findCall(events, call_id);
  if (!call) return '';
  const step = startOfLine(callsIn(events).indexOf(call) + 1, call.step.intent, screen);
  if (given !== undefined) return (step + given).trimEnd();
  if (!isForPerson(call)) return step + cutLine(summaryOf(call.step), 200);
  return wrap(step + stepText(call.step), screen.columns(), indentFor(screen)).trimEnd();
}

function startOfLine(number: number, name: string, { paint, columns }: Page): string {
  const intent = plain(name);
  const gap = ''.padEnd((columns() >= 80 ? 18 : 0) - intent.length);
  return `${String(number).padStart(3)}  ${paint('agent', intent)}${gap} `;
}

/** A step as far as the model has written it, in the lines that it will have. */
export function draftLines(
  events: readonly Event[],
  { intent, texts }: Draft,
  screen: Page,
): readonly string[] {
  const indent = indentFor(screen);
  const lines = plain(Object.values(texts).join('\n')).split('\n');
  const room = screen.columns() - indent.length;
  const text = lines.map((line) => breakWords(line, room)).join('\n');
  const start = startOfLine(callsIn(events).length + 1, intent, screen);
  return wrap(start + text, screen.columns(), indent).split('\n');
}

/** The arguments of a step, the task of an agent, or the names of several steps at once. */
function summaryOf(step: Step): string {
  const { intent, steps, agent, text } = step;
  if (typeof agent === 'string' && typeof text === 'string') return plain(`${agent}: ${text}`);
  const all: readonly unknown[] = Array.isArray(steps) ? steps : [];
  const names = all.flatMap((one) => (isObject(one) && one['intent'] ? [one['intent']] : []));
  if (names.length > 0 && names.length === all.length) return plain(names.join(', '));
  return stepArguments({ ...without(step, 'options'), intent });
}

/** The indent of the further lines of a step. */
export function indentFor({ columns }: Page): string {
  return ' '.repeat(columns() >= 80 ? 24 : 5);
}

/** Any value on one line, cut after `max` columns. */
export function shorten(value: unknown, max = 200): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return cutLine(plain((text ?? '').replace(/\s+/g, ' ').trim()), max);
}

function cutLine(line: string, max: number): string {
  if (line.length <= max) return line;
  return `${startOf(line, max)} ... (${line.length} characters)`;
}

/** A result in a few words: `ok` if it is neither short nor a list. */
export function summarize(result: unknown): string {
  if (result === null || result === true || result === '') return 'ok';
  if (typeof result === 'string') return shorten(result);
  const firsts = Array.isArray(result) ? result.map(firstColumn) : [];
  if (firsts.length > 0 && firsts.every((first) => typeof first !== 'object'))
    return shorten(firsts.join(', '));
  const text = shorten(result);
  return text.length <= 40 ? text : 'ok';
}

function firstColumn(row: unknown): unknown {
  return typeof row === 'object' && row ? Object.values(row)[0] : row;
}
