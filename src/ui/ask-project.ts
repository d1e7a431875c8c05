import { isCancel, select, text } from '@clack/prompts';
import { UserError } from '../errors.ts';
import type { Terminal } from './terminal.ts';
import type { Answers, Choice, Choices, Given } from '../pipeline/resolve/questions.ts';
import { longest } from './wrap.ts';

/** Everything that the questions for a new project need. */
export type Questions = {
  readonly choices: Choices;
  readonly defaults: Answers;
  /** Returns why a folder's name is not allowed. */
  readonly problem: (dir: string) => string | undefined;
  /** Rejects if the folder cannot be used. Called before the next question. */
  readonly check: (dir: string) => Promise<void>;
  readonly terminal: Terminal;
  /** Aborts like Ctrl-C. */
  readonly signal: AbortSignal;
};

/** In a narrower terminal, a label and its hint do not fit on one line. */
const minWidth = 60;

/** Asks what no flag answered. Enter takes the first choice. @throws UserError on Ctrl-C */
export async function askProject(given: Given, questions: Questions): Promise<Answers> {
  const { choices, defaults } = questions;
  const dir = given.dir ?? (await askText('Project name?', defaults.dir, questions));
  await questions.check(dir);
  const template = given.template ?? (await askOne('Start from?', choices.templates, questions));
  const model = given.model ?? (await askOne('Which model?', choices.models, questions));
  const isFirst = model === choices.models[0]?.value;
  return { dir, template, model: isFirst ? defaults.model : model };
}

async function askText(
  message: string,
  initial: string,
  { problem, terminal: { input, output }, signal }: Questions,
): Promise<string> {
  const answer = await text({
    message,
    placeholder: initial,
    defaultValue: initial,
    validate: (value) => problem(value || initial),
    signal,
    input,
    output,
  });
  return answerOf(answer);
}

async function askOne(
  message: string,
  choices: readonly Choice[],
  { terminal, signal }: Questions,
): Promise<string> {
  const { columns: width, input, output } = terminal;
  const column = longest(choices.map(({ label }) => label)) + 3;
  const lineOf = ({ label, hint }: Choice): string => {
    if (width < minWidth) return label;
    return label.padEnd(column) + hint;
  };
  const options = choices.map((choice) => ({ value: choice.value, label: lineOf(choice) }));
  const answer = await select<string>({
    message,
    options,
    showInstructions: false,
    signal,
    input,
    output,
  });
  return answerOf(answer);
}

function answerOf(answer: string | symbol): string {
  if (typeof answer === 'string' && !isCancel(answer)) return answer;
  throw new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
}
