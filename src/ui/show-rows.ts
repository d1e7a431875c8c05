import { colours } from './colours.ts';
import type { Terminal } from './terminal.ts';
import { columns } from './wrap.ts';

type Row = { readonly verb: string; readonly what: string; readonly about: string };

/** Prints what a plan does, a line each: the verb, the file, and what there is to say of it. */
export function showRows(rows: readonly Row[], terminal: Terminal): void {
  const verb = Math.max(0, ...rows.map((row) => row.verb.length)) + 2;
  const pc = colours(terminal);
  const width = terminal.columns - verb - 2;
  for (const row of rows) {
    const [first = '', ...more] = columns(
      [[row.what.padEnd(Math.min(longest(rows), Math.max(0, width - 40))), row.about]],
      width,
    );
    const padded = row.verb.padEnd(verb);
    terminal.print(`  ${row.verb === 'CONFLICT' ? pc.red(padded) : pc.dim(padded)}${first}`.trimEnd());
    more.forEach((line) => terminal.print(`  ${' '.repeat(verb)}${line}`));
  }
}

const longest = (rows: readonly Row[]): number => Math.max(0, ...rows.map(({ what }) => what.length));
