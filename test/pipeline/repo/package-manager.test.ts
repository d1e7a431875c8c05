import { expect, it } from 'vitest';
import {
  addCommand,
  installCommand,
  managerFromLockFile,
  runBinary,
  runScript,
  localRunner,
  runTool,
  managerFromUserAgent,
} from '../../../src/pipeline/repo/package-manager.ts';

it.each([
  ['npm', 'start', 'npm start'],
  ['npm', 'lint', 'npm run lint'],
  ['pnpm', 'test', 'pnpm test'],
  ['pnpm', 'lint', 'pnpm run lint'],
  ['yarn', 'lint', 'yarn lint'],
  ['yarn-classic', 'lint', 'yarn lint'],
  ['bun', 'test', 'bun run test'],
  ['deno', 'start', 'deno task start'],
] as const)('%s runs %s by: %s', (manager, script, command) => {
  expect(runScript(manager, script)).toBe(command);
});

it.each([
  ['npm', 'npx create-12-factor-agent@latest'],
  ['pnpm', 'pnpm dlx create-12-factor-agent@latest'],
  ['yarn', 'yarn dlx create-12-factor-agent@latest'],
  ['yarn-classic', 'npx create-12-factor-agent@latest'],
  ['bun', 'bunx create-12-factor-agent@latest'],
  ['deno', 'deno run -A npm:create-12-factor-agent@latest'],
] as const)('%s runs this tool by: %s', (manager, command) => {
  expect(runTool(manager)).toBe(command);
});

it.each([
  ['npm', 'npx'],
  ['pnpm', 'pnpm exec'],
  ['yarn', 'yarn'],
  ['yarn-classic', 'yarn'],
  ['bun', 'bunx'],
  ['deno', 'npx'],
] as const)('%s runs an installed command by: %s', (manager, command) => {
  expect(localRunner(manager)).toBe(command);
});

it.each([
  ['yarn/1.22.22 npm/? node/v20.20.2 linux x64', 'yarn-classic'],
  ['yarn/4.18.1 npm/? node/v20.20.2 linux x64', 'yarn'],
  ['yarn/10.0.0', 'yarn'],
  ['bun/1.2.0', 'bun'],
  ['deno/2.5.0 npm/? deno/2.5.0 linux x86_64', 'deno'],
  ['cnpm/9.0.0', undefined],
  [undefined, undefined],
])('%s is %s', (userAgent, manager) => {
  expect(managerFromUserAgent(userAgent)).toBe(manager);
});

it.each([
  [['src', 'pnpm-lock.yaml'], 'pnpm'],
  [['bun.lock'], 'bun'],
  [['src'], undefined],
])('%j is locked by %s', (entries, manager) => {
  expect(managerFromLockFile(entries)).toBe(manager);
});

it('yarn classic is typed as yarn', () => {
  expect([installCommand('yarn-classic', false), addCommand('yarn-classic', 'zod')]).toEqual([
    'yarn install',
    'yarn add zod',
  ]);
});

it.each([
  ['npm', 'npm install "zod@^4"'],
  ['bun', 'bun add "zod@^4"'],
  ['deno', 'deno add "npm:zod@^4"'],
] as const)('%s adds a package by: %s', (manager, command) => {
  expect(addCommand(manager, 'zod@^4')).toBe(command);
});

it.each([
  ['yarn', 'yarn dlx -p typescript tsc --init'],
  ['yarn-classic', 'npx -p typescript tsc --init'],
  ['deno', 'deno run -A npm:typescript/tsc --init'],
] as const)('%s runs a command of a package by: %s', (manager, command) => {
  expect(runBinary(manager, 'typescript', 'tsc --init')).toBe(command);
});
