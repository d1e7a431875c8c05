import type { Command, Option } from 'commander';
import { parse } from '../../../registry/agent/terminal/parse.ts';
import { startCommand } from '../../../registry/agent/terminal/thread-commands.ts';
import { allCommands } from '../generated/terminal-commands.ts';
import type { World } from './world.ts';

type Word = { readonly text: string; readonly quoted: boolean };

/** Commands that are not ours. */
const others = [
  'cd',
  'cp',
  'cat',
  'git',
  'mkdir',
  'mv',
  'rm',
  'ollama',
  'kill',
  'ls',
  'curl',
  'sleep',
];
/** The folders for which the documentation makes projects. */
const folders = ['my-agent', '.'];
/** Flags whose help says what they take. */
const listed: readonly string[] = ['--template', '--model', '--store', '--pm'];

/**
 * What is wrong with a line for the shell. `mine` are the components that the page itself defines.
 */
export function checkLine(
  line: string,
  world: World,
  mine: ReadonlySet<string> = new Set(),
): readonly string[] {
  return line
    .replace(/ [<>] \S+/g, '')
    .split(/ (?:&&|\|) /)
    .flatMap((command) => checkCommand(wordsOf(command), world, mine));
}

/** The words of a command, without their quotes. */
export const wordsOf = (command: string): readonly Word[] =>
  [...command.trim().matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => ({
    text: quoted ?? plain ?? '',
    quoted: quoted !== undefined,
  }));

function checkCommand(
  words: readonly Word[],
  world: World,
  mine: ReadonlySet<string>,
): readonly string[] {
  const [set = '', first = ''] = [words[0]?.text, words[1]?.text];
  const [, variable] = /^([A-Z][A-Z0-9_]*)=/.exec(set) ?? [];
  if (variable !== undefined) {
    const rest = words.length > 1 ? checkCommand(words.slice(1), world, mine) : [];
    return [...checkVariable(variable, world), ...rest];
  }
  if (set === 'npx' && /^create-12-factor-agent(@latest)?$/.test(first))
    return checkTool(words.slice(2), world, mine);
  if (['npm', 'pnpm', 'yarn', 'bun'].includes(set)) return checkScript(set, words.slice(1), world);
  if (set === 'node' && first === 'start.js') return checkTerminal(words.slice(2));
  if (set === 'npx' && first === 'esbuild') return checkEntry(words[2], world);
  if (set === 'node' && first.endsWith('.ts')) return checkEntry(words[1], world);
  if (set === 'node' && /^dist\/(agent|server)\.cjs$/.test(first)) return [];
  if (set === 'npx' && first === 'tsx') {
    return words[2]?.text.endsWith('terminal/main.ts') ? checkTerminal(words.slice(3)) : [];
  }
  return others.includes(set) ? [] : [`nothing is known of the command ${set}`];
}

const checkEntry = (word: Word | undefined, { project }: World): readonly string[] =>
  project.has(word?.text ?? '') ? [] : [`there is no ${word?.text}`];

function checkScript(manager: string, words: readonly Word[], world: World): readonly string[] {
  const [name = '', script = ''] = words.map(({ text }) => text);
  if (name === 'install') return [];
  if (name === 'run') return world.scripts.has(script) ? [] : [`there is no script ${script}`];
  if (name !== 'start') return world.scripts.has(name) ? [] : [`there is no script ${name}`];
  const rest = words.slice(1);
  const end = rest.findIndex(({ text }) => text === '--');
  if (manager === 'npm' && end < 0 && rest.some(isFlag))
    return ['npm keeps flags to itself unless -- comes first'];
  return checkTerminal(end < 0 ? rest : rest.toSpliced(end, 1));
}

const isFlag = ({ text, quoted }: Word): boolean => !quoted && text.startsWith('-');
const placeholder = /^[<[]|^\.\.\.$/;

/**
 * What is wrong with the words after `npm start`, by the generated terminal's own reading of them.
 */
export function checkTerminal(words: readonly Word[]): readonly string[] {
  const stand = ({ text }: Word): string => {
    if (text.startsWith('<thread')) return 't_4k7x2p';
    return text.startsWith('<call') ? 't_4k7x2p:7' : text;
  };
  const argv = words.filter(({ text }) => !text.startsWith('[')).map(stand);
  try {
    const isStart = parse(argv, allCommands).command === startCommand;
    const isName = (index: number) => words[index - 1]?.text === '--agent';
    const said = words.filter((word, index) => !isFlag(word) && !isName(index));
    const isSaid = said.every(({ quoted }) => quoted);
    return isStart && !isSaid ? [`the terminal has no command ${argv[0]}`] : [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Whether the generated terminal takes a flag, with `show` say. */
export const takesFlag = (flag: string): boolean =>
  checkTerminal(wordsOf(`show t_4k7x2p ${flag}`)).length === 0;

/** What is wrong with the words after `npx create-12-factor-agent`. */
export function checkTool(
  words: readonly Word[],
  world: World,
  mine: ReadonlySet<string>,
): readonly string[] {
  const [first] = words;
  const named = commandsOf(world.tool).find((one) =>
    [one.name(), ...one.aliases()].includes(first?.text ?? ''),
  );
  const command = named ?? commandsOf(world.tool).find((one) => one.name() === 'create');
  if (!command) return ['there is no create'];
  const { problems, values } = readFlags(command, named ? words.slice(1) : words);
  const known = (name: string) =>
    placeholder.test(name) || world.components.has(name) || mine.has(name);
  if (['add', 'view', 'update', 'remove'].includes(command.name()))
    return [
      ...problems,
      ...values.filter((name) => !known(name)).map((name) => `there is no component ${name}`),
    ];
  if (command.name() !== 'create') return problems;
  const strange = values.filter((name) => !placeholder.test(name) && !folders.includes(name));
  return [...problems, ...strange.map((name) => `there is no command ${name}`)];
}

/** The commands that the help shows. */
export const commandsOf = (tool: Command): readonly Command[] =>
  tool.createHelp().visibleCommands(tool);

function readFlags(command: Command, words: readonly Word[]) {
  const problems: string[] = [];
  const values: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word; word = rest.shift()) {
    if (!isFlag(word)) values.push(word.text);
    else if (!['--help', '-h', '--version', '-v'].includes(word.text)) {
      const option = command.options.find(({ long }) => long === word?.text);
      if (!option) problems.push(`${command.name()} has no ${word.text}`);
      else if (option.required) problems.push(...checkValue(option, rest.shift()?.text));
    }
  }
  return { problems, values };
}

function checkValue(
  { long, argChoices, description }: Option,
  value: string | undefined,
): readonly string[] {
  if (value === undefined) return [`${long} wants a value`];
  const said = listed.includes(long ?? '')
    ? description.replace(/^.*: /, '').split(/, | or /)
    : undefined;
  const choices = argChoices ?? said;
  const known =
    !choices || placeholder.test(value) || value.split('|').every((one) => choices.includes(one));
  return known ? [] : [`${long} does not take ${value}`];
}

/**
 * Variables that no manifest has: the shell's, ones for the terminal and for recording, and another
 * program's.
 */
const unlisted = [
  'USER',
  'AGENT_URL',
  'RECORD',
  'OLLAMA_CONTEXT_LENGTH',
  'PGBOSS_SCHEMA',
  'RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE',
  'RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT',
  'RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_INTERVAL',
  'RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_TIMEOUT',
];

/** What is wrong with the name of a variable. */
export function checkVariable(name: string, { variables }: World): readonly string[] {
  return variables.has(name) || unlisted.includes(name)
    ? []
    : [`nothing reads the variable ${name}`];
}
