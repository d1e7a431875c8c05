import { isCancel, select } from '@clack/prompts';
import { UserError } from '../errors.ts';
import { colours } from './colours.ts';
import { stripControl } from './strip-control.ts';
import type { Terminal } from './terminal.ts';

/** A file in conflict, as it is shown: each place where both changed it, both versions. */
export type ShownConflict = {
  readonly path: string;
  readonly why: string;
  readonly canMark: boolean;
  readonly places: readonly {
    readonly line: number;
    readonly yours: readonly string[];
    readonly upstream: readonly string[];
  }[];
};

type Choice = 'skip' | 'overwrite' | 'markers' | 'fail';
const shownLines = 12;

/** Shows both versions of a conflict and asks what to do with the file. @throws UserError on Ctrl-C */
export async function askConflict(
  conflict: ShownConflict,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Choice> {
  const pc = colours(terminal);
  terminal.print(`${pc.red('CONFLICT')} ${conflict.path}: ${conflict.why}`);
  for (const { line, yours, upstream } of conflict.places) {
    terminal.print(pc.dim(`  line ${line}`));
    show('yours', yours, pc.cyan, terminal);
    show('upstream', upstream, pc.yellow, terminal);
  }
  const answer = await select<Choice>({
    message: conflict.path,
    options: [
      {
        value: 'skip',
        label: 'mine',
        hint: 'your whole file as it is, without the rest of upstream’s changes',
      },
      { value: 'overwrite', label: 'upstream', hint: 'take theirs; undo brings yours back' },
      ...(conflict.canMark
        ? [
            {
              value: 'markers' as const,
              label: 'leave markers',
              hint: 'both in the file, for you to edit',
            },
          ]
        : []),
      { value: 'fail', label: 'stop', hint: 'write nothing' },
    ],
    showInstructions: false,
    signal,
    input: terminal.input,
    output: terminal.output,
  });
  if (isCancel(answer))
    throw new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
  return answer;
}

function show(
  label: string,
  lines: readonly string[],
  paint: (text: string) => string,
  terminal: Terminal,
): void {
  const more = lines.length > shownLines ? [`... ${lines.length - shownLines} more lines`] : [];
  const shown = lines.length === 0 ? ['(nothing)'] : [...lines.slice(0, shownLines), ...more];
  shown.forEach((line, index) =>
    terminal.print(`    ${(index === 0 ? label : '').padEnd(10)}${paint(stripControl(line))}`),
  );
}
