import { UserError } from '../errors.ts';
import { colours } from './colours.ts';
import { stripControl } from './strip-control.ts';
import type { Terminal } from './terminal.ts';

/** Says what failed: a user's error in two lines, the hint last; of a bug of ours the stack as well. */
export function showError(error: unknown, terminal: Terminal): void {
  const { printError } = terminal;
  const told =
    error instanceof UserError
      ? { message: error.message, hint: error.hint, code: error.code, ...error.details }
      : bug(error);
  if (!(error instanceof UserError))
    printError(error instanceof Error ? String(error.stack) : String(error));
  if (terminal.json) return terminal.document({ error: told });
  printError(colours(terminal).red(stripControl(told.message)));
  if (told.hint !== undefined) printError(stripControl(told.hint));
}

function bug(error: unknown): { message: string; hint: string; code: string } {
  const message = error instanceof Error ? error.message : String(error);
  return {
    message: `This is a bug in create-12-factor-agent: ${message}`,
    hint: 'Please report it with the lines above.',
    code: 'bug',
  };
}
