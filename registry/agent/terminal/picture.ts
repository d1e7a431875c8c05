import type { Event } from '../core/event.ts';
import { requireThread } from '../core/people.ts';
import { wellFormed } from '../core/sanitize.ts';
import type { Thread } from '../core/store.ts';
import { initial, reduce, type State, type Status } from '../core/thread.ts';
import { clock, duration, moment, plain, type Role } from '../screen/text.ts';
import {
  findCall,
  isForPerson,
  shorten,
  viewOf,
  withReason,
  type EventView,
} from './event-view.ts';
import { fitText } from './fit-text.ts';
import { shapes, style, type Mark } from './svg-style.ts';
import type { Command } from './types.ts';

export const pictureCommand: Command = {
  usage: 'show <thread> --svg',
  about: 'a picture of it: add > thread.svg',
  piped: true,
  async run({ backend, screen }, { id }) {
    screen.write(`${drawThread(requireThread(await backend.load(id)))}\n`);
  },
};

/** Places from the left, in px. */
const [TIME, SPINE, WHO, WHAT, RIGHT, WIDTH] = [80, 100, 122, 204, 736, 760];
/** Heights in px: of a line of text, between two rows, of a pause, of the head. */
const [LINE, GAP, PAUSE, HEAD] = [18, 12, 44, 84];
/** Columns of a name, columns of a line, and lines of one text. */
const [NAME, COLUMNS, MAX_LINES] = [10, 66, 2];
/** ms without an event that are drawn as a pause. */
const PAUSE_MS = 600_000;

type Drawn = { readonly svg: string; readonly height: number };

/** A thread as an SVG for light and dark pages, without scripts and fonts. */
export function drawThread(thread: Thread): string {
  const parts: string[] = [];
  let [y, last] = [HEAD, HEAD];
  for (const { svg, height } of drawItems(thread)) {
    parts.push(`<g transform="translate(0 ${y})">${svg}</g>`);
    last = y + LINE / 2;
    y += height;
  }
  const height = y + GAP;
  const title = escape(`Thread ${thread.id}: ${thread.state.status}`);
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  const border = `x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="10"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    style,
    `<rect class="on rule" ${border} stroke="currentColor"/>`,
    drawHead(thread),
    drawRule(`M${SPINE} ${HEAD + LINE / 2}V${last}`, 2),
    ...parts,
    '</svg>',
  ].join('\n');
}

const drawRule = (path: string, width = 1): string =>
  `<path class="rule" d="${path}" stroke="currentColor" stroke-width="${width}"/>`;

function drawHead({ id, events, state }: Thread): string {
  const noun = events.length === 1 ? 'event' : 'events';
  const status = state.status.replaceAll('_', ' ');
  const width = status.length * 7 + 24;
  const role = statusRoles[state.status] ?? 'policy';
  const pill = `x="${RIGHT - width}" y="20" width="${width}" height="24" rx="12" fill="none"`;
  return [
    drawText('code text name', 24, 34, id),
    drawText('dim', 24, 54, `${events.length} ${noun}  ·  ${periodOf(events)}`),
    `<rect class="${role}" ${pill} stroke="currentColor"/>`,
    drawText(`${role} mid name`, RIGHT - width / 2, 36, status),
    drawRule(`M24 68H${RIGHT}`),
  ].join('');
}

/** From the first event to the last. The day is not repeated. */
function periodOf(events: readonly Event[]): string {
  const [from = '', to = ''] = [events[0], events.slice(-1)[0]].map(
    (event) => event && moment(event.at),
  );
  if (from === to) return from;
  const isSameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${from} to ${isSameDay ? to.slice(11) : to}`;
}

const statusRoles: Partial<Record<Status, Role>> = {
  done: 'tool',
  failed: 'bad',
  cancelled: 'bad',
  thinking: 'agent',
};

/** Rows of events, the pauses between them, and what the thread waits for. */
function* drawItems({ events, state }: Thread): Generator<Drawn> {
  let before: State = initial;
  for (const [index, event] of events.entries()) {
    const pause = pauseBetween(before, events[index - 1], event);
    if (pause !== undefined) yield drawPause(pause);
    const view = viewOf(events.slice(0, index + 1));
    const isOutcome = event.type === 'tool_result' || event.type === 'tool_error';
    const call = isOutcome && findCall(events, event.call_id);
    const subject = call ? plain(call.step.intent) : '';
    const isCode = event.type === 'tool_call' && !isForPerson(event);
    if (view) yield drawRow(markOf(event, view), clock(event.at), { subject, ...view }, isCode);
    before = reduce(before, event);
  }
  const awaited = waitsFor[state.status];
  if (awaited === undefined) return;
  const due = state.open?.due === undefined ? '' : `, until ${moment(state.open.due)}`;
  yield drawRow('waiting', '', { who: 'waiting', role: 'policy', text: awaited + due });
}

const waitsFor: Partial<Record<Status, string>> = {
  waiting_for_approval: 'for an approval',
  waiting_for_human: 'for an answer',
  waiting_for_result: 'for a result from outside',
};

function pauseBetween(
  { status }: State,
  before: Event | undefined,
  after: Event,
): string | undefined {
  if (!before) return undefined;
  const ms = Date.parse(after.at) - Date.parse(before.at);
  if (!(ms >= PAUSE_MS)) return undefined;
  const text = waitsFor[status] ? `waited ${duration(ms)}` : `${duration(ms)} later`;
  const day = moment(after.at).slice(0, 10);
  if (moment(before.at).startsWith(day)) return text;
  return `${text}  ·  ${day}`;
}

/** The shape beside a row, which tells its kind without colours. */
function markOf(event: Event, { role }: EventView): Mark {
  switch (event.type) {
    case 'approval':
      if (event.edit) return 'person';
      return event.approved ? 'approved' : 'denied';
    case 'expired':
      return event.outcome;
    case 'cancelled':
      return 'denied';
    case 'tool_call':
      return 'model';
    default:
      if (role === 'bad') return 'failed';
      if (role === 'person' || role === 'policy') return role;
      return 'tool';
  }
}

function drawRow(mark: Mark, time: string, view: EventView, isCode = false): Drawn {
  const { who, subject = '', note, duration: took = '' } = view;
  const role = mark === 'denied' || mark === 'failed' ? 'bad' : view.role;
  const said = withReason(view.summary ?? view.text, view.reason);
  const text = isCode ? said : shorten(said, 2_000);
  const lines = fitText([subject, text].filter(Boolean).join('  '), COLUMNS, MAX_LINES);
  const notes = note ? fitText(note, COLUMNS, MAX_LINES) : [];
  const y = (line: number) => 13.5 + line * LINE;
  const kind = isCode ? 'code text' : 'text';
  const svg = [
    `<g class="${role}" transform="translate(${SPINE} ${LINE / 2})">${shapes[mark]}</g>`,
    drawText('time dim end', TIME, 13, time),
    drawText(`${role} who`, WHO, 13.5, fitText(who, NAME, 1).join('')),
    ...lines.map((line, index) => drawText(kind, WHAT, y(index), line, index ? '' : subject)),
    ...notes.map((line, index) => drawText('policy', WHAT, y(lines.length + index), line)),
    drawText('time dim end', RIGHT, 13, took),
  ];
  return { svg: svg.join(''), height: (lines.length + notes.length) * LINE + GAP };
}

/** A break in the line, and its length. */
function drawPause(text: string): Drawn {
  const y = PAUSE / 2 - GAP / 2;
  const wave = 'l5.3-4 5.3 4 5.3-4';
  const waves = `M${SPINE - 8} ${y - 2}${wave}M${SPINE - 8} ${y + 6}${wave}`;
  const svg = [
    `<rect class="on" x="${SPINE - 9}" y="${y - 4}" width="18" height="8"/>`,
    `<path class="dim line" d="${waves}"/>`,
    drawText('dim', WHO, y + 5, text),
  ];
  return { svg: svg.join(''), height: PAUSE };
}

/** A line of text. `name` is set apart if the line starts with it. */
function drawText(kind: string, x: number, y: number, line: string, name = ''): string {
  if (line === '') return '';
  const place = `class="${kind}" x="${x}" y="${y}"`;
  if (name === '' || !line.startsWith(name)) return `<text ${place}>${escape(line)}</text>`;
  const start = `<tspan class="code name">${escape(name)}</tspan>`;
  return `<text ${place}>${start}${escape(line.slice(name.length))}</text>`;
}

/** Text for XML, which allows no control characters and no unpaired surrogates. */
const escape = (line: string): string =>
  plain(wellFormed(line))
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
