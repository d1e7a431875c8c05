import { textOf } from './record.js';

/** @typedef {import('./record.js').Run} Run */
/** @typedef {import('./record.js').Row} Row */
/** @typedef {import('./story.js').Scene} Scene */

// Sizes are in units of the picture. A letter has the same width in every font.
const letter = 8.4;
const line = 21;
const padding = 22;
const bar = 34;
const between = 58;
const width = Math.ceil(80 * letter) + 2 * padding;

const caption = 'Killed. No process runs overnight: the thread is one file on disk.';

/** The style class for each of the terminal's colours. */
const colours = new Map([
  [1, 'bad'],
  [2, 'tool'],
  [3, 'policy'],
  [5, 'agent'],
  [6, 'person'],
]);

const style = `
  svg { --back: #fff; --bar: #f6f8fa; --edge: #d0d7de; --text: #1f2328; --dim: #59636e; --light: #c8d1da;
    --agent: #8250df; --tool: #1a7f37; --policy: #9a6700; --person: #0969da; --bad: #cf222e; }
  @media (prefers-color-scheme: dark) {
    svg { --back: #0d1117; --bar: #161b22; --edge: #30363d; --text: #e6edf3; --dim: #9198a1; --light: #3d444d;
      --agent: #d2a8ff; --tool: #56d364; --policy: #e3b341; --person: #79c0ff; --bad: #ff7b72; }
  }
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; fill: var(--text);
    white-space: pre; }
  .window { fill: var(--back); stroke: var(--edge); }
  .bar { fill: var(--bar); }
  .edge { stroke: var(--edge); }
  .light { fill: var(--light); }
  .title, .caption { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; font-size: 13px; }
  .title { fill: var(--dim); font-weight: 600; text-anchor: middle; }
  .caption { font-size: 14px; font-weight: 600; }
  .pause { stroke: var(--dim); stroke-dasharray: 2 4; }
  .typed, .policy { font-weight: 600; }
  .dim { fill: var(--dim); }
${[...colours.values()].map((name) => `  .${name} { fill: var(--${name}); }\n`).join('')}`;

/**
 * Draws scenes one below the other, as a self-contained SVG that follows the reader's colour
 * scheme.
 * @param {readonly Scene[]} scenes
 */
export function draw(scenes) {
  let top = 1;
  const parts = scenes.map((scene, index) => {
    const y = top;
    const height = heightOf(scene);
    top += height + between;
    return drawScene(scene, y, height) + (index < scenes.length - 1 ? drawPause(y + height) : '');
  });
  const height = top - between + 1;
  const words = scenes
    .map(({ title, rows }) => `${title}\n${rows.map(textOf).join('\n')}`)
    .join(`\n${caption}\n`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title words">
<title id="title">A terminal: an agent asks before it deploys to production, and goes on when it is told to, a day later</title>
<desc id="words">${escaped(words)}</desc>
<style>${style}</style>
${parts.join('')}</svg>
`;
}

/** @param {Scene} scene */
const heightOf = ({ rows }) => bar + padding + rows.length * line + padding - 6;

/**
 * @param {Scene} scene
 * @param {number} y
 * @param {number} height
 */
function drawScene({ title, rows }, y, height) {
  const lights = [20, 38, 56]
    .map((x) => `<circle class="light" cx="${x}" cy="${y + bar / 2}" r="5.5"/>`)
    .join('');
  const first = y + bar + padding + 10;
  return `<rect class="window" x="1" y="${y}" width="${width - 2}" height="${height}" rx="9"/>
<path class="bar" d="M1.5 ${y + bar} v${9 - bar} a8.5 8.5 0 0 1 8.5 -8.5 h${width - 20} a8.5 8.5 0 0 1 8.5 8.5 v${bar - 9} z"/>
<line class="edge" x1="1" x2="${width - 1}" y1="${y + bar}" y2="${y + bar}"/>
${lights}<text class="title" x="${width / 2}" y="${y + bar / 2 + 4.5}">${escaped(title)}</text>
${rows.map((row, index) => drawRow(row, first + index * line)).join('')}`;
}

/** @param {number} y */
function drawPause(y) {
  const x = 38;
  return `<line class="pause" x1="${x}" x2="${x}" y1="${y + 6}" y2="${y + between - 6}"/>
<text class="caption" x="${x + 18}" y="${y + between / 2 + 5}">${escaped(caption)}</text>
`;
}

/**
 * @param {Row} row
 * @param {number} y
 */
function drawRow(row, y) {
  const runs = row.flatMap((run) => parted(run)).map((run) => drawRun(run));
  return runs.length === 0 ? '' : `<text y="${y}">${runs.join('')}</text>\n`;
}

/**
 * Splits a typed line into the prompt and the command, which is drawn in bold.
 * @param {Run} run
 * @returns {readonly (Run & { typed?: boolean })[]}
 */
function parted(run) {
  const [, prompt, typed] = /^([$>]) (.*)$/.exec(run.column === 0 ? run.text : '') ?? [];
  if (prompt === undefined || typed === undefined) return [run];
  return [
    { ...run, text: prompt, dim: true },
    { ...run, column: 2, text: typed, typed: true },
  ];
}

/** @param {Run & { typed?: boolean }} run */
function drawRun({ column, text, colour, dim, typed }) {
  const shown = text.trimStart();
  const x = padding + (column + text.length - shown.length) * letter;
  const name = typed ? 'typed' : dim ? 'dim' : colours.get(colour ?? -1);
  const looks = name === undefined ? '' : ` class="${name}"`;
  return `<tspan x="${round(x)}" textLength="${round(shown.length * letter)}"${looks}>${escaped(shown)}</tspan>`;
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/** @param {string} text */
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
