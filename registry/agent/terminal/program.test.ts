import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Commands } from './command-types.ts';
import { commands } from './commands.ts';
import { helpFor } from './help.ts';
import { programOf, withUrl } from './program.ts';

const cwd = resolve('/repo');
const main = 'src/agent/terminal/main.ts';

/** How it was started: the file, then what package managers say. */
const started = (file: string, name?: string, script?: string, manager = 'npm') => {
  const env = {
    npm_lifecycle_event: name,
    npm_lifecycle_script: script,
    npm_config_user_agent: `${manager}/9.1.0 node`,
  };
  return programOf(['node', resolve(cwd, file)], name === undefined ? {} : env, cwd);
};

test.each([
  ['a test', started('node_modules/vitest/vitest.mjs', 'test', 'vitest run', 'pnpm'), 'npm start'],
  ['start.js, by hand', started('start.js'), 'npm start'],
  ['npm start', started('start.js', 'start', 'node start.js'), 'npm start'],
  ['pnpm start', started('start.js', 'start', 'node start.js', 'pnpm'), 'pnpm start'],
  ['bun start', started('start.js', 'start', 'node start.js', 'bun'), 'bun start'],
  ['npm start, without start.js', started(main, 'start', `tsx ${main}`), 'npm start'],
  ['another script', started(main, 'agent', `tsx ${main}`), 'npm run agent --'],
  ['another script, of yarn', started(main, 'agent', undefined, 'yarn'), 'yarn run agent'],
  ['tsx, by hand', started(main), `npx tsx ${main}`],
  [
    'tsx, from another folder',
    started('../else/terminal/main.ts'),
    'npx tsx ../else/terminal/main.ts',
  ],
  ['npx tsx', started(main, 'npx', `tsx "${main}"`), `npx tsx ${main}`],
  ['yarn tsx', started(main, 'tsx', undefined, 'yarn'), `npx tsx ${main}`],
  ['node, as a bundle', started('dist/agent.js'), 'node dist/agent.js'],
  [
    'another script, as a bundle',
    started('dist/agent.js', 'agent', 'node dist/agent.js'),
    'npm run agent --',
  ],
  ['a file of yours', started('src/mine.ts'), 'npx tsx src/mine.ts'],
  ['no file', programOf(['node'], {}, cwd), 'npm start'],
  ['a worker of a test', started('node_modules/vitest/dist/workers/forks.js'), 'npm start'],
  [
    'a worker of vitest 3',
    started('node_modules/.pnpm/tinypool@1.1.1/node_modules/tinypool/dist/entry/process.js'),
    'npm start',
  ],
  ['a shell that a script opened', started(main, 'dev', 'code .'), `npx tsx ${main}`],
])('started by %s', (_, { name }, typed) => {
  expect(name).toBe(typed);
});

test.each([
  [started('start.js', 'start'), 'npm start --', 'node start.js'],
  [started('start.js', 'start', undefined, 'pnpm'), 'pnpm start', 'node start.js'],
  [started(main, 'agent'), 'npm run agent --', `npx tsx ${main}`],
  [started(main), `npx tsx ${main}`, `npx tsx ${main}`],
])('flags reach %o', ({ withFlags, quiet }, beforeFlags, inScripts) => {
  expect([withFlags, quiet]).toEqual([beforeFlags, inScripts]);
});

test.each([
  [
    'http://127.0.0.1:3000',
    'npm start -- --url http://127.0.0.1:3000',
    'node start.js --url http://127.0.0.1:3000',
  ],
  [
    'http://[::1]:3000',
    'npm start -- --url "http://[::1]:3000"',
    'node start.js --url "http://[::1]:3000"',
  ],
  [undefined, 'npm start', 'node start.js'],
])('hints for an agent at %s', (url, typed, inScripts) => {
  const { name, quiet } = withUrl(started('start.js', 'start'), url);
  expect([name, quiet]).toEqual([typed, inScripts]);
});

describe.each([
  ['npm start', started('start.js', 'start'), 80],
  ['npm run agent', started(main, 'agent'), 100],
  ['npx tsx', started(main), 100],
])('help for %s', (_, program, columns) => {
  const run = async () => {};
  const more: Commands = {
    svg: { usage: 'show <thread> --svg', about: 'a picture', piped: true, run },
  };
  const lines = helpFor({ ...commands, ...more }, program).split('\n');

  test(`fits ${columns} columns`, () => {
    expect(lines.filter(({ length }) => length > columns)).toEqual([]);
  });

  test('says what each command does in one column', () => {
    const about = lines.map((line) => line.search(/(?<= {3})\S/)).filter((column) => column > 0);
    expect(about).toHaveLength(Object.keys(commands).length + 4);
    expect(new Set(about).size).toBe(1);
  });
});
