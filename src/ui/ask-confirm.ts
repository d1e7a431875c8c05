import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { confirm, isCancel } from '@clack/prompts';
import { UserError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

export type Question = {
  readonly message: string;
  /** What Enter says. */
  readonly initial: boolean;
};

/** Asks yes or no, in plain words where nothing can be drawn. @throws UserError on no and on Ctrl-C */
export async function askConfirm(
  question: Question,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { message, initial } = question;
  const { drawable, input, output } = terminal;
  const answer = drawable
    ? await confirm({ message, initialValue: initial, signal, input, output })
    : await askLine(question, terminal, signal);
  if (isCancel(answer) || !answer)
    throw new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
}

/** Reads a line; its end without one, as on Ctrl-D, is a no. */
async function askLine(
  { message, initial }: Question,
  { input, output }: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const reader = createInterface({ input, output, terminal: false });
  const ended = once(reader, 'close').then(() => undefined);
  try {
    const asked = reader
      .question(`${message} ${initial ? '[Y/n]' : '[y/N]'} `, { signal })
      .catch(() => 'no');
    const answer = await Promise.race([asked, ended]);
    if (answer === undefined) output.write('\n');
    return answer === '' ? initial : /^\s*y(es)?\s*$/i.test(answer ?? '');
  } finally {
    reader.close();
  }
}
