import { Refused } from '../core/errors.ts';
import { bare, flagged, self, type Self } from './program.ts';

/** What moves a thread on. */
export type Act =
  | { readonly kind: 'start'; readonly text: string }
  | { readonly kind: 'resume'; readonly id: string }
  | { readonly kind: 'say'; readonly id: string; readonly text: string }
  | { readonly kind: 'cancel'; readonly id: string; readonly text?: string }
  | { readonly kind: 'approve'; readonly call: string; readonly text?: string }
  | { readonly kind: 'deny'; readonly call: string; readonly text: string }
  | { readonly kind: 'answer'; readonly call: string; readonly text: string };

/** What the arguments ask for. */
export type Command =
  | Act
  | { readonly kind: 'talk' | 'help' | 'list' | 'export' | 'import' }
  | { readonly kind: 'show' | 'context' | 'request' | 'picture' | 'watch'; readonly id: string };

/** `json`: print one JSON document, and nothing else. `url`: the server to ask, instead of the agent here. */
export type Asked = { readonly command: Command; readonly json: boolean; readonly url?: string };

const usage = {
  help: 'help',
  list: 'list',
  show: 'show <thread>',
  watch: 'watch <thread>',
  resume: 'resume <thread>',
  say: 'say <thread> "text"',
  cancel: 'cancel <thread> ["why"]',
  approve: 'approve <call> ["comment"]',
  deny: 'deny <call> "why"',
  answer: 'answer <call> "text"',
  export: 'export > threads.jsonl',
  import: 'import < threads.jsonl',
};
type Word = keyof typeof usage;
const words = Object.keys(usage);
const isWord = (word: string): word is Word => words.includes(word);

const flags = ['--json', '--context', '--request', '--svg', '--help', '-h'];
/** Other ways to show a thread. */
const views = { '--context': 'context', '--request': 'request', '--svg': 'picture' } as const;
type View = keyof typeof views;
const isView = (flag: string): flag is View => flag in views;

/** Reads the arguments: a command, or else a message. @throws Refused if they are neither */
export function parse(given: readonly string[]): Asked {
  const { url, rest } = takeUrl(given);
  return { ...parseOne(rest), ...(url !== undefined && { url: serverAt(url, '--url') }) };
}

function parseOne(argv: readonly string[]): Asked {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const given = argv
    .slice(0, end)
    .filter((argument) => argument.startsWith('-') && !argument.includes(' '));
  const unknown = given.find((flag) => !flags.includes(flag));
  if (unknown !== undefined) throw new Refused(`There is no ${unknown}. See: ${self} help`);
  const rest = [
    ...argv.slice(0, end).filter((argument) => !given.includes(argument)),
    ...argv.slice(end + 1),
  ];
  const json = given.includes('--json');
  const isHelp = given.includes('--help') || given.includes('-h');
  const command = isHelp ? { kind: 'help' as const } : commandOf(rest, given.filter(isView));
  if (
    json &&
    ['talk', 'help', 'context', 'picture', 'watch', 'export', 'import'].includes(command.kind)
  )
    throw new Refused(
      `--json goes with a message, or with a command that is over at once. See: ${self} help`,
    );
  return { command, json };
}

/** Whether a line typed to the agent is one of our commands, meant for the shell. */
export const isForShell = (line: string): boolean => line.startsWith(bare.self.replace(/ --$/, ''));

function commandOf([word, ...rest]: readonly string[], [view, ...more]: readonly View[]): Command {
  if (view && (word !== 'show' || more.length > 0))
    throw new Refused(`${view} goes with show: ${flagged} show <thread> ${view}`);
  if (word === undefined) return { kind: 'talk' };
  if (isWord(word)) return readCommand(word, rest, view);
  const meant = typo(word, rest);
  if (meant)
    throw new Refused(
      `There is no command ${word}. Did you mean: ${self} ${[meant, ...rest].join(' ')}`,
    );
  return { kind: 'start', text: [word, ...rest].join(' ') };
}

function readCommand(kind: Word, rest: readonly string[], view: View | undefined): Command {
  const [first, ...others] = rest;
  const text = others.join(' ');
  switch (kind) {
    case 'help':
    case 'list':
    case 'export':
    case 'import':
      return rest.length === 0 ? { kind } : misused(kind, rest);
    case 'show':
    case 'watch':
    case 'resume':
      if (first === undefined || text !== '') return misused(kind, rest);
      return { kind: view ? views[view] : kind, id: first };
    case 'say':
      return first === undefined || text === '' ? misused(kind, rest) : { kind, id: first, text };
    case 'cancel':
      return first === undefined ? misused(kind, rest) : { kind, id: first, ...(text && { text }) };
    case 'approve':
      return first === undefined
        ? misused(kind, rest)
        : { kind, call: first, ...(text && { text }) };
    case 'deny':
    case 'answer':
      return first === undefined || text === '' ? misused(kind, rest) : { kind, call: first, text };
    default:
      return kind satisfies never;
  }
}

function misused(word: Word, rest: readonly string[]): never {
  const quote =
    rest.length > 1 ? `. To say it to the agent: ${self} "${[word, ...rest].join(' ')}"` : '';
  throw new Refused(`Usage: ${self} ${usage[word]}${quote}`);
}

/** The command that was meant, where a message is unlikely: a single word, or a word and something like an id. */
function typo(word: string, [next]: readonly string[]): string | undefined {
  if (next === undefined) return nearest(word, words, word.length > 6 ? 2 : 1);
  return /^t_\w+(:\d+)?$/.test(next) ? nearest(word, words, 2) : undefined;
}

/** The word that was probably meant, if one is at most `most` typos away. */
function nearest(typed: string, words: readonly string[], most: number): string | undefined {
  for (let typos = 1; typos <= most; typos++) {
    const word = words.find((word) => isNear(typed, word, typos));
    if (word !== undefined) return word;
  }
  return undefined;
}

/** A typo is a letter too many, too few, replaced, or swapped with its neighbour. */
function isNear(a: string, b: string, typos: number): boolean {
  if (a === b) return true;
  if (typos === 0) return false;
  if (a[0] === b[0]) return isNear(a.slice(1), b.slice(1), typos);
  const isSwap = a[0] === b[1] && a[1] === b[0];
  return (
    isNear(a.slice(1), b, typos - 1) ||
    isNear(a, b.slice(1), typos - 1) ||
    isNear(a.slice(1), b.slice(1), typos - 1) ||
    (isSwap && isNear(a.slice(2), b.slice(2), typos - 1))
  );
}

/** What `help` prints: each command as it is typed, and what it does. */
export function helpFor({ self, flagged, quiet }: Self): string {
  const needsDashes = flagged === self ? '' : ' npm wants -- before flags:';
  const rows: readonly (readonly [typed: string, about?: string])[] = [
    [self, 'talk to the agent'],
    [`${self} "what you want"`, 'start a thread'],
    [''],
    [`${self} ${usage.list}`, 'all threads'],
    [`${self} ${usage.show}`, 'what happened, and what is open'],
    [`${self} ${usage.watch}`, 'follow it while others work on it'],
    [''],
    [`${self} ${usage.approve}`, 'let a step run that needs a person'],
    [`${self} ${usage.deny}`, 'the agent takes the reason up'],
    [`${self} ${usage.answer}`, 'answer a question'],
    [`${self} ${usage.say}`, 'say more; takes a request back'],
    [`${self} ${usage.cancel}`, 'end it for good'],
    [`${self} ${usage.resume}`, 'go on after a crash'],
    [''],
    [`A request shows its <call>, such as t_4k7x2p:7.${needsDashes}`],
    [`${flagged} ${usage.show} --context`, 'the exact text that the model gets'],
    [`${quiet} ${usage.show} --request`, 'the exact request, as JSON'],
    [`${quiet} ${usage.show} --svg`, 'a picture of it: add > thread.svg'],
    [`${quiet} ${usage.export}`, 'every thread, a line each'],
    [`${self} ${usage.import}`, 'take them in, from another store'],
    [`${quiet} list --json`, 'for scripts: one JSON document,'],
    ['', 'nothing else (also: show, say ...)'],
    [`${flagged} --url http://... list`, 'any of these, on a running server'],
  ];
  const width = Math.max(...rows.map(([typed, about]) => (about ? typed.length : 0)));
  return rows
    .map(([typed, about = '']) => `  ${typed.padEnd(width)}   ${about}`.trimEnd())
    .join('\n');
}

export const help = helpFor(bare);

/** Takes `--url <url>` out of the arguments. Without a url behind it, that is empty. */
export function takeUrl(argv: readonly string[]): {
  readonly url: string | undefined;
  readonly rest: readonly string[];
} {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const at = argv.findIndex((argument, index) => index < end && /^--url(=\S*)?$/.test(argument));
  const flag = argv[at];
  if (flag === undefined) return { url: undefined, rest: argv };
  const isOne = flag.startsWith('--url=');
  const url = isOne ? flag.slice('--url='.length) : at + 1 < end ? argv[at + 1] : undefined;
  return {
    url: url ?? '',
    rest: [...argv.slice(0, at), ...argv.slice(at + (isOne || url === undefined ? 1 : 2))],
  };
}

/** The url, if a server can be there. It stands in hints for a shell, so it has no secrets and nothing to expand. @throws Refused */
export function serverAt(url: string, name: string): string {
  const { protocol, username, password, search, hash } = URL.canParse(url)
    ? new URL(url)
    : new URL('none:');
  const isPlain = /^https?:$/.test(protocol) && username + password + search + hash === '';
  if (isPlain && /^[\w:/.%~[\]-]+$/.test(url)) return url;
  throw new Refused(
    `${name} is where a server listens, such as http://127.0.0.1:3000, and nothing else.`,
  );
}
