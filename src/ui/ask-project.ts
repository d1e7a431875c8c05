import { multiselect, select, text } from '@clack/prompts';
import { UserError } from '../errors.ts';
import type { Terminal } from './terminal.ts';
import type { Additions, Answers, Choice, Choices, Given } from '../pipeline/resolve/questions.ts';
import { longest } from './wrap.ts';

/** Everything that the questions for a new project need. */
export type Questions = {
  readonly choices: Choices;
  readonly defaults: Answers;
  /** Returns why a folder's name is not allowed. */
  readonly problem: (dir: string) => string | undefined;
  /** Returns why a folder is not free. Called before the next question. */
  readonly whyUnusable: (dir: string) => Promise<UserError | undefined>;
  /** Returns why components cannot be added together. */
  readonly additionsProblem: (names: readonly string[]) => string | undefined;
  readonly additionsOf: (names: readonly string[]) => Additions;
  /** Shows why a question is asked again. */
  readonly warn: (text: string) => void;
  readonly terminal: Terminal;
  /** Aborts like Ctrl-C. */
  readonly signal: AbortSignal;
};

/** In a narrower terminal, a label and its hint do not fit on one line. */
const minWidth = 60;

/** Asks what no flag answered. Enter takes the first choice. @throws UserError on Ctrl-C */
export async function askProject(
  given: Given,
  questions: Questions,
): Promise<{ readonly answers: Answers; readonly additions: Additions }> {
  const { choices, defaults } = questions;
  const dir = await askFolder(given.dir, questions);
  const template = given.template ?? (await askOne('Start from?', choices.templates, questions));
  const model = given.model ?? (await askOne('Which model?', choices.models, questions));
  const additions = given.additions ?? (await askAdditions(questions));
  const isFirst = model === choices.models[0]?.value;
  return { answers: { dir, template, model: isFirst ? defaults.model : model }, additions };
}

/** Asks for a folder until one is free. Of the current folder there is no other name to give. */
async function askFolder(given: string | undefined, questions: Questions): Promise<string> {
  const { defaults, whyUnusable, warn } = questions;
  const ask = (initial: string) => askText('Project name?', initial, questions);
  let dir = given ?? (await ask(defaults.dir));
  for (;;) {
    const why = await whyUnusable(dir);
    if (why === undefined) return dir;
    if (/^\.\/?$/.test(dir)) throw why;
    warn([why.message, why.hint].join(' '));
    dir = await ask('');
  }
}

async function askAdditions(questions: Questions): Promise<Additions> {
  const { choices, additionsProblem, additionsOf, warn } = questions;
  for (;;) {
    const names = await askMany(
      'Add now? Space selects, Enter goes on.',
      choices.additions,
      questions,
    );
    const problem = additionsProblem(names);
    if (problem === undefined) return additionsOf(names);
    warn(problem);
  }
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
    validate: (value) => {
      const dir = value || initial;
      return dir === '' ? 'Type another name.' : problem(dir);
    },
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

/** Shows the hint of the current choice only: the answer repeats the labels. */
async function askMany(
  message: string,
  choices: readonly Choice[],
  { terminal: { input, output }, signal }: Questions,
): Promise<readonly string[]> {
  const options = choices.map(({ value, label, hint }) => ({ value, label, hint }));
  const common = { showInstructions: false, signal, input, output };
  return answerOf(await multiselect({ message, options, required: false, ...common }));
}

function answerOf<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (isAnswer(answer)) return answer;
  throw new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
}

/** Ctrl-C gives a symbol. */
function isAnswer<Answer>(answer: Answer): answer is Exclude<Answer, symbol> {
  return typeof answer !== 'symbol';
}
