import { Refused } from '../core/errors.ts';
import { serverFlagOf, type Arguments, type Command, type Commands } from './command.ts';
import { program, takeUrl } from './program.ts';
import { startCommand } from './thread-commands.ts';

/** What the arguments ask for. `url` is the server to use instead of the agent here. */
export type Parsed = { readonly url?: string } & (
  | { readonly kind: 'help' }
  | { readonly kind: 'talk' }
  | { readonly kind: 'run'; readonly command: Command; readonly given: Arguments }
);

/** The components with the commands, flags and variables that the terminal alone lacks. */
const addable = new Map([
  ['export', 'transfer'],
  ['import', 'transfer'],
  ['--svg', 'picture'],
  ['--url', 'remote'],
  ['AGENT_URL', 'remote'],
]);

export const needsComponent = (what: string): string =>
  `${what} comes with another component: ` +
  `npx create-12-factor-agent@latest add ${addable.get(what)}`;

/** Reads the arguments: a command, or else a message. @throws Refused if they are neither */
export function parse(argv: readonly string[], commands: Commands): Parsed {
  const { url, rest } = takeUrl(argv);
  if (url === undefined) return parseCommand(rest, commands);
  if (!serverFlagOf(commands)) throw new Refused(needsComponent('--url'));
  return { ...parseCommand(rest, commands), url };
}

function parseCommand(argv: readonly string[], table: Commands): Parsed {
  const commands = Object.values(table).filter((entry) => 'run' in entry);
  const { flags, words } = splitFlags(argv);
  const [first, ...rest] = words;
  const views = flags.filter((flag) => !['--json', '--help', '-h'].includes(flag));
  views.forEach((view) => requireFlag(view, commands));
  const json = flags.includes('--json');
  const isHelp = flags.some((flag) => flag === '--help' || flag === '-h');
  if (isHelp || (first === 'help' && rest.length === 0)) return plainly('help', json);
  if (first === undefined && views.length === 0) return plainly('talk', json);
  const command = findCommand(words, views, commands);
  if (json && !command.json) throw jsonRefused();
  if (command !== startCommand) return { kind: 'run', command, given: read(command, words, json) };
  return { kind: 'run', command, given: { id: '', text: words.join(' '), json } };
}

/** Flags end at `--`. An argument with a space is a message in quotes. */
function splitFlags(argv: readonly string[]) {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const before = argv.slice(0, end);
  const isFlag = (argument: string) => argument.startsWith('-') && !argument.includes(' ');
  const words = before.filter((argument) => !isFlag(argument));
  return { flags: before.filter(isFlag), words: [...words, ...argv.slice(end + 1)] };
}

function plainly(kind: 'help' | 'talk', json: boolean): Parsed {
  if (json) throw jsonRefused();
  return { kind };
}

const jsonRefused = (): Refused =>
  new Refused(
    `--json goes with a message, or with a command that ends at once. See: ${program.name} help`,
  );

const nameOf = ({ usage }: Command): string => usage.split(' ')[0] ?? '';
const flagOf = ({ usage }: Command): string | undefined => /--\w+/.exec(usage)?.[0];

/** @throws Refused for a flag that no command has */
function requireFlag(flag: string, commands: readonly Command[]): void {
  if (commands.some((command) => flagOf(command) === flag)) return;
  if (addable.has(flag)) throw new Refused(needsComponent(flag));
  throw new Refused(`There is no ${flag}. See: ${program.name} help`);
}

/** The command that is named, else the one that starts a thread. @throws Refused */
function findCommand(
  words: readonly string[],
  [view, ...more]: readonly string[],
  commands: readonly Command[],
): Command {
  const [first = '', ...rest] = words;
  const named = commands.find((one) => nameOf(one) === first && flagOf(one) === view);
  if (named && more.length === 0) return named;
  const viewed = commands.find((one) => view !== undefined && flagOf(one) === view);
  if (viewed) {
    const typed = `${program.withFlags} ${viewed.usage}`;
    throw new Refused(`${view} goes with ${nameOf(viewed)}: ${typed}`);
  }
  if (first === 'help') throw misused('help', words);
  if (addable.has(first)) throw new Refused(needsComponent(first) + quoteHint(words));
  const known = [...commands.map(nameOf), 'help', ...addable.keys()];
  const meant = misspelled(first, rest, known);
  if (meant === undefined) return startCommand;
  const typed = [program.name, meant, ...rest].join(' ');
  throw new Refused(`There is no command ${first}. Did you mean: ${typed}`);
}

/** Reads what follows a command, as its usage says. @throws Refused */
function read(command: Command, words: readonly string[], json: boolean): Arguments {
  const { usage } = command;
  const takesId = /<\w+>/.test(usage);
  const takesText = usage.includes('"');
  const [id = '', ...more] = takesId ? words.slice(1) : ['', ...words.slice(1)];
  const text = more.join(' ');
  const lacksText = takesText && text === '' && !usage.includes('[');
  if ((takesId && id === '') || lacksText || (text !== '' && !takesText))
    throw misused(usage, words);
  return { id, text, json };
}

const misused = (usage: string, words: readonly string[]): Refused =>
  new Refused(`Usage: ${program.name} ${usage}${quoteHint(words)}`);

/** Several words may have been meant as a message. */
const quoteHint = (words: readonly string[]): string =>
  words.length > 2 ? `. As a message to the agent: ${program.name} "${words.join(' ')}"` : '';

/**
 * The command that was meant, where a message is unlikely: a single word, or a word and an id.
 * A long word may have two typos.
 */
function misspelled(
  word: string,
  [next]: readonly string[],
  known: readonly string[],
): string | undefined {
  if (next !== undefined && !/^t_\w+(:\d+)?$/.test(next)) return undefined;
  const most = next !== undefined || word.length > 6 ? 2 : 1;
  const near = (typos: number) => known.find((other) => isNear(word, other, typos));
  return near(1) ?? (most === 2 ? near(2) : undefined);
}

/** A typo is a letter too many, too few, replaced, or swapped with its neighbour. */
function isNear(a: string, b: string, typos: number): boolean {
  if (a === b) return true;
  if (typos === 0) return false;
  if (a[0] === b[0]) return isNear(a.slice(1), b.slice(1), typos);
  const isSwap = a[0] === b[1] && a[1] === b[0];
  if (isSwap && isNear(a.slice(2), b.slice(2), typos - 1)) return true;
  const others = [
    [a.slice(1), b],
    [a, b.slice(1)],
    [a.slice(1), b.slice(1)],
  ] as const;
  return others.some(([one, other]) => isNear(one, other, typos - 1));
}
