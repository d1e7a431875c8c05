import { colours } from './colours.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

type Finding = {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly what: string;
  readonly about?: string;
};

const labels = { ok: 'ok', warn: 'warn', fail: 'FAIL' } as const;
const label = 6;
const widest = 42;
const gap = 3;

/** Prints findings, a line each: how it is, what it is, and beside or under it what to do; then how many fail. */
export function showFindings(
  findings: readonly Finding[],
  problems: number,
  terminal: Terminal,
): void {
  const pc = colours(terminal);
  const colour = { ok: pc.green, warn: pc.yellow, fail: pc.red };
  const lengths = findings
    .filter(({ about }) => about !== undefined)
    .map(({ what }) => what.length);
  const column = Math.max(0, ...lengths.filter((length) => length <= widest)) + gap;
  for (const { level, what, about } of findings) {
    linesOf(what, about, column, terminal.columns - label).forEach((line, index) =>
      terminal.print(
        (index === 0 ? colour[level](labels[level].padEnd(label)) : ' '.repeat(label)) + line,
      ),
    );
  }
  terminal.print(
    problems === 0 ? 'No problems.' : problems === 1 ? '1 problem.' : `${problems} problems.`,
  );
}

function linesOf(
  what: string,
  about: string | undefined,
  column: number,
  width: number,
): readonly string[] {
  if (about === undefined) return wrap(what, width);
  const start = what.padEnd(column - gap) + ' '.repeat(gap);
  if (start.length + about.length <= width) return [start + about];
  return [...wrap(what, width), ...wrap(about, width - 2).map((line) => `  ${line}`)];
}
