import { isCancel, select, text } from '@clack/prompts';
import { UserError } from '../errors.ts';
import type { Terminal } from './terminal.ts';
import type { Answers, Choice, Choices, Given } from '../pipeline/resolve/questions.ts';

/** What asking for a new project needs. `check` throws where the folder cannot be one, before more is asked. */
export type Questions = {
  readonly choices: Choices;
  readonly defaults: Answers;
  readonly problem: (dir: string) => string | undefined;
  readonly check: (dir: string) => Promise<void>;
  readonly terminal: Terminal;
  /** Aborts like Ctrl-C. */
  readonly signal: AbortSignal;
};

// Narrower, and a label with its hint would not fit a line.
const wide = 60;

/** Asks what no flag answered; Enter takes the first choice. @throws UserError on Ctrl-C */
export async function askProject(given: Given, questions: Questions): Promise<Answers> {
  const { choices, defaults } = questions;
  const dir = given.dir ?? (await askText('Project name?', defaults.dir, questions));
  await questions.check(dir);
  const template = given.template ?? (await askOne('Start from?', choices.templates, questions));
  const model = given.model ?? (await askOne('Which model?', choices.models, questions));
  return { dir, template, model: model === choices.models[0]?.value ? defaults.model : model };
}

async function askText(
  message: string,
  initial: string,
  { problem, terminal: { input, output }, signal }: Questions,
): Promise<string> {
  const validate = (value: string | undefined) => problem(value || initial);
  return answered(
    await text({
      message,
      placeholder: initial,
      defaultValue: initial,
      validate,
      signal,
      input,
      output,
    }),
  );
}

async function askOne(
  message: string,
  choices: readonly Choice[],
  { terminal, signal }: Questions,
): Promise<string> {
  const { columns: width, input, output } = terminal;
  const column = Math.max(...choices.map(({ label }) => label.length)) + 3;
  const line = ({ label, hint }: Choice) => (width < wide ? label : label.padEnd(column) + hint);
  const options = choices.map((choice) => ({ value: choice.value, label: line(choice) }));
  return answered(
    await select<string>({ message, options, showInstructions: false, signal, input, output }),
  );
}

function answered(answer: string | symbol): string {
  if (isCancel(answer))
    throw new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
  return answer as string;
}
