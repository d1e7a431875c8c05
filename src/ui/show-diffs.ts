import type { Formatter } from 'picocolors/types.js';
import { colours } from './colours.ts';
import { stripControl } from './strip-control.ts';
import type { Terminal } from './terminal.ts';

/** A file with the user's changes and upstream's as patches. An empty patch is no change. */
type FileDiff = {
  readonly path: string;
  /** The old paths of a file that moves to `path`. */
  readonly from?: readonly string[];
  readonly component: string | undefined;
  readonly yours: string;
  readonly upstream: string;
  /** The hunks of upstream that the user refused. */
  readonly refused?: string;
  readonly conflict?: string;
};

/** Prints the user's changes and upstream's changes of each file separately. */
export function showDiffs(files: readonly FileDiff[], terminal: Terminal): void {
  const { bold, dim } = colours(terminal);
  for (const { path, from, component = 'its imports follow', ...file } of files) {
    const { yours, upstream, refused = '', conflict } = file;
    const title = from ? `${from.join(', ')} → ${path}` : path;
    terminal.print(`${bold(title)}  ${dim(component)}`);
    const note = conflict === undefined ? '' : ` (${conflict})`;
    showPatch('your changes', yours, terminal);
    showPatch('refused: upstream has this, yours stays', refused, terminal);
    showPatch(`upstream's changes${note}`, upstream, terminal);
    terminal.print('');
  }
}

function showPatch(title: string, patch: string, terminal: Terminal): void {
  if (patch === '') return;
  terminal.print(`  ${colours(terminal).underline(title)}`);
  for (const line of patch.trimEnd().split('\n')) {
    if (isHeader(line)) continue;
    const paint = paintFor(line, terminal);
    terminal.print(`  ${paint(stripControl(line))}`);
  }
}

function isHeader(line: string): boolean {
  return /^(diff --git |rename |--- |\+\+\+ )/.test(line);
}

function paintFor(line: string, terminal: Terminal): Formatter {
  const { cyan, dim, green, red } = colours(terminal);
  if (line.startsWith('+')) return green;
  if (line.startsWith('-')) return red;
  if (line.startsWith('@@')) return cyan;
  return dim;
}
