import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { confirm, isCancel } from '@clack/prompts';
import { UserError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

export type Question = {
  readonly message: string;
  /** The answer if the user presses Enter. */
  readonly initial: boolean;
};

/**
 * Asks a yes-no question, as a plain line if the terminal cannot draw.
 * @throws UserError on no and on Ctrl-C
 */
export async function askConfirm(
  question: Question,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const ask = terminal.drawable ? askDrawn : askLine;
  if (await ask(question, terminal, signal)) return;
  throw new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
}

async function askDrawn(
  { message, initial }: Question,
  { input, output }: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await confirm({ message, initialValue: initial, signal, input, output });
  return !isCancel(answer) && answer;
}

/** Reads an answer from a line. The end of the input, as on Ctrl-D, is a no. */
async function askLine(
  { message, initial }: Question,
  { input, output }: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const reader = createInterface({ input, output, terminal: false });
  const ended = once(reader, 'close').then(() => undefined);
  const choices = initial ? '[Y/n]' : '[y/N]';
  try {
    const asked = reader.question(`${message} ${choices} `, { signal }).catch(() => 'no');
    const answer = await Promise.race([asked, ended]);
    if (answer === undefined) output.write('\n');
    if (answer === '') return initial;
    return /^\s*y(es)?\s*$/i.test(answer ?? '');
  } finally {
    reader.close();
  }
}
