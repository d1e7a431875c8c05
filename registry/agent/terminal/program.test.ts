import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Commands } from './types.ts';
import { commands } from './commands.ts';
import { helpFor, programOf } from './program.ts';

const main = 'src/agent/terminal/main.ts';

/** How it was started: the file, its script, and the package manager. */
const started = (file: string, script?: string, manager = 'npm', ...argv: readonly string[]) =>
  programOf({
    argv: ['node', file && resolve('/repo', file), ...argv],
    env: { npm_lifecycle_event: script, npm_config_user_agent: `${manager}/9.1.0 node` },
    cwd: () => resolve('/repo'),
  });

test.each([
  ['a test', started('node_modules/vitest/vitest.mjs', 'test', 'pnpm'), 'npm start'],
  ['start.js, by hand', started('start.js'), 'npm start'],
  ['npm start', started('start.js', 'start'), 'npm start'],
  ['pnpm start', started('start.js', 'start', 'pnpm'), 'pnpm start'],
  ['bun start', started('start.js', 'start', 'bun'), 'bun start'],
  ['npm start, without start.js', started(main, 'start'), 'npm start'],
  ['another script', started(main, 'agent'), `npx tsx ${main}`],
  ['tsx, by hand', started(main), `npx tsx ${main}`],
  ['tsx, by pnpm', started(main, undefined, 'pnpm'), `pnpm exec tsx ${main}`],
  ['tsx, by yarn', started(main, undefined, 'yarn'), `yarn tsx ${main}`],
  ['tsx, by bun', started(main, undefined, 'bun'), `bunx tsx ${main}`],
  [
    'tsx, from another folder',
    started('../else/terminal/main.ts'),
    'npx tsx ../else/terminal/main.ts',
  ],
  ['node, as a bundle', started('dist/agent.cjs'), 'node dist/agent.cjs'],
  ['no file', started(''), 'npm start'],
  ['a worker of a test', started('node_modules/vitest/dist/workers/forks.js'), 'npm start'],
])('started by %s', (_, { name }, typed) => {
  expect(name).toBe(typed);
});

test.each([
  [started('start.js', 'start'), 'npm start --', 'node start.js'],
  [started('start.js', 'start', 'pnpm'), 'pnpm start', 'node start.js'],
  [started(main), `npx tsx ${main}`, `npx tsx ${main}`],
])('flags reach %o', ({ withFlags, quiet }, beforeFlags, inScripts) => {
  expect([withFlags, quiet]).toEqual([beforeFlags, inScripts]);
});

test('hints for an agent on a server have its url', () => {
  const url = 'http://127.0.0.1:3000';
  const { name, quiet } = started('start.js', 'start', 'npm', 'list', '--url', url);
  expect([name, quiet]).toEqual([`npm start -- --url ${url}`, `node start.js --url ${url}`]);
});

describe.each([
  ['npm start', started('start.js', 'start'), 80],
  ['npx tsx', started(main), 100],
])('help for %s', (_, program, columns) => {
  const run = () => Promise.resolve();
  const more: Commands = {
    svg: { usage: 'show <thread> --svg', about: 'a picture', piped: true, run },
  };
  const lines = helpFor({ ...commands, ...more }, program).split('\n');

  test(`fits ${columns} columns`, () => {
    expect(lines.filter(({ length }) => length > columns)).toEqual([]);
  });

  test('says what each command does in one column', () => {
    const about = lines.map((line) => line.search(/(?<= {3})\S/)).filter((column) => column > 0);
    expect(about).toHaveLength(Object.keys(commands).length + 5);
    expect(new Set(about).size).toBe(1);
  });
});
