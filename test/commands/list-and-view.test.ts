import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { components, home } from '../support/registry/package.ts';

describe('list', () => {
  it('shows every component on a line', async () => {
    const { exitCode, stdout } = await run(['list'], home);
    expect(exitCode).toBe(0);
    expect(
      stdout
        .split('\n')
        .map((line) => line.split(' ')[0])
        .toSorted(),
    ).toEqual(components.map(({ name }) => name).toSorted());
  });

  it('--json has name, summary and factors, and no other name', async () => {
    const { stdout } = await run(['list', '--json'], home);
    const found = JSON.parse(stdout) as object[];
    expect(found.map((one) => Object.keys(one))).toEqual(
      components.map(() => ['name', 'summary', 'factors']),
    );
  });

  it.each(['list', 'ls', 'search'])('%s takes a word', async (command) => {
    const { stdout } = await run([command, 'STORE-'], home);
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(
      ['file', 'memory', 'postgres', 'redis', 'sqlite'].map((name) => `store-${name}`),
    );
  });

  it('that finds nothing says so', async () => {
    expect(await run(['list', 'zebra'], home)).toMatchObject({
      exitCode: 0,
      stdout: 'No component has "zebra" in its name or summary.',
    });
  });
});

describe('view', () => {
  it('shows what a component has', async () => {
    const { exitCode, stdout } = await run(['view', 'loop'], home);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^loop: /);
    expect(stdout).toMatch(/core\/loop\.ts +\d+ lines, source/);
  });

  it('shows which tests come only with --all-tests', async () => {
    const { stdout } = await run(['view', 'loop'], home);
    expect(stdout).toMatch(/loop\.test\.ts +\d+ lines, test$/m);
    expect(stdout).toMatch(/deadline\.test\.ts +\d+ lines, test, with --all-tests$/m);
  });

  it('gives it as a document', async () => {
    const { stdout } = await run(['view', 'loop', '--json'], home);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'loop',
      files: expect.arrayContaining([
        { path: 'core/loop.ts', role: 'source', lines: expect.any(Number) as unknown },
      ]) as unknown,
    });
  });
});

describe('help', () => {
  it.each([
    ['--help'],
    ['create', '--help'],
    ['list', '--help'],
    ['view', '--help'],
    ['help', 'view'],
  ])('%s %s has examples', async (...args) => {
    const { exitCode, stdout } = await run(args, home);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/Examples:\n {2}npx create-12-factor-agent@latest/),
    ]);
  });

  it.each(['--version', '-v'])('%s is the package’s', async (flag) => {
    expect((await run([flag], home)).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});
