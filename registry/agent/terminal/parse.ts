import { Refused } from '../core/errors.ts';
import type { Screen } from '../screen/screen.ts';
import { isSlashCommand, program, splitArguments } from './program.ts';
import { talkCommand } from './run-thread.ts';
import { startCommand } from './thread-commands.ts';
import type { Arguments, Backend, Command, Commands, Connect } from './types.ts';

/** The components that have the other commands, flags and variables. */
const components = new Map([
  ['export', 'transfer'],
  ['import', 'transfer'],
  ['fork', 'fork'],
  ['lift', 'fork'],
  ['--svg', 'picture'],
  ['--url', 'remote'],
  ['AGENT_URL', 'remote'],
]);

/** Commands of the tool itself. */
const ofTool = /^(add|diff|doctor|remove|status|undo|update|view)$/;

export function componentNeeded(what: string): Refused {
  const add = `npx create-12-factor-agent@latest add ${components.get(what)}`;
  return new Refused(`${what} comes with another component: ${add}`);
}

/** Without `--` before it, npm keeps a flag, and leaves a variable. @throws Refused */
export function refuseKeptFlags(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  commands: Commands,
): void {
  const { npm_config_user_agent: runner = '', npm_lifecycle_event: script } = env;
  // Other package managers pass flags on.
  if (!runner.startsWith('npm/') || !script) return;
  const usages = Object.values(commands).map(({ usage }) => usage);
  const known = ['--json', '--agent', ...components.keys(), ...usages].join(' ');
  const kept = known.match(/--\w+/g)?.find((flag) => {
    const value = env[`npm_config_${flag.slice(2)}`] ?? '';
    const isKept = flag === '--agent' ? value !== '' : /^(true$|http)/.test(value);
    return isKept && !argv.some((one) => one.startsWith(flag));
  });
  if (!kept) return;
  const examples = new Map([
    ['--url', '--url http://... list'],
    ['--agent', '--agent name "what you want"'],
  ]);
  const typed = examples.get(kept) ?? [...argv, kept].join(' ');
  throw new Refused(`npm kept ${kept} for itself. Type: ${program.withFlags} ${typed}`);
}

/** Reads the arguments: a command, or else a message. No command means help. @throws Refused */
export function parse(argv: readonly string[], commands: Commands) {
  const typed = splitArguments(argv);
  const { url, agent, flags, words } = typed;
  const json = flags.includes('--json');
  if (words.join(' ') === 'help' || flags.includes('--help') || flags.includes('-h'))
    return { url, agent, command: undefined, given: { id: '', text: '', json } };
  const all = Object.values(commands).filter((entry) => 'run' in entry);
  const command = commandFor(typed, all);
  const starts = command === startCommand || command === talkCommand;
  if (agent === '' || (agent !== undefined && !starts))
    throw new Refused(`Usage: ${program.withFlags} --agent name "what you want"`);
  if (!json || command.json) return { url, agent, command, given: read(command, words, json) };
  throw new Refused(`--json does not go with this. See: ${program.name} help`);
}

const nameOf = ({ usage }: Command): string => usage.split(' ')[0] ?? '';
const flagOf = ({ usage }: Command): string | undefined => /--\w+/.exec(usage)?.[0];

/** @throws Refused for words that were not meant as a message */
function commandFor(
  { words, flags, isMarked }: ReturnType<typeof splitArguments>,
  commands: readonly Command[],
): Command {
  const [name, ...rest] = words;
  const [view, ...more] = flags.filter((flag) => flag !== '--json');
  const named = commands.find((one) => nameOf(one) === name && flagOf(one) === view);
  const isMessage = view === undefined && isSentence(rest, SENTENCE);
  if (named && more.length === 0 && !isMessage) return named;
  if (!isMarked) refuseMistyped(words, flags, commands);
  if (view !== undefined) {
    const having = commands.find((one) => flagOf(one) === view);
    if (!having && components.has(view)) throw componentNeeded(view);
    if (!having) throw new Refused(`There is no flag ${view}. ${seeHelp()}`);
    const hint = `${view} goes with: ${commandLine([having.usage])}`;
    throw new Refused(`There is no ${[name, ...flags].join(' ').trim()}. ${hint}`);
  }
  return name === undefined ? talkCommand : startCommand;
}

/** Reads the arguments of a command, as its usage says. @throws Refused */
function read({ usage }: Command, words: readonly string[], json: boolean): Arguments {
  const rest = /^\w/.test(usage) ? words.slice(1) : words;
  const takesId = /<\w+>/.test(usage);
  const [id = '', ...more] = takesId ? rest : ['', ...rest];
  const text = more.join(' ');
  const needsText = /(^| )"/.test(usage);
  const lacks = (takesId && id === '') || (needsText && text === '');
  const isTooMuch = text !== '' && !usage.includes('"');
  if (!lacks && !isTooMuch) return { id, text, json };
  const hint = isTooMuch ? asMessage(words) : '';
  throw new Refused(`Usage: ${program.name} ${usage}${hint}`);
}

/** Words that make a message after a command; one less after a typo. */
const SENTENCE = 3;

/** Whether words go on as a sentence does. Ids and versions do not. */
function isSentence(words: readonly string[], least: number): boolean {
  const [first = ''] = words;
  return words.length >= least && /^(\p{L}[\p{L}'’-]*[.,:;!?]?|\d+)$/u.test(first);
}

/** @throws Refused for a command that is mistyped, or not installed */
function refuseMistyped(
  words: readonly string[],
  flags: readonly string[],
  commands: readonly Command[],
): void {
  const [typed = '', ...rest] = words;
  const name = typed.replace(/^\//, '').toLowerCase();
  const isOfTool = rest.length === 0 && ofTool.test(name);
  const meant = isOfTool ? name : commandMeant(name, commands);
  const least = meant === name ? SENTENCE : SENTENCE - 1;
  if (!isSlashCommand(typed) && (!meant || isSentence(rest, least))) return;
  if (commands.some((one) => nameOf(one) === typed)) return;
  if (!meant && rest.length > 0) return;
  if (typed === 'help') throw new Refused(`Usage: ${program.name} help`);
  if (components.has(typed)) throw componentNeeded(typed);
  const given = name.startsWith('t_') ? words : rest;
  const own = meant && commandLine([meant, ...given, ...flags]);
  const line = isOfTool ? `npx create-12-factor-agent@latest ${name}` : own;
  const hint = line ? `Did you mean: ${line}` : seeHelp();
  throw new Refused(`There is no command ${typed}. ${hint}${asMessage(words)}`);
}

/** The command that a word is, or nearly is. An id stands for going on. */
function commandMeant(word: string, commands: readonly Command[]): string | undefined {
  if (/^t_[\w-]+$/.test(word)) return 'resume';
  if (/^t_[\w-]+:\d+$/.test(word)) return 'approve';
  const names = [...commands.map(nameOf), 'help', ...components.keys()];
  return names.find((name) => name === word) ?? names.find((name) => isTypo(word, name));
}

const seeHelp = (): string => `See: ${program.name} help`;

/** The line to type for a command. */
function commandLine(argv: readonly string[]): string {
  const line = argv.join(' ');
  return `${line.includes(' --') ? program.withFlags : program.name} ${line}`;
}

/** The line to type for words that are a message anyway. */
function asMessage(words: readonly string[]): string {
  const { name, withFlags } = program;
  const text = words.join(' ');
  const typed = words.length > 1 ? `${name} "${text}"` : `${withFlags} -- ${text}`;
  return `\n  As a message: ${typed}`;
}

/** Whether a word has the letters of a name, or few wrong ones. */
function isTypo(word: string, name: string): boolean {
  const sorted = (text: string) => [...text].sort().join('');
  if (sorted(word) === sorted(name)) return true;
  const isLong = name.length > 5 && word[0] === name[0];
  return differsBy(isLong ? 2 : 1, word, name);
}

/** Whether at most so many edits of a letter turn one word into another. */
function differsBy(most: number, a: string, b: string): boolean {
  if (a === b || most < 0) return most >= 0;
  const [restOfA, restOfB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return differsBy(most, restOfA, restOfB);
  if (differsBy(most - 1, restOfA, b) || differsBy(most - 1, a, restOfB)) return true;
  return differsBy(most - 1, restOfA, restOfB);
}

/** `agent` gets the messages that start threads, in place of the one of agent.ts. */
type Execution = {
  readonly command: Command;
  readonly given: Arguments;
  readonly agent?: string | undefined;
};

/** Runs a command with the agent that `connect` makes. @throws Refused */
export async function execute(
  connect: Connect,
  screen: Screen,
  { command, given, agent }: Execution,
): Promise<void> {
  // Only the JSON document is printed, and no person is asked.
  const ignore = () => undefined;
  const silent = { interactive: false, print: ignore, begin: ignore, finish: ignore, busy: ignore };
  const used = given.json ? { ...screen, ...silent } : screen;
  const backend = connect(used);
  const start: Backend['start'] = (text) => backend.start(text, agent);
  await command.run({ backend: { ...backend, start }, screen: used }, given);
}
