import { Refused } from '../core/errors.ts';
import type { Screen } from '../screen/screen.ts';
import { program, splitArguments } from './program.ts';
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

/** Reads the arguments: a command, or else a message. No command means help. @throws Refused */
export function parse(argv: readonly string[], commands: Commands) {
  const { url, flags, words } = splitArguments(argv);
  const json = flags.includes('--json');
  const views = flags.filter((flag) => flag !== '--json');
  const isHelp = words.length === 1 && words[0] === 'help';
  if (isHelp || views.includes('--help') || views.includes('-h'))
    return { url, command: undefined, given: { id: '', text: '', json } };
  const all = Object.values(commands).filter((entry) => 'run' in entry);
  const command = commandFor(words, views, all);
  if (!json || command.json) return { url, command, given: read(command, words, json) };
  throw new Refused(`--json does not go with this. See: ${program.name} help`);
}

const nameOf = ({ usage }: Command): string => usage.split(' ')[0] ?? '';
const flagOf = ({ usage }: Command): string | undefined => /--\w+/.exec(usage)?.[0];

/** @throws Refused for words that were not meant as a message */
function commandFor(
  words: readonly string[],
  [view, ...more]: readonly string[],
  commands: readonly Command[],
): Command {
  const [name] = words;
  const named = commands.find((one) => nameOf(one) === name && flagOf(one) === view);
  if (named && more.length === 0) return named;
  if (view) {
    const isKnown = commands.some((one) => flagOf(one) === view);
    if (!isKnown && components.has(view)) throw componentNeeded(view);
    const typed = [name, view, ...more].join(' ').trim();
    throw new Refused(`There is no ${typed}. See: ${program.name} help`);
  }
  if (name === undefined) return talkCommand;
  refuseUnknown(words, commands);
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
  const isTooMuch = text !== '' && !usage.includes('"');
  if (lacks || isTooMuch) throw new Refused(`Usage: ${program.name} ${usage}`);
  return { id, text, json };
}

/** @throws Refused for a command that is mistyped, or that another component has */
function refuseUnknown(words: readonly string[], commands: readonly Command[]): void {
  const [name = '', ...rest] = words;
  if (name === 'help') throw new Refused(`Usage: ${program.name} help`);
  if (components.has(name)) throw componentNeeded(name);
  const isAlone = /^(t_\w+(:\d+)?)?$/.test(rest[0] ?? '');
  const known = [...commands.map(nameOf), 'help', ...components.keys()];
  const meant = known.find((other) => isNear(name, other));
  if (!isAlone || meant === undefined) return;
  const typed = [program.name, meant, ...rest].join(' ');
  throw new Refused(`There is no command ${name}. Did you mean: ${typed}`);
}

/** A typo is a letter too many, missing or wrong, or the same letters in another order. */
function isNear(word: string, name: string): boolean {
  const sorted = (text: string) => [...text].sort().join('');
  const typos = [...name].map((letter, at) => {
    const wrong = `(.?|.${letter}|${letter}.)`;
    return name.slice(0, at) + wrong + name.slice(at + 1);
  });
  if (new RegExp(`^(${typos.join('|')})$`).test(word)) return true;
  return word.length === name.length && sorted(word) === sorted(name);
}

/** Runs a command with the agent that `connect` makes. @throws Refused */
export async function execute(
  connect: Connect,
  screen: Screen,
  { command, given }: { readonly command: Command; readonly given: Arguments },
): Promise<void> {
  // Only the JSON document is printed, and no person is asked.
  const silent = { interactive: false, print: () => {}, begin: () => {}, finish: () => {} };
  const used = given.json ? { ...screen, ...silent } : screen;
  await command.run({ backend: connect(used), screen: used }, given);
}
