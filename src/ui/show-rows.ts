import { colours } from './colours.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

type Row = { readonly verb: string; readonly what: string; readonly about: string };

// What is said of a file wants this much room beside its path; else it goes below.
const narrowest = 24;

/** Prints what a plan does, a line each: the verb, the file, and what there is to say of it. */
export function showRows(rows: readonly Row[], terminal: Terminal): void {
  const pc = colours(terminal);
  const verbs = widest(rows.map((row) => row.verb)) + 2;
  const room = terminal.columns - verbs - 2;
  const beside = rows.map((row) => row.what).filter((what) => what.length + 3 + narrowest <= room);
  const column = widest(beside) + 3;
  for (const { verb, what, about } of rows) {
    const padded = verb.padEnd(verbs);
    const left = `  ${verb === 'CONFLICT' ? pc.red(padded) : pc.dim(padded)}`;
    const fits = what.length + 3 <= column && room - column >= narrowest;
    const short = what.length + 3 + about.length <= room;
    const [first = '', ...more] = fits
      ? wrap(about, room - column)
      : short
        ? [about]
        : ['', ...wrap(about, room - 2)];
    terminal.print(`${left}${what.padEnd(fits ? column : what.length + 3)}${first}`.trimEnd());
    const indent = ' '.repeat(2 + verbs + (fits ? column : 2));
    more.forEach((line) => terminal.print(indent + line));
  }
}

const widest = (texts: readonly string[]): number =>
  Math.max(0, ...texts.map(({ length }) => length));
