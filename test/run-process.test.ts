import { expect, it } from 'vitest';
import { managerFromUserAgent } from '../src/pipeline/repo/package-manager.ts';
import { environmentOf } from '../src/run-process.ts';

it.each<[string, NodeJS.ProcessEnv, NodeJS.Dict<string>, string | undefined]>([
  ['Deno', {}, { deno: '2.5.0' }, 'deno'],
  [
    'a package manager that runs in Deno',
    { npm_config_user_agent: 'pnpm/9' },
    { deno: '2' },
    'pnpm',
  ],
  ['Node', {}, { node: '24.0.0' }, undefined],
])('a run that %s started is known as such', (_, env, versions, manager) => {
  const { npm_config_user_agent: agent } = environmentOf(env, versions);
  expect(managerFromUserAgent(agent)).toBe(manager);
});
