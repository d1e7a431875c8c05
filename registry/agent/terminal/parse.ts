import { Refused } from '../core/errors.ts';
import type { Screen } from '../screen/screen.ts';
import { isSlashCommand, program, splitArguments } from './program.ts';
import { talkCommand } from './run-thread.ts';
import { startCommand } from './thread-commands.ts';
import type { Arguments, Command, Commands, Connect } from './types.ts';

/** The components that have the other commands, flags and variables. */
const components = new Map([
  ['export', 'transfer'],
  ['import', 'transfer'],
  ['--svg', 'picture'],
  ['--url', 'remote'],
  ['AGENT_URL', 'remote'],
]);

export function componentNeeded(what: string): Refused {
  const add = `npx create-12-factor-agent@latest add ${components.get(what)}`;
  return new Refused(`${what} comes with another component: ${add}`);
}

/** Without `--` before it, npm keeps a flag, and leaves a variable. @throws Refused */
export function refuseKeptFlags(
  argv: readonly string[],
  { npm_config_user_agent: runner = '', ...env }: NodeJS.ProcessEnv,
  commands: Commands,
): void {
  // Other package managers pass flags on.
  if (!runner.startsWith('npm/') || env['npm_lifecycle_event'] === undefined) return;
  const usages = Object.values(commands).map(({ usage }) => usage);
  const flags = ['--json', ...components.keys(), ...usages].join(' ').match(/--\w+/g) ?? [];
  const valueOf = (flag: string) => env[`npm_config_${flag.slice(2)}`] ?? '';
  const isKept = (flag: string) => valueOf(flag) === 'true' || /^https?:/.test(valueOf(flag));
  const kept = flags.find((flag) => isKept(flag) && !argv.join(' ').includes(flag));
  if (kept === undefined) return;
  const url = [valueOf(kept), ...argv].find((one) => /^https?:/.test(one));
  const others = argv.filter((one) => one !== url);
  const typed = kept === '--url' ? [kept, url ?? 'http://...', ...others] : [...argv, kept];
  throw new Refused(`npm kept ${kept} for itself. Type: ${program.withFlags} ${typed.join(' ')}`);
}

/** Reads the arguments: a command, or else a message. No command means help. @throws Refused */
export function parse(argv: readonly string[], commands: Commands) {
  const { url, flags, words, isMarked } = splitArguments(argv);
  const json = flags.includes('--json');
  const isHelp = words.length === 1 && words[0] === 'help';
  if (isHelp || flags.includes('--help') || flags.includes('-h'))
    return { url, command: undefined, given: { id: '', text: '', json } };
  const all = Object.values(commands).filter((entry) => 'run' in entry);
  const command = commandFor({ words, flags, isMarked }, all);
  if (!json || command.json) return { url, command, given: read(command, words, json) };
  throw new Refused(`--json does not go with this. See: ${program.name} help`);
}

const nameOf = ({ usage }: Command): string => usage.split(' ')[0] ?? '';
const flagOf = ({ usage }: Command): string | undefined => /--\w+/.exec(usage)?.[0];

/** @throws Refused for words that were not meant as a message */
function commandFor(
  { words, flags, isMarked }: Omit<ReturnType<typeof splitArguments>, 'url'>,
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
    const hint = having ? `${view} goes with: ${commandLine([having.usage])}` : seeHelp();
    throw new Refused(`There is no ${[name, ...flags].join(' ').trim()}. ${hint}`);
  }
  if (name === undefined) return talkCommand;
  return startCommand;
}

/** Reads the arguments of a command, as its usage says. @throws Refused */
function read({ usage }: Command, words: readonly string[], json: boolean): Arguments {
  const rest = /^\w/.test(usage) ? words.slice(1) : words;
  const takesId = /<\w+>/.test(usage);
  const [id = '', ...more] = takesId ? rest : ['', ...rest];
  const text = more.join(' ');
  const needsText = /(^| )"/.test(usage);
  const lacks = (takesId && id === '') || (needsText && text === '');
  if (lacks) throw new Refused(`Usage: ${program.name} ${usage}`);
  if (text === '' || usage.includes('"')) return { id, text, json };
  throw new Refused(`Usage: ${program.name} ${usage}${asMessage(words)}`);
}

/** Words after the name of a command that make a message of it. After a typo, one less. */
const SENTENCE = 3;

/** Whether words continue a sentence: so many, and the first is no id, date or version. */
function isSentence(words: readonly string[], least: number): boolean {
  const [first = ''] = words;
  return words.length >= least && /^(\p{L}[\p{L}'’-]*[.,:;!?]?|\d+)$/u.test(first);
}

/** @throws Refused for a command that is mistyped, or that another component has */
function refuseMistyped(
  words: readonly string[],
  flags: readonly string[],
  commands: readonly Command[],
): void {
  const [typed = '', ...rest] = words;
  const name = typed.replace(/^\//, '').toLowerCase();
  const meant = commandMeant(name, commands);
  const isSlash = isSlashCommand(typed);
  const least = meant === name ? SENTENCE : SENTENCE - 1;
  if (!isSlash && (meant === undefined || isSentence(rest, least))) return;
  if (commands.some((one) => nameOf(one) === typed)) return;
  if (meant === typed && meant === 'help') throw new Refused(`Usage: ${program.name} help`);
  if (meant === typed && components.has(meant)) throw componentNeeded(meant);
  if (meant === undefined && rest.length > 0) return;
  const argv = /^t_/.test(name) ? [meant, typed, ...rest] : [meant, ...rest];
  const hint =
    meant === undefined ? seeHelp() : `Did you mean: ${commandLine([...argv, ...flags])}`;
  throw new Refused(`There is no command ${typed}. ${hint}${asMessage(words)}`);
}

/** The command that a word is, or is a typo of. An id alone is for the command that goes on. */
function commandMeant(word: string, commands: readonly Command[]): string | undefined {
  if (/^t_\w+$/.test(word)) return 'resume';
  if (/^t_\w+:\d+$/.test(word)) return 'approve';
  const names = [...commands.map(nameOf), 'help', ...components.keys()];
  return names.find((name) => name === word) ?? names.find((name) => isTypo(word, name));
}

const seeHelp = (): string => `See: ${program.name} help`;

/** What to type for a command. */
function commandLine(argv: readonly (string | undefined)[]): string {
  const line = argv.join(' ');
  return `${line.includes(' --') ? program.withFlags : program.name} ${line}`;
}

/** What to type for words that are a message all the same. */
function asMessage(words: readonly string[]): string {
  const text = words.join(' ');
  const typed = words.length > 1 ? `${program.name} "${text}"` : `${program.withFlags} -- ${text}`;
  return `\n  As a message: ${typed}`;
}

/** Whether a word is a typo of a name: a wrong letter, two in a long name, or another order. */
function isTypo(word: string, name: string): boolean {
  const sorted = (text: string) => [...text].sort().join('');
  const isLong = name.length > 5 && word[0] === name[0];
  if (word.length === name.length && sorted(word) === sorted(name)) return true;
  return differsBy(isLong ? 2 : 1, word, name);
}

/** Whether so many letters to insert, delete or replace make two words the same. */
function differsBy(most: number, a: string, b: string): boolean {
  if (a === b || most < 0) return most >= 0;
  let same = 0;
  while (a[same] === b[same]) same += 1;
  const [rest, other] = [a.slice(same), b.slice(same)];
  const pairs = [
    [rest.slice(1), other],
    [rest, other.slice(1)],
    [rest.slice(1), other.slice(1)],
  ];
  return pairs.some(([one = '', two = '']) => differsBy(most - 1, one, two));
}

/** Runs a command with the agent that `connect` makes. @throws Refused */
export async function execute(
  connect: Connect,
  screen: Screen,
  { command, given }: { readonly command: Command; readonly given: Arguments },
): Promise<void> {
  // Only the JSON document is printed, and no person is asked.
  const printing = { print: () => {}, begin: () => {}, finish: () => {}, busy: () => {} };
  const silent = { interactive: false, ...printing };
  const used = given.json ? { ...screen, ...silent } : screen;
  await command.run({ backend: connect(used), screen: used }, given);
}
