import { wellFormed } from '../core/sanitize.ts';
import type { Thread } from '../core/store.ts';
import { fit } from './fit.ts';
import { moment, plain } from '../screen/text.ts';
import { shapes, style } from './ink.ts';
import { scene, type Pause, type Row } from './scene.ts';

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
