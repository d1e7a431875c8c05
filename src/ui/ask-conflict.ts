import { isCancel, select } from '@clack/prompts';
import { UserError } from '../errors.ts';
import { colours } from './colours.ts';
import { stripControl } from './strip-control.ts';
import type { Terminal } from './terminal.ts';
import { withPrefix } from './wrap.ts';

/** A file in conflict. `places` are the parts that the user and upstream both changed. */
export type ShownConflict = {
  readonly path: string;
  readonly why: string;
  /** Whether conflict markers can be written into the file. */
  readonly canMark: boolean;
  /** Whether the choice is for `places` alone; otherwise it is for the whole file. */
  readonly isByHunk: boolean;
  readonly places: readonly {
    readonly line: number;
    readonly yours: readonly string[];
    readonly upstream: readonly string[];
  }[];
};

type Choice = 'skip' | 'overwrite' | 'markers' | 'fail';
type Option = { readonly value: Choice; readonly label: string; readonly hint: string };

const others: readonly Option[] = [
  { value: 'markers', label: 'leave markers', hint: 'write both into the file, for you to edit' },
  { value: 'fail', label: 'stop', hint: 'write nothing' },
];
const byHunk: readonly Option[] = [
  { value: 'skip', label: 'mine', hint: 'keep your lines here, and merge the rest' },
  { value: 'overwrite', label: 'upstream', hint: 'take these lines; your other edits stay' },
  ...others,
];
const byFile: readonly Option[] = [
  { value: 'skip', label: 'mine', hint: 'keep your file, without any of upstream’s changes' },
  { value: 'overwrite', label: 'upstream', hint: 'take upstream’s file; undo restores yours' },
  ...others,
];
const maxLines = 12;

/**
 * Shows both versions of a conflict and asks what to do with the file.
 * @throws UserError on Ctrl-C
 */
export async function askConflict(
  conflict: ShownConflict,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Choice> {
  showConflict(conflict, terminal);
  const options = conflict.isByHunk ? byHunk : byFile;
  const answer = await select<Choice>({
    message: conflict.path,
    options: options.filter(({ value }) => conflict.canMark || value !== 'markers'),
    showInstructions: false,
    signal,
    input: terminal.input,
    output: terminal.output,
  });
  if (isCancel(answer))
    throw new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
  return answer;
}

function showConflict({ path, why, places }: ShownConflict, terminal: Terminal): void {
  const { cyan, dim, red, yellow } = colours(terminal);
  terminal.print(`${red('CONFLICT')} ${path}: ${why}`);
  for (const { line, yours, upstream } of places) {
    terminal.print(dim(`  line ${line}`));
    showVersion('yours', paintLines(yours, cyan), terminal);
    showVersion('upstream', paintLines(upstream, yellow), terminal);
  }
}

function showVersion(label: string, lines: readonly string[], terminal: Terminal): void {
  withPrefix(label.padEnd(10), lines).forEach((line) => terminal.print(`    ${line}`));
}

function paintLines(lines: readonly string[], paint: (text: string) => string): readonly string[] {
  return shorten(lines).map((line) => paint(stripControl(line)));
}

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return ['(nothing)'];
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines), `... ${lines.length - maxLines} more lines`];
}
