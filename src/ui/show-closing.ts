import type { Closing } from '../pipeline/report/create-messages.ts';
import type { Frame } from './frame.ts';

/** Draws the closing note. */
export function showClosing({ next, notes, read, again }: Closing, show: Frame): void {
  show.gap();
  show.lines(['Next']);
  show.rows(next.map(({ command, about }) => [command, about]));
  if (notes.length > 0) show.gap();
  show.lines(notes);
  show.gap();
  if (read !== '') show.lines([`Read first: ${read}`]);
  show.command('Same again:', again);
  show.outro('Done.');
}
