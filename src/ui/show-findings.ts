import { colours } from './colours.ts';
import type { Terminal } from './terminal.ts';
import { withPrefix, wrap } from './wrap.ts';

type Finding = {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly what: string;
  readonly about?: string;
};

const labels = { ok: 'ok', warn: 'warn', fail: 'FAIL' } as const;
const labelWidth = 6;
/** A longer finding does not widen the column of all others. */
const maxColumn = 42;
const gap = 3;

/**
 * Prints findings, one per line: the level, what was found, and what to do, beside it or below.
 * Then prints how many are problems.
 */
export function showFindings(
  findings: readonly Finding[],
  problems: number,
  terminal: Terminal,
): void {
  const { green, yellow, red } = colours(terminal);
  const paint = { ok: green, warn: yellow, fail: red };
  const column = columnOf(findings);
  for (const finding of findings) {
    const label = paint[finding.level](labels[finding.level].padEnd(labelWidth));
    const lines = linesOf(finding, column, terminal.columns - labelWidth);
    withPrefix(label, lines, ' '.repeat(labelWidth)).forEach(terminal.print);
  }
  terminal.print(countProblems(problems));
}

/** Returns where the second column starts. */
function columnOf(findings: readonly Finding[]): number {
  const lengths = findings
    .filter(({ about }) => about !== undefined)
    .map(({ what }) => what.length)
    .filter((length) => length <= maxColumn);
  return Math.max(0, ...lengths) + gap;
}

function linesOf({ what, about }: Finding, column: number, width: number): readonly string[] {
  if (about === undefined) return wrap(what, width);
  const start = what.padEnd(column - gap) + ' '.repeat(gap);
  if (start.length + about.length <= width) return [start + about];
  return [...wrap(what, width), ...wrap(about, width - 2).map((line) => `  ${line}`)];
}

function countProblems(problems: number): string {
  if (problems === 0) return 'No problems.';
  return problems === 1 ? '1 problem.' : `${problems} problems.`;
}
