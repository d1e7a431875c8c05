import { Refused } from '../core/errors.ts';
import { serverFlagOf, type Arguments, type Command, type Commands } from './command-types.ts';
import { beforeDashes, program, takeUrl } from './program.ts';
import { startCommand } from './thread-commands.ts';

type Run = {
  readonly kind: 'run';
  readonly command: Command;
  readonly given: Arguments;
};

/** The request in the arguments. `url` is a server to use. */
export type Parsed = { readonly url?: string } & (
  Run | { readonly kind: 'help' } | { readonly kind: 'talk' }
);

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

/** Reads the arguments: a command, or else a message. @throws Refused */
export function parse(argv: readonly string[], commands: Commands): Parsed {
  const { url, rest } = takeUrl(argv);
  if (url !== undefined && !serverFlagOf(commands)) throw componentNeeded('--url');
  const { flags, words } = splitFlags(rest);
  const all = Object.values(commands).filter((entry) => 'run' in entry);
  const asked = parseWords(words, flags, all);
  const takesJson = asked.kind === 'run' && asked.command.json;
  if (flags.includes('--json') && !takesJson) {
    const allowed = 'a message, or with a command that ends at once';
    throw new Refused(`--json goes with ${allowed}. See: ${program.name} help`);
  }
  if (url === undefined) return asked;
  return { ...asked, url };
}

/** Flags end at `--`. An argument with a space is a message in quotes. */
function splitFlags(argv: readonly string[]) {
  const before = beforeDashes(argv);
  const isFlag = (argument: string) => argument.startsWith('-') && !argument.includes(' ');
  const words = before.filter((argument) => !isFlag(argument));
  return { flags: before.filter(isFlag), words: [...words, ...argv.slice(before.length + 1)] };
}

const nameOf = ({ usage }: Command): string => usage.split(' ')[0] ?? '';
const flagOf = ({ usage }: Command): string | undefined => /--\w+/.exec(usage)?.[0];

function parseWords(
  words: readonly string[],
  flags: readonly string[],
  commands: readonly Command[],
): Parsed {
  const [name, ...rest] = words;
  const [view, ...more] = flags.filter((flag) => !['--json', '--help', '-h'].includes(flag));
  const viewed = view && commandWithFlag(view, commands);
  if (flags.includes('--help') || flags.includes('-h')) return { kind: 'help' };
  if (viewed && (name !== nameOf(viewed) || more.length > 0)) {
    const typed = `${program.withFlags} ${viewed.usage}`;
    throw new Refused(`${view} goes with ${nameOf(viewed)}: ${typed}`);
  }
  if (name === undefined) return { kind: 'talk' };
  if (name === 'help' && rest.length === 0) return { kind: 'help' };
  const json = flags.includes('--json');
  const named = commands.find((one) => nameOf(one) === name && flagOf(one) === view);
  if (named) return { kind: 'run', command: named, given: read(named, words, rest, json) };
  refuseUnknown(words, commands);
  const given = { id: '', text: words.join(' '), json };
  return { kind: 'run', command: startCommand, given };
}

/** @throws Refused if there is none */
function commandWithFlag(flag: string, commands: readonly Command[]): Command {
  const command = commands.find((one) => flagOf(one) === flag);
  if (command) return command;
  if (components.has(flag)) throw componentNeeded(flag);
  throw new Refused(`There is no ${flag}. See: ${program.name} help`);
}

/** Reads the arguments of a command, as its usage says. @throws Refused */
function read(
  { usage }: Command,
  words: readonly string[],
  rest: readonly string[],
  json: boolean,
): Arguments {
  const takesId = /<\w+>/.test(usage);
  const needsText = usage.includes(' "');
  const takesText = usage.includes('"');
  const id = (takesId && rest[0]) || '';
  const text = rest.slice(Number(takesId)).join(' ');
  const lacks = (takesId && id === '') || (needsText && text === '');
  if (lacks || (text !== '' && !takesText)) throw misused(usage, words);
  return { id, text, json };
}

function misused(usage: string, words: readonly string[]): Refused {
  return new Refused(`Usage: ${program.name} ${usage}${quoteHint(words)}`);
}

/** Several words may have been meant as a message. */
function quoteHint(words: readonly string[]): string {
  if (words.length < 3) return '';
  return `. As a message to the agent: ${program.name} "${words.join(' ')}"`;
}

/** @throws Refused for words that were not meant as a message */
function refuseUnknown(words: readonly string[], commands: readonly Command[]): void {
  const [name = '', ...rest] = words;
  if (name === 'help') throw misused('help', words);
  if (components.has(name)) {
    const { message } = componentNeeded(name);
    throw new Refused(message + quoteHint(words));
  }
  const meant = misspelled(name, rest, [...commands.map(nameOf), 'help', ...components.keys()]);
  if (meant === undefined) return;
  const typed = [program.name, meant, ...rest].join(' ');
  throw new Refused(`There is no command ${name}. Did you mean: ${typed}`);
}

/** The command that was meant by a word alone or before an id. */
function misspelled(
  name: string,
  [next]: readonly string[],
  known: readonly string[],
): string | undefined {
  if (next !== undefined && !/^t_\w+(:\d+)?$/.test(next)) return undefined;
  const near = (typos: number) => known.find((other) => isNear(name, other, typos));
  const isShort = next === undefined && name.length <= 6;
  return near(1) ?? near(isShort ? 1 : 2);
}

/** A typo is an added, lost, or replaced letter, or two swapped ones. */
function isNear(a: string, b: string, typos: number): boolean {
  if (a === b) return true;
  if (typos === 0) return false;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return isNear(restA, restB, typos);
  const isSwap = a[0] === b[1] && a[1] === b[0];
  return (
    isNear(restA, b, typos - 1) ||
    isNear(a, restB, typos - 1) ||
    isNear(restA, restB, typos - 1) ||
    (isSwap && isNear(a.slice(2), b.slice(2), typos - 1))
  );
}
