import { colours } from './colours.ts';
import type { Terminal } from './terminal.ts';
import { longest, withPrefix, wrap } from './wrap.ts';

type Row = { readonly verb: string; readonly what: string; readonly about: string };

/** The least width of the third column. With less space, its text goes below the path. */
const minAbout = 24;
const gap = 3;

/** Prints what a plan does, one row per file: the verb, the path, and the reason. */
export function showRows(rows: readonly Row[], terminal: Terminal): void {
  const { dim, red } = colours(terminal);
  const verbWidth = longest(rows.map(({ verb }) => verb)) + 2;
  const width = terminal.columns - verbWidth - 2;
  const column = columnOf(rows, width);
  const indent = ' '.repeat(2 + verbWidth);
  for (const row of rows) {
    const paint = row.verb === 'CONFLICT' ? red : dim;
    const prefix = `  ${paint(row.verb.padEnd(verbWidth))}`;
    const lines = linesOf(row, column, width);
    for (const line of withPrefix(prefix, lines, indent)) terminal.print(line.trimEnd());
  }
}

/** Returns where the third column starts. Paths that leave too little space do not count. */
function columnOf(rows: readonly Row[], width: number): number {
  const paths = rows.map(({ what }) => what);
  return longest(paths.filter(({ length }) => length + gap + minAbout <= width)) + gap;
}

function linesOf({ what, about }: Row, column: number, width: number): readonly string[] {
  const start = what.length + gap;
  const fitsColumn = start <= column && width - column >= minAbout;
  if (fitsColumn) return withPrefix(what.padEnd(column), wrap(about, width - column));
  if (start + about.length <= width) return [what.padEnd(start) + about];
  return [what, ...wrap(about, width - 2).map((line) => `  ${line}`)];
}
