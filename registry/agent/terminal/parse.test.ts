import { describe, expect, test } from 'vitest';
import { Refused } from '../core/errors.ts';
import type { Command, Commands } from './types.ts';
import { commands } from './commands.ts';
import { parse } from './parse.ts';
import { talkCommand } from './run-thread.ts';
import { startCommand } from './thread-commands.ts';

const run = async () => {};
const svg: Command = { usage: 'show <thread> --svg', about: '', run };
const exported: Command = { usage: 'export > threads.jsonl', about: '', run };
const imported: Command = { usage: 'import < threads.jsonl', about: '', run };
const url = { usage: '--url http://... list', about: '', connect: () => expect.fail() };
/** The table with commands of other components. */
const all: Commands = { ...commands, svg, exported, imported, url };

const wordsOf = (line: string): readonly string[] => line.split(' ').filter(Boolean);
const nothing = { id: '', text: '', json: false };

test.each<[string, string, Partial<typeof nothing>]>([
  ['list', 'list', {}],
  ['list --json', 'list', { json: true }],
  ['show t_1', 'show <thread>', { id: 't_1' }],
  ['show t_1 --context', 'show <thread> --context', { id: 't_1' }],
  ['show t_1 --request', 'show <thread> --request', { id: 't_1' }],
  ['show t_1 --answers', 'show <thread> --answers', { id: 't_1' }],
  ['show t_1 --svg', 'show <thread> --svg', { id: 't_1' }],
  ['watch t_1', 'watch <thread>', { id: 't_1' }],
  ['resume t_1', 'resume <thread>', { id: 't_1' }],
  ['say t_1 ship it', 'say <thread> "text"', { id: 't_1', text: 'ship it' }],
  ['cancel t_1', 'cancel <thread> ["why"]', { id: 't_1' }],
  ['cancel t_1 no need', 'cancel <thread> ["why"]', { id: 't_1', text: 'no need' }],
  ['approve t_1:2', 'approve <call> ["comment"]', { id: 't_1:2' }],
  ['approve t_1:2 fine', 'approve <call> ["comment"]', { id: 't_1:2', text: 'fine' }],
  ['deny t_1:2 too late', 'deny <call> "why"', { id: 't_1:2', text: 'too late' }],
  ['answer t_1:2 1.4.2', 'answer <call> "text"', { id: 't_1:2', text: '1.4.2' }],
  ['export', 'export > threads.jsonl', {}],
  ['import', 'import < threads.jsonl', {}],
])('"%s" is the command %s', (line, usage, given) => {
  const parsed = parse(wordsOf(line), all);
  expect(parsed.command?.usage).toBe(usage);
  expect(parsed.given).toEqual({ ...nothing, ...given });
});

test.each([
  ['report', 'report'],
  ['ship 1.4.2', 'ship 1.4.2'],
  ['hello', 'hello'],
  ['lst the releases', 'lst the releases'],
  ['deploy t_1', 'deploy t_1'],
  ['-- lst --json', 'lst --json'],
])('"%s" is a message', (line, text) => {
  const message = { command: startCommand, given: { ...nothing, text } };
  expect(parse(wordsOf(line), all)).toMatchObject(message);
});

test('a message in quotes is one, with any first word', () => {
  const textOf = (...argv: readonly string[]) => parse(argv, all);
  expect(textOf('list releases --all')).toMatchObject({ given: { text: 'list releases --all' } });
  expect(textOf('--json', 'ship it')).toMatchObject({ given: { text: 'ship it', json: true } });
});

test.each([
  ['', talkCommand],
  ['help', undefined],
  ['-h', undefined],
  ['list --help', undefined],
])('"%s" talks, or is for help', (line, command) => {
  expect(parse(wordsOf(line), all).command).toBe(command);
});

test.each([
  ['lst', 'There is no command lst. Did you mean: npm start list'],
  ['lits', 'Did you mean: npm start list'],
  ['anwser', 'Did you mean: npm start answer'],
  ['aprove t_1:2', 'Did you mean: npm start approve t_1:2'],
  ['sohw t_1', 'Did you mean: npm start show t_1'],
  ['aprove t_1:2 looks good', 'Did you mean: npm start approve t_1:2 looks good'],
  ['--jsn', 'There is no --jsn. See: npm start help'],
  ['approve', 'Usage: npm start approve <call> ["comment"]'],
  ['deny t_1:2', 'Usage: npm start deny <call> "why"'],
  ['answer t_1:2', 'Usage: npm start answer <call> "text"'],
  ['say t_1', 'Usage: npm start say <thread> "text"'],
  ['help me ship', 'Usage: npm start help'],
  ['show me the releases', 'Usage: npm start show <thread>'],
  ['list the releases', 'Usage: npm start list'],
  ['list --request', 'There is no list --request. See: npm start help'],
  ['list --context', 'There is no list --context.'],
  ['watch t_1 --svg', 'There is no watch --svg.'],
  ['show t_1 --svg --context', 'There is no show --svg --context.'],
  ['show t_1 --svg --json', '--json does not go with this'],
  ['watch t_1 --json', '--json does not go with this'],
  ['--json', '--json does not go with this'],
  ['export --json', '--json does not go with this'],
  ['export the data', 'Usage: npm start export > threads.jsonl'],
  ['import threads.jsonl', 'Usage: npm start import < threads.jsonl'],
  ['exprt', 'Did you mean: npm start export'],
])('"%s" is refused: %s', (line, message) => {
  expect(() => parse(wordsOf(line), all)).toThrow(Refused);
  expect(() => parse(wordsOf(line), all)).toThrow(message);
});

test.each([
  ['--url http://127.0.0.1:3000 list', 'http://127.0.0.1:3000', { id: '' }],
  ['--url=https://shop.test/agent ship it', 'https://shop.test/agent', { text: 'ship it' }],
  ['show t_1 --svg --url http://[::1]:3000', 'http://[::1]:3000', { id: 't_1' }],
  ['-- lst --url http://x', undefined, { text: 'lst --url http://x' }],
  ['--url', '', undefined],
  ['--url= list', '', { id: '' }],
])('"%s" has the url %s', (line, address, given) => {
  const parsed = parse(wordsOf(line), all);
  expect(parsed.url).toBe(address);
  if (given) expect(parsed).toMatchObject({ given });
});

describe('without the component', () => {
  test.each([
    ['export', 'export', 'transfer'],
    ['import', 'import', 'transfer'],
    ['export the data', 'export', 'transfer'],
    ['show t_1 --svg', '--svg', 'picture'],
  ])('"%s" names the one to add', (line, what, component) => {
    const add = `npx create-12-factor-agent@latest add ${component}`;
    const own = Object.fromEntries(
      Object.entries(commands).filter(
        ([key]) => !['show-svg', 'export', 'import', 'url'].includes(key),
      ),
    );
    expect(() => parse(wordsOf(line), own)).toThrow(`${what} comes with another component: ${add}`);
  });
});
