import { appendFile, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOnly, runBuilt, type Ran } from '../support/cli/run.ts';
import {
  commit,
  commitFiles,
  differing,
  git,
  gitStatus,
  repos,
  snapshot,
  type Snapshot,
} from '../support/project/repos.ts';
import { releaseNext, sentence, upstreamLine } from '../support/registry/next-version.ts';

// One story a command, by the built tool in processes of its own, as `npx` runs it.

const errors = 'src/agent/core/errors.ts';
const mine = 'export const mine = true;\n';

let folder = '';
let root = '';
let next = '';
let added: Snapshot = {};
let edited: Snapshot = {};

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'commands-story-')));
  [root, next] = [join(folder, 'shop'), join(folder, 'next')];
  await commitFiles(root, repos.find(({ name }) => name === 'esm')?.files ?? {});
  await releaseNext(next);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = (path: string) => readFile(join(root, path), 'utf8');

async function succeed(...args: readonly string[]): Promise<string> {
  const ran = await runBuilt(args, root);
  expect([args, ran.exitCode, ran.stderr]).toEqual([args, 0, '']);
  return ran.stdout;
}

it('create writes a project that git and status find complete', async () => {
  const { exitCode, stdout } = await runBuilt(['bot', '--yes', '--no-install'], folder);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Git repository, one commit')]);
  const bot = join(folder, 'bot');
  expect(await git(bot, 'status', '--porcelain')).toBe('');
  const status = await runBuilt(['status', '--check'], bot);
  expect([status.exitCode, status.stderr]).toEqual([0, '']);
});

it('list and view show what there is', async () => {
  expect(await succeed('list', 'errors')).toMatch(/^errors /m);
  expect(await succeed('view', 'errors')).toContain('core/errors.ts');
});

it('add touches nothing but what is ours', async () => {
  await succeed('add', 'agent', '--no-install');
  const ours =
    /^(\?\? (src\/agent\/|\.12-factor\/|12-factor\.json|\.env\.example)| M (package\.json|\.gitignore)$)/;
  expect((await gitStatus(root)).filter((line) => !ours.test(line))).toEqual([]);
  await commit(root, 'add agent');
  added = await snapshot(root);
});

it('doctor finds nothing that is broken but what is not installed', async () => {
  const { stdout } = await runBuilt(['doctor', '--json'], root);
  const { findings } = JSON.parse(stdout) as {
    findings: readonly { readonly level: string; readonly what: string }[];
  };
  const failures = findings.filter(({ level }) => level === 'fail').map(({ what }) => what);
  expect(failures.filter((what) => !what.startsWith('not installed: '))).toEqual([]);
});

describe('an edit and a next version', () => {
  it('status tells them from each other', async () => {
    await appendFile(join(root, errors), mine);
    await commit(root, 'edit');
    edited = await snapshot(root);
    const { components } = JSON.parse(await succeed('status', '--json', '--registry', next)) as {
      components: readonly { name: string; you: string; upstream: string; news: object[] }[];
    };
    expect(components.find(({ name }) => name === 'errors')).toMatchObject({
      you: 'edited',
      upstream: 'newer',
      news: [{ sentence }],
    });
    expect((await runBuilt(['status', '--check', '--registry', next], root)).exitCode).toBe(1);
  });

  it('diff in a pipe is a patch of what is new upstream', async () => {
    const { exitCode, stdout } = await runBuilt(['diff', '--registry', next], root);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining(upstreamLine('core/errors.ts')),
    ]);
    const applied = execa('git', ['apply', '--check'], { cwd: root, input: `${stdout}\n` });
    await expect(applied).resolves.toBeDefined();
  });

  it('update merges them', async () => {
    await succeed('update', '--no-install', '--registry', next);
    const text = await read(errors);
    expect(text.startsWith(upstreamLine('core/errors.ts'))).toBe(true);
    expect(text.endsWith(mine)).toBe(true);
    expect(await read('src/agent/tools.ts')).toContain(`case 'ping'`);
  });

  it('undo restores every byte, and undo of that redoes it', async () => {
    const updated = await snapshot(root);
    await succeed('undo');
    expect(differing(await snapshot(root), edited)).toEqual([]);
    await succeed('undo');
    expect(differing(await snapshot(root), updated)).toEqual([]);
    await succeed('undo');
  });
});

describe('a conflict', () => {
  const update = (...flags: readonly string[]): Promise<Ran> =>
    runBuilt(['update', '--no-install', '--registry', next, ...flags], root);

  it('stops update before anything is written', async () => {
    const text = await read(errors);
    await writeFile(join(root, errors), `export const first = true;\n${text}`);
    await commit(root, 'edit the first line');
    const { exitCode, stderr } = await update();
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(errors)]);
    expect(await gitStatus(root)).toEqual([]);
  });

  it('is written with markers when asked for, which status names', async () => {
    const { exitCode } = await update('--on-conflict', 'markers');
    expect(exitCode).toBe(2);
    expect(await read(errors)).toContain('<<<<<<< yours');
    expect((await runBuilt(['status'], root)).stdout).toContain('conflict markers');
    await succeed('undo');
  });
});

it('remove leaves nothing of what was added, and undo brings it back', async () => {
  await git(root, 'revert', '--no-edit', 'HEAD', 'HEAD~1');
  expect(differing(await snapshot(root), added)).toEqual([]);
  await succeed('remove', 'agent', '--no-install');
  const first = (await git(root, 'rev-list', '--max-parents=0', 'HEAD')).trim();
  expect(await git(root, 'diff', '--name-only', first)).toBe('');
  expect((await gitStatus(root)).filter((line) => line.startsWith('??'))).toEqual([]);
  await succeed('undo');
  expect(differing(await snapshot(root), added)).toEqual([]);
});

it('a project without anything of ours says how to begin', async () => {
  const { exitCode, stderr } = await runBuilt(['status'], await bare());
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('add agent')]);
});

async function bare(): Promise<string> {
  const other = join(folder, 'other');
  await commitFiles(other, { 'package.json': {}, 'tsconfig.json': {} });
  return other;
}

it('create in a folder that is not empty is refused', async () => {
  const { exitCode, stderr } = await runBuilt(['.', ...filesOnly], root);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('package.json')]);
});
