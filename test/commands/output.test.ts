import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathWithNpm, run } from '../support/cli/run.ts';
import { commit, differing, gitStatus, snapshot } from '../support/project/repos.ts';
import { add, appended, errors, openShop, repoOf } from '../support/project/installed-repo.ts';

const { installedRepo, next, update } = openShop();

describe('--json', () => {
  it.each<[string, readonly string[], number, object]>([
    ['add', add('context'), 0, { command: 'add', written: true, dryRun: false }],
    [
      'add of what is here',
      ['add', 'errors'],
      0,
      { command: 'add', written: false, dryRun: false },
    ],
    ['update', update(), 0, { command: 'update', written: true, dryRun: false }],
    [
      'update --dry-run',
      update('--dry-run'),
      0,
      { command: 'update', written: false, dryRun: true },
    ],
    ['remove', ['remove', 'errors'], 0, { command: 'remove', written: true, dryRun: false }],
    ['undo --dry-run', ['undo', '--dry-run'], 0, { command: 'undo', dryRun: true }],
    ['status', ['status'], 0, { components: [{ name: 'errors' }] }],
    [
      'status --check',
      ['status', '--check', '--registry', next],
      1,
      { components: [{ upstream: 'newer' }] },
    ],
    ['diff', ['diff'], 0, { files: [] }],
    ['doctor', ['doctor'], 0, { problems: 0 }],
    ['list', ['list'], 0, []],
    ['view', ['view', 'errors'], 0, { name: 'errors' }],
    ['add of what there is not', ['add', 'nope'], 1, { error: { code: 'unknown-component' } }],
    ['add of nothing', ['add'], 1, { error: { code: 'bad-usage' } }],
    ['an unknown option', ['status', '--nope'], 1, { error: { code: 'bad-usage' } }],
    ['undo of nothing', ['undo'], 1, { error: { code: 'not-found' } }],
    ['undo of nothing, --dry-run', ['undo', '--dry-run'], 1, { error: { code: 'not-found' } }],
  ])('of %s is one document on stdout', async (title, args, code, document) => {
    const root = await installedRepo(async (at) => {
      if (title.startsWith('undo of nothing'))
        await rm(join(at, '.12-factor/tmp'), { recursive: true });
    });
    const { exitCode, stdout } = await run([...args, '--json'], root);
    const parsed: unknown = JSON.parse(stdout);
    expect([exitCode, parsed]).toEqual([
      code,
      Array.isArray(document) ? expect.any(Array) : expect.objectContaining(matchingAll(document)),
    ]);
  });

  it('of a conflict names the files', async () => {
    const root = await repoOf({ [errors]: 'mine\n' });
    const { exitCode, stdout } = await run([...add('errors'), '--json'], root);
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      1,
      {
        error: expect.objectContaining({
          code: 'conflict',
          message: expect.stringContaining(errors) as unknown,
          conflicts: [{ path: errors, why: 'your own file is already there' }],
        }),
      },
    ]);
  });

  it('has the same parts, whatever became of it', async () => {
    const root = await installedRepo();
    const all = [
      add('errors'),
      add('context', '--dry-run'),
      add('context'),
      update(),
      ['remove', 'context'],
    ];
    for (const args of all) {
      const { stdout } = await run([...args, '--json'], root);
      expect(Object.keys(JSON.parse(stdout) as object).toSorted()).toEqual([
        'behind',
        'changes',
        'command',
        'conflicts',
        'dangling',
        'dryRun',
        'hints',
        'install',
        'installed',
        'next',
        'refused',
        'uninstall',
        'warnings',
        'written',
      ]);
    }
  });
});

/** Each value of an object as a matcher of its part. */
function matchingAll(part: object): object {
  return Object.fromEntries(
    Object.entries(part).map(([key, value]: [string, unknown]) => {
      if (Array.isArray(value))
        return [key, value.map((one: object) => expect.objectContaining(one) as unknown)];
      return [
        key,
        typeof value === 'object' && value !== null ? expect.objectContaining(value) : value,
      ];
    }),
  );
}

describe('--dry-run', () => {
  it.each([add('context'), update(), ['remove', 'errors'], ['undo']])(
    'of %s writes nothing',
    async (...args) => {
      const root = await installedRepo();
      const before = await snapshot(root);
      const temp = await readdir(join(root, '.12-factor/tmp'), { recursive: true });
      const { exitCode, stdout } = await run([...args, '--dry-run'], root);
      expect([exitCode, stdout]).toEqual([
        0,
        expect.stringContaining('Nothing was written: this was --dry-run.'),
      ]);
      expect(differing(await snapshot(root), before)).toEqual([]);
      expect(await readdir(join(root, '.12-factor/tmp'), { recursive: true })).toEqual(temp);
    },
  );
});

describe('installing', () => {
  it('that fails leaves the files, exits 3, and says the command last', async () => {
    const root = await repoOf();
    const env = { PATH: await pathWithNpm('echo broken >&2; exit 1') };
    const { exitCode, stderr, stdout } = await run(['add', 'context'], root, env);
    expect([exitCode, stderr.split('\n').at(-1)]).toEqual([3, 'npm install']);
    expect(stdout + stderr).toContain('broken');
    expect(await run(['status'], root)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('that fails after a conflict still exits 3', async () => {
    const root = await repoOf({ 'src/agent/core/context.ts': 'export const mine = true;\n' });
    const env = { PATH: await pathWithNpm('exit 1') };
    const { exitCode } = await run(['add', 'context', '--on-conflict', 'markers'], root, env);
    expect(exitCode).toBe(3);
  });

  it('does not begin where nothing is new', async () => {
    const env = { PATH: await pathWithNpm('exit 1') };
    expect(await run(['add', 'errors'], await repoOf(), env)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });
});

describe('a path with spaces and other scripts', () => {
  it.each(['ü b 日本', `it's "quoted" $HOME & co;`, '-rf', '%20#?'])(
    '%j is no matter',
    async (name) => {
      const root = await repoOf({}, name);
      expect(await run(add('errors'), root)).toMatchObject({ exitCode: 0, stderr: '' });
      await commit(root, 'add');
      await appended(errors)(root);
      expect(await run(update(), root)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await readFile(join(root, errors), 'utf8')).toMatch(/upstream_core_errors_ts[^]*mine/);
      expect(await run(['undo'], root)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await gitStatus(root)).toEqual([` M ${errors}`]);
    },
  );
});

it('a repo that is ours to read stays as it is whatever is asked of it', async () => {
  const root = await installedRepo();
  const before = await snapshot(root);
  for (const args of [['status'], ['diff'], ['doctor'], ['list'], ['view', 'errors']])
    await run(args, root);
  expect(differing(await snapshot(root), before)).toEqual([]);
});
