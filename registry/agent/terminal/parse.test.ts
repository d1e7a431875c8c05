import { describe, expect, test } from 'vitest';
import { Refused } from '../core/errors.ts';
import type { Command, Commands } from './types.ts';
import { commands } from './commands.ts';
import { parse, refuseKeptFlags } from './parse.ts';
import { talkCommand } from './run-thread.ts';
import { startCommand } from './thread-commands.ts';

const run = () => Promise.resolve();
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
  ['--agent release ship', startCommand, 'release'],
  ['--agent=release ship', startCommand, 'release'],
  ['--agent release', talkCommand, 'release'],
  ['ship', startCommand, undefined],
])('"%s" is for an agent', (line, command, agent) => {
  expect(parse(wordsOf(line), all)).toMatchObject({ command, agent });
});

test.each(['--agent', '--agent= ship', '--agent release list', '--agent release show t_1'])(
  '"%s" is refused: an agent is named where a thread starts',
  (line) => {
    const usage = 'Usage: npm start -- --agent name "what you want"';
    expect(() => parse(wordsOf(line), all)).toThrow(usage);
  },
);

test.each([
  'report',
  'ship 1.4.2',
  'hello',
  'deploy t_1',
  'lst the releases',
  'lost my card, please help',
  'how are you',
  'pay the invoice',
  'help me ship 1.4.2',
  'approve the invoice for Ada',
  'Approve the invoice for Ada',
  'list the open orders',
  'show me the releases',
  'cancel order 17 of Ada',
  'answer 3 of the questions',
  'export all my data',
  'improve it',
  'update the docs',
  'add milk',
  'inbox',
  'watch out for errors',
  't_1 is stuck, why?',
  '/etc/hosts is wrong',
  '/etc is full',
])('"%s" is a message', (line) => {
  const message = { command: startCommand, given: { ...nothing, text: line } };
  expect(parse(wordsOf(line), all)).toMatchObject(message);
});

test.each([
  ['-- lst --json', 'lst --json'],
  ['-- aprove x:1', 'aprove x:1'],
  ['-- /list', '/list'],
])('"%s" is marked as a message', (line, text) => {
  expect(parse(wordsOf(line), all)).toMatchObject({ command: startCommand, given: { text } });
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

/** A command that was mistyped, and what it is taken for. */
test.each([
  ['lst', 'list'],
  ['lits', 'list'],
  ['List', 'list'],
  ['/list', 'list'],
  ['/lst', 'list'],
  ['lst orders', 'list orders'],
  ['lst 2026-11-18 now', 'list 2026-11-18 now'],
  ['lst --json', '-- list --json'],
  ['--json lst', '-- list --json'],
  ['sohw t_1', 'show t_1'],
  ['shwo t_123', 'show t_123'],
  ['shwo t_123 --json', '-- show t_123 --json'],
  ['shwo t_123 --context', '-- show t_123 --context'],
  ['/show t_1 --svg', '-- show t_1 --svg'],
  ['shw orders', 'show orders'],
  ['wacht t_1', 'watch t_1'],
  ['aprove t_1:2', 'approve t_1:2'],
  ['aprove x:1', 'approve x:1'],
  ['aprove 17', 'approve 17'],
  ['aprove #4 fine', 'approve #4 fine'],
  ['aprove invoice', 'approve invoice'],
  ['aprove t_1:2 looks good', 'approve t_1:2 looks good'],
  ['aproove', 'approve'],
  ['/aproove', 'approve'],
  ['/aproove t_1:2', 'approve t_1:2'],
  ['/approve the invoice for Ada', 'approve the invoice for Ada'],
  ['Approve t_1:2', 'approve t_1:2'],
  ['approved t_1:2', 'approve t_1:2'],
  ['dney t_1:2 too late', 'deny t_1:2 too late'],
  ['anwser', 'answer'],
  ['anser t_1:2 yes', 'answer t_1:2 yes'],
  ['says t_1 ship it', 'say t_1 ship it'],
  ['sya t1 ship it', 'say t1 ship it'],
  ['cancle t_1', 'cancel t_1'],
  ['canncell t_1 no need', 'cancel t_1 no need'],
  ['resmue t_1', 'resume t_1'],
  ['t_1', 'resume t_1'],
  ['t_1:2', 'approve t_1:2'],
  ['t_1-6_0:2', 'approve t_1-6_0:2'],
  ['t_1-6', 'resume t_1-6'],
  ['hlep', 'help'],
  ['exprt', 'export'],
  ['imoprt', 'import'],
])('"%s" is refused: it looks like "%s"', (line, meant) => {
  const typed = line.split(' ').find((word) => !word.startsWith('--')) ?? '';
  const refusal = `There is no command ${typed}.`;
  expect(() => parse(wordsOf(line), all)).toThrow(Refused);
  expect(() => parse(wordsOf(line), all)).toThrow(`${refusal} Did you mean: npm start ${meant}`);
});

test.each(['add', 'diff', 'doctor', 'remove', 'Status', '/undo', 'update', 'view'])(
  '"%s" is refused: the tool has such a command',
  (typed) => {
    const meant = `npx create-12-factor-agent@latest ${typed.replace('/', '').toLowerCase()}`;
    const refusal = `There is no command ${typed}. Did you mean: ${meant}\n  As a message:`;
    expect(() => parse([typed], all)).toThrow(refusal);
  },
);

test.each([
  ['lst', 'npm start -- -- lst'],
  ['aprove x:1', 'npm start "aprove x:1"'],
  ['list the releases', 'npm start "list the releases"'],
])('"%s" is refused with the way to send it', (line, typed) => {
  expect(() => parse(wordsOf(line), all)).toThrow(`\n  As a message: ${typed}`);
});

test.each([
  ['/frobnicate', 'There is no command /frobnicate. See: npm start help'],
  ['--jsn', 'There is no flag --jsn. See: npm start help'],
  ['approve', 'Usage: npm start approve <call> ["comment"]'],
  ['deny t_1:2', 'Usage: npm start deny <call> "why"'],
  ['answer t_1:2', 'Usage: npm start answer <call> "text"'],
  ['say t_1', 'Usage: npm start say <thread> "text"'],
  ['help me ship', 'Usage: npm start help'],
  ['show me that', 'Usage: npm start show <thread>'],
  ['list the releases', 'Usage: npm start list'],
  ['list --request', '--request goes with: npm start -- show <thread> --request'],
  ['list --context', 'There is no list --context. --context goes with:'],
  ['ship it --context', 'There is no ship --context. --context goes with:'],
  ['--context', 'There is no --context. --context goes with:'],
  ['show t_1 --contxt', 'There is no flag --contxt. See: npm start help'],
  ['watch t_1 --svg', 'There is no watch --svg.'],
  ['show t_1 --svg --context', 'There is no show --svg --context.'],
  ['show t_1 --svg --json', '--json does not go with this'],
  ['watch t_1 --json', '--json does not go with this'],
  ['--json', '--json does not go with this'],
  ['export --json', '--json does not go with this'],
  ['export the data', 'Usage: npm start export > threads.jsonl'],
  ['import threads.jsonl', 'Usage: npm start import < threads.jsonl'],
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

describe('a flag that npm keeps for itself', () => {
  const npm = { npm_config_user_agent: 'npm/11.19.1 node/v20', npm_lifecycle_event: 'start' };
  const refusal = (line: string, env: Record<string, string>) => () =>
    refuseKeptFlags(wordsOf(line), env, all);

  test.each([
    ['list', { npm_config_json: 'true' }, '--json', 'list --json'],
    ['show t_1', { npm_config_context: 'true' }, '--context', 'show t_1 --context'],
    ['show t_1', { npm_config_request: 'true' }, '--request', 'show t_1 --request'],
    ['show t_1', { npm_config_answers: 'true' }, '--answers', 'show t_1 --answers'],
    ['show t_1', { npm_config_svg: 'true' }, '--svg', 'show t_1 --svg'],
    ['', { npm_config_context: 'true' }, '--context', '--context'],
    ['http://x list', { npm_config_url: 'true' }, '--url', '--url http://... list'],
    ['list', { npm_config_url: 'http://x' }, '--url', '--url http://... list'],
    ['x', { npm_config_agent: 'release' }, '--agent', '--agent name "what you want"'],
  ])('of "%s" with %j is told, with what to type', (line, env, flag, typed) => {
    const message = `npm kept ${flag} for itself. Type: npm start -- ${typed}`;
    expect(refusal(line, { ...npm, ...env })).toThrow(message);
  });

  test.each<[string, string, Record<string, string>]>([
    ['flags behind --', 'show t_1 --context', npm],
    ['a flag twice', 'list --json', { ...npm, npm_config_json: 'true' }],
    ['a setting of npm', 'list', { ...npm, npm_config_registry: 'true', npm_config_url: '' }],
    ['pnpm', 'list', { ...npm, npm_config_user_agent: 'pnpm/10.0.0', npm_config_json: 'true' }],
    ['yarn', 'list', { ...npm, npm_config_user_agent: 'yarn/4.9.0', npm_config_json: 'true' }],
    ['bun', 'list', { ...npm, npm_config_user_agent: 'bun/1.3.0', npm_config_json: 'true' }],
    ['node', 'list', { npm_config_json: 'true' }],
  ])('is not seen in %s', (_, line, env) => {
    expect(refusal(line, env)).not.toThrow();
  });
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
