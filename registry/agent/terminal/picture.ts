import type { Event, EventOf } from '../core/event.ts';
import { wellFormed } from '../core/sanitize.ts';
import type { Thread } from '../core/store.ts';
import { initialState, reduce, type State, type Status } from '../core/thread.ts';
import { clock, duration, moment, plain, type Role } from '../screen/text.ts';
import { fit } from './fit.ts';
import { argumentsOf, brief, callOf, compact, isSpoken, spoken, took } from './format.ts';
import { shapes, style } from './ink.ts';
import { withdraws } from './narrate.ts';

/** Places from the left, in px. */
const [TIME, SPINE, WHO, WHAT, RIGHT, WIDTH] = [80, 100, 122, 204, 736, 760];
/** Heights in px: of a line of text, of what is between two rows, of a pause, and of the head. */
const [LINE, GAP, PAUSE, HEAD] = [18, 12, 44, 84];
/** What fits: columns of a name, columns of a line, lines of one text. */
const [NAME, COLUMNS, MOST_LINES] = [10, 66, 2];

/** A thread as a picture: an SVG without scripts or fonts of its own, for light pages and dark ones. */
export function picture(thread: Thread): string {
  const parts: string[] = [];
  let [y, last] = [HEAD, HEAD];
  for (const item of scene(thread)) {
    const isPause = 'pause' in item;
    const { svg, height } = isPause ? drawPause(item) : drawRow(item);
    parts.push(`<g transform="translate(0 ${y})">${svg}</g>`);
    last = y + LINE / 2;
    y += height;
  }
  const name = safe(`Thread ${thread.id}: ${thread.state.status}`);
  const size = `width="${WIDTH}" height="${y + GAP}" viewBox="0 0 ${WIDTH} ${y + GAP}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${name}">`,
    `<title>${name}</title>`,
    style,
    `<rect class="on rule" x=".5" y=".5" width="${WIDTH - 1}" height="${y + GAP - 1}" rx="10" stroke="currentColor"/>`,
    head(thread),
    `<path class="rule" d="M${SPINE} ${HEAD + LINE / 2}V${last}" stroke="currentColor" stroke-width="2"/>`,
    ...parts,
    '</svg>',
  ].join('\n');
}

function head({ id, events, state }: Thread): string {
  const [first, last] = [events[0], events.at(-1)];
  const [from, to] = [first ? moment(first.at) : '', last ? moment(last.at) : ''];
  const until = from.slice(0, 10) === to.slice(0, 10) ? to.slice(10) : ` ${to}`;
  const about = `${events.length} ${events.length === 1 ? 'event' : 'events'}  ·  ${from}${from === to ? '' : ` to${until}`}`;
  const status = state.status.replaceAll('_', ' ');
  const wide = status.length * 7 + 24;
  const role = roles[state.status] ?? 'policy';
  return [
    text('code text name', 24, 34, id),
    text('dim', 24, 54, about),
    `<rect class="${role}" x="${RIGHT - wide}" y="20" width="${wide}" height="24" rx="12" fill="none" stroke="currentColor"/>`,
    text(`${role} mid name`, RIGHT - wide / 2, 36, status),
    `<path class="rule" d="M24 68H${RIGHT}" stroke="currentColor"/>`,
  ].join('');
}

const roles: Readonly<Record<string, string>> = {
  done: 'tool',
  failed: 'bad',
  cancelled: 'bad',
  thinking: 'agent',
};

type Drawn = { readonly svg: string; readonly height: number };

function drawRow({ mark, role, time, who, code, text: said, isExact, why, note }: Row): Drawn {
  const lines = fit([code, said].filter(Boolean).join('  '), COLUMNS, MOST_LINES);
  const more = why === undefined ? [] : fit(why, COLUMNS, MOST_LINES);
  const kind = isExact ? 'code text' : 'text';
  const height = (lines.length + more.length) * LINE + GAP;
  const svg = [
    `<g class="${role}" transform="translate(${SPINE} ${LINE / 2})">${shapes[mark]}</g>`,
    text('time dim end', TIME, 13, time),
    text(`${role} who`, WHO, 13.5, fit(who, NAME, 1).join('')),
    ...lines.map((line, index) =>
      text(kind, WHAT, 13.5 + index * LINE, line, index === 0 ? code : undefined),
    ),
    ...more.map((line, index) => text('policy', WHAT, 13.5 + (lines.length + index) * LINE, line)),
    note ? text('time dim end', RIGHT, 13, note) : '',
  ];
  return { svg: svg.join(''), height };
}

/** A break in the line, and how long it is. */
function drawPause({ pause }: Pause): Drawn {
  const y = PAUSE / 2 - GAP / 2;
  const svg = [
    `<rect class="on" x="${SPINE - 9}" y="${y - 4}" width="18" height="8"/>`,
    `<path class="dim line" d="M${SPINE - 8} ${y - 2}l5.3-4 5.3 4 5.3-4M${SPINE - 8} ${y + 6}l5.3-4 5.3 4 5.3-4"/>`,
    text('dim', WHO, y + 5, pause),
  ];
  return { svg: svg.join(''), height: PAUSE };
}

/** A line of text; if it starts with `name`, that stands out. */
function text(kind: string, x: number, y: number, line: string, name = ''): string {
  const isNamed = name !== '' && line.startsWith(name);
  const said = isNamed
    ? `<tspan class="code name">${safe(name)}</tspan>${safe(line.slice(name.length))}`
    : safe(line);
  return line === '' ? '' : `<text class="${kind}" x="${x}" y="${y}">${said}</text>`;
}

/** Text that is nothing but text in XML, which knows no control characters, and no halves of others. */
const safe = (line: string): string =>
  plain(wellFormed(line))
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

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
