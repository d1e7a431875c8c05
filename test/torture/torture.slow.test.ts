import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { home } from '../support/registry/package.ts';
import { tempFolder } from '../support/project/temp.ts';

const torture = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  execa('node', [join(home, 'scripts/torture.js'), ...args], { cwd: home, env, reject: false });

it('the torture fails when a lane dies', async () => {
  const nowhere = join(await tempFolder(), 'nowhere');
  const { exitCode, stdout } = await torture(['--row', 'agent race', '--minutes', '0'], {
    TMPDIR: nowhere,
  });
  expect(stdout).toContain('ended with 1 after 0 cases');
  expect(stdout).toContain('FAIL');
  expect(exitCode).toBe(1);
});

it('the torture refuses a row that there is not', async () => {
  const { exitCode, stderr } = await torture(['--row', 'nothing']);
  expect(stderr).toContain('There is no row nothing.');
  expect(exitCode).toBe(1);
});

it('the torture plays a round of outages in every store', async () => {
  const { exitCode, stdout } = await torture([
    '--row',
    'agent outage',
    '--seed',
    '1',
    '--case',
    '1',
  ]);
  expect(stdout).toMatch(/agent outage \| 1 \| 0 wrong; /);
  expect(exitCode).toBe(0);
});
