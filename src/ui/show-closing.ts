import type { Closing } from '../pipeline/report/create-messages.ts';
import type { Frame } from './frame.ts';

/** Prints the closing note of `create`. */
export function showClosing({ next, notes, dir, parts, again }: Closing, frame: Frame): void {
  frame.gap();
  frame.lines(['Next']);
  frame.rows(next.map(({ command, about }) => [command, about]));
  if (notes.length > 0) frame.gap();
  frame.lines(notes);
  frame.gap();
  frame.lines([`In ${dir}, without the tests`]);
  frame.rows(parts);
  frame.gap();
  frame.command('To repeat:', again);
  frame.outro('Done.');
}
