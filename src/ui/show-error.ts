import { UserError } from '../errors.ts';
import { colours } from './colours.ts';
import { stripControl } from './strip-control.ts';
import type { Terminal } from './terminal.ts';

/** Prints an error: its message and the hint, and before them the stack if it is our bug. */
export function showError(error: unknown, terminal: Terminal): void {
  if (error instanceof UserError) return print(userReport(error), terminal);
  terminal.printError(error instanceof Error ? String(error.stack) : String(error));
  print(bugReport(error), terminal);
}

type Report = {
  readonly message: string;
  readonly hint: string | undefined;
  readonly code: string;
};

function userReport({ message, hint, code, details }: UserError): Report {
  return { message, hint, code, ...details };
}

function print(report: Report, terminal: Terminal): void {
  const { printError } = terminal;
  if (terminal.json) return terminal.document({ error: report });
  printError(colours(terminal).red(stripControl(report.message)));
  if (report.hint !== undefined) printError(stripControl(report.hint));
}

function bugReport(error: unknown): Report {
  const message = error instanceof Error ? error.message : String(error);
  return {
    message: `This is a bug in create-12-factor-agent: ${message}`,
    hint: 'Please report it with the lines above.',
    code: 'bug',
  };
}
