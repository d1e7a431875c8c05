import { runLine, type Env, type Ran } from './shell.ts';

/** What the checks of a host report, by command line. A check that passes reports nothing. */
export type Findings = ReadonlyMap<string, readonly string[]>;

/** Runs the checks of a host, each of them. */
export async function runChecks(
  checks: readonly string[],
  cwd: string,
  env: Env,
): Promise<Findings> {
  const findings = new Map<string, readonly string[]>();
  for (const check of checks) findings.set(check, findingsOf(await runLine(check, cwd, env)));
  return findings;
}

const shownLines = 12;

/** The word, the mark of a linter, or the place that a bundler names on a line before. */
const isError = /\berror\b|^\s*[x×✖⨯] |^\.?\/?[\w./-]+:\d+:\d+$/i;
/** The place that a linter names on the line after its sentence. */
const isPlace = /^\s*(,-|╭─)\[/;

/** The lines of a failed check that tell errors, or its last lines. */
export function findingsOf({ code, output }: Ran): readonly string[] {
  if (code === 0) return [];
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line, at) => {
    const isItsPlace = isPlace.test(line) && isError.test(lines[at - 1] ?? '');
    return isItsPlace || isError.test(line);
  });
  const told = errors.length > 0 ? errors : lines.slice(-shownLines);
  return told.length > 0 ? told.map((line) => line.trim()) : [`ended with ${code}`];
}

/** What is reported now and was not before, wherever its line is. */
export function newFindings(before: Findings, after: Findings): readonly string[] {
  return [...after].flatMap(([check, lines]) => {
    const known = new Set(before.get(check)?.map(withoutPlace));
    return lines
      .filter((line) => !known.has(withoutPlace(line)))
      .map((line) => `${check}: ${line}`);
  });
}

const withoutPlace = (line: string): string => line.replaceAll(/\d+/g, '');

export function countFindings(findings: Findings): number {
  return [...findings.values()].reduce((sum, lines) => sum + lines.length, 0);
}
