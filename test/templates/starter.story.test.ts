import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { filesOnly, runBuilt } from '../support/cli/run.ts';
import { passOwnChecks } from '../support/project/own-checks.ts';
import { linkPackages } from '../support/project/toolchain.ts';

let folder = '';
const project = () => join(folder, 'my-agent');

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'starter-story-')));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs `npm start` in the project, without a terminal and without a key. */
async function start(...words: readonly string[]) {
  const env = { PATH: process.env.PATH ?? '', HOME: folder, USER: 'ada' };
  return execa('npm', ['--silent', 'start', ...words], {
    cwd: project(),
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
}

it('the built tool creates the starter', async () => {
  const { exitCode, stderr } = await runBuilt(['my-agent', ...filesOnly], folder);
  expect([exitCode, stderr]).toEqual([0, '']);
  await linkPackages(project());
});

it('it compiles, lints and passes its tests by its own scripts', () => passOwnChecks(project()));

it('it asks before production, goes on in another process, and takes one answer', async () => {
  const asked = await start('ship 1.4.2 to production');
  expect([asked.exitCode, asked.stderr]).toEqual([0, '']);
  const [, call = ''] = /approve (t_\w+:\d+)/.exec(asked.stdout) ?? [];
  const approved = await start('approve', call);
  expect([approved.exitCode, approved.stdout]).toEqual([
    0,
    expect.stringContaining('done_for_now'),
  ]);
  expect((await start('approve', call)).exitCode).toBe(1);
  expect((await start('list')).stdout).toContain(call.split(':')[0]);
});
