import { appendFile, chmod, lstat, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTypes, runTestFiles } from '../support/project/batch-checks.ts';
import { run } from '../support/cli/run.ts';
import { home } from '../support/registry/package.ts';
import {
  commit,
  commitFiles,
  git,
  differing,
  gitStatus,
  type Repo,
  repos,
  type Snapshot,
  snapshot,
} from '../support/project/repos.ts';
import { linkPackages } from '../support/project/toolchain.ts';
import {
  identifier,
  releaseNext,
  sentence,
  upstreamLine,
} from '../support/registry/next-version.ts';

type Locked = { readonly files: Readonly<Record<string, { readonly role: string }>> };
type Status = {
  readonly components: readonly {
    readonly name: string;
    readonly you: string;
    readonly upstream: string;
    readonly news: readonly { readonly sentence: string }[];
  }[];
};

let folder = '';
let next = '';
/** Formatting costs seconds a command, and what follows is no matter of format. */
const quick = repos.filter(({ name }) => name !== 'prettier');
const only = (...names: readonly string[]) => repos.filter(({ name }) => names.includes(name));
/** Trees to come back to, by repo. */
const before = new Map<string, Snapshot>();
const updated = new Map<string, Snapshot>();

const topOf = ({ name }: Repo) => join(folder, name);
const rootOf = ({ name, at }: Repo) => join(folder, name, at);
const projectOf = ({ name, at }: Repo) => join(name, at);

async function succeed(repo: Repo, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(args, rootOf(repo));
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout;
}

async function expectTree(repo: Repo, trees: ReadonlyMap<string, Snapshot>): Promise<void> {
  expect(differing(await snapshot(topOf(repo)), trees.get(repo.name) ?? {})).toEqual([]);
}

/** Nothing differs from what was there before anything of ours. */
async function expectFirstCommit(repo: Repo): Promise<void> {
  const first = (await git(topOf(repo), 'rev-list', '--max-parents=0', 'HEAD')).trim();
  const untracked = (await gitStatus(topOf(repo))).filter((line) => line.startsWith('??'));
  expect([untracked, await git(topOf(repo), 'diff', '--name-only', first)]).toEqual([[], '']);
}

async function lockedFiles(
  repo: Repo,
): Promise<readonly { readonly path: string; readonly role: string }[]> {
  const { files } = JSON.parse(
    await readFile(join(rootOf(repo), '.12-factor/lock.json'), 'utf8'),
  ) as Locked;
  return Object.entries(files).map(([path, { role }]) => ({ path, role }));
}

const read = (repo: Repo, path: string) => readFile(join(rootOf(repo), path), 'utf8');
const myLine = (path: string, { end }: Repo) =>
  `export const mine_${identifier(path)} = true${end}`;
const theirLine = (path: string, { end }: Repo) =>
  upstreamLine(path.replace(/^src\/agent\//, '')).replace(/;$/, end);
/** Each copied file of which something is the user's and something upstream's. */
const isBoth = ({ role }: { readonly role: string }) => role === 'source' || role === 'test';

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lifecycle-')));
  next = await realpath(await mkdtemp(join(tmpdir(), 'next-')));
  await linkPackages(folder);
  await releaseNext(next);
});
afterAll(() => Promise.all([folder, next].map((one) => rm(one, { recursive: true, force: true }))));

describe('add agent', () => {
  it.each(repos)('to $name, with all tests, touches nothing but what is ours', async (repo) => {
    const { cloned, at } = repo;
    await commitFiles(topOf(repo), repo.files);
    const said = await succeed(repo, 'add', 'agent', '--all-tests', '--no-install');
    expect(said).toContain('Done.');
    const ours =
      /^(\?\? (src\/agent\/.+|\.12-factor\/.+|12-factor\.json|\.env\.example|\.gitignore)| M (package\.json|\.gitignore))$/;
    const strangers = (await gitStatus(topOf(repo))).filter(
      (line) => !ours.test(at === '.' ? line : line.replace(`${at}/`, '')),
    );
    expect(strangers).toEqual([]);
    const paths = (await lockedFiles(repo)).map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(40);
    expect(paths).toEqual(
      expect.arrayContaining([
        'src/agent/agent.ts',
        'src/agent/core/loop.ts',
        'src/agent/core/deadline.test.ts',
      ]),
    );
    if (cloned === undefined) return;
    await commit(topOf(repo), 'add agent');
    const origin = join(next, 'origin');
    await git(folder, 'clone', '--quiet', '--bare', topOf(repo), origin);
    await rm(topOf(repo), { recursive: true });
    await git(folder, 'clone', '--quiet', '--config', cloned, origin, topOf(repo));
    expect(await read(repo, 'src/agent/core/loop.ts')).toContain('\r\n');
  });

  it.each(quick)('to $name again changes nothing', async (repo) => {
    before.set(repo.name, await snapshot(topOf(repo)));
    expect(await succeed(repo, 'add', 'agent')).toBe(
      'agent: already installed\nNothing was changed.',
    );
    const { components } = JSON.parse(await succeed(repo, 'status', '--json')) as Status;
    expect(
      components.filter(({ you, upstream }) => you !== 'as it was' || upstream !== 'as it was'),
    ).toEqual([]);
    await expectTree(repo, before);
  });
});

/** What the compiler, the tests and the formatter of each repo say. */
function check(compiled: readonly Repo[], tested: readonly Repo[]): void {
  it(`compiles in ${compiled.map(({ name }) => name).join(', ')}`, async () => {
    expect(await checkTypes(folder, compiled.map(projectOf))).toEqual([]);
  });

  it(`passes its tests in ${tested.map(({ name }) => name).join(', ')}`, async () => {
    const projects = tested.map((repo) => `${projectOf(repo)}/`);
    const expected = tested.map(async (repo) => {
      const tests = (await lockedFiles(repo)).filter(({ path }) => path.endsWith('.test.ts'));
      return tests.map(({ path }) => `${projectOf(repo)}/${path}`);
    });
    const { passed, failed } = await runTestFiles(folder, projects);
    expect(failed).toEqual([]);
    expect(passed.toSorted()).toEqual((await Promise.all(expected)).flat().toSorted());
  });

  it('is formatted where the repo is', async () => {
    const { exitCode, all } = await execa(
      join(home, 'node_modules/.bin/prettier'),
      ['--check', 'src/agent', '.12-factor', '12-factor.json'],
      {
        cwd: join(folder, 'prettier'),
        reject: false,
        all: true,
      },
    );
    expect([exitCode, all]).toEqual([0, expect.any(String)]);
  });
}

// What the packages of an npm workspace and of a plain repo have is the same.
describe('what was copied', () =>
  check(repos, only('esm', 'bundler', 'commonjs', 'pnpm-workspace', 'prettier')));

describe('remove agent', () => {
  it.each(quick)('from $name leaves nothing, and undo has it back', async (repo) => {
    await succeed(repo, 'remove', 'agent', '--no-install');
    await expectFirstCommit(repo);
    await succeed(repo, 'undo');
    await expectTree(repo, before);
  });
});

describe('an edit and an upstream change in every file', () => {
  it.each(repos)('$name: status tells them apart', async (repo) => {
    await commit(topOf(repo), 'add agent');
    const eol = repo.cloned === undefined ? '\n' : '\r\n';
    for (const { path } of await lockedFiles(repo))
      await appendFile(join(rootOf(repo), path), myLine(path, repo) + eol);
    await chmod(join(rootOf(repo), 'src/agent/core/loop.ts'), 0o600);
    const { components } = JSON.parse(
      await succeed(repo, 'status', '--json', '--registry', next),
    ) as Status;
    const told = components.map(
      ({ you, upstream, news }) => `${you}, ${upstream}: ${news[0]?.sentence}`,
    );
    expect([...new Set(told)]).toEqual([`edited, newer: ${sentence}`]);
    before.set(repo.name, await snapshot(topOf(repo)));
  });

  it.each(repos)('$name: the diff in a pipe is a patch', async (repo) => {
    const { exitCode, stdout, stderr } = await run(['diff', '--registry', next], rootOf(repo));
    const leftOut = (await lockedFiles(repo))
      .filter(({ role }) => role === 'seed')
      .map(({ path }) => `${path} is left out: a seed is yours: updates never change it`);
    expect([exitCode, stderr.split('\n').toSorted()]).toEqual([0, leftOut.toSorted()]);
    // What runs it takes the last line's ending away.
    const patch = `${stdout}${repo.cloned === undefined ? '\n' : '\r\n'}`;
    expect(patch).toContain('diff --git');
    await expect(
      execa('git', ['apply', '--check'], { cwd: rootOf(repo), input: patch }),
    ).resolves.toBeDefined();
    expect(patch.split('\n').filter((line) => /^\+.*\bmine_/.test(line))).toEqual([]);
  });

  it.each(repos)('$name: update has both', async (repo) => {
    await succeed(repo, 'update', '--no-install', '--registry', next);
    const files = await lockedFiles(repo);
    const texts = await Promise.all(
      files.map(async (file) => ({ ...file, text: await read(repo, file.path) })),
    );
    const has = (text: string, line: string) =>
      text.split(/\r?\n/).filter((one) => one === line).length === 1;
    const lost = texts.filter(
      ({ path, text }) => path !== 'src/agent/tools/ping.ts' && !has(text, myLine(path, repo)),
    );
    const missed = texts
      .filter((file) => isBoth(file) && !file.path.endsWith('ping.ts'))
      .filter(({ path, text }) => !has(text, theirLine(path, repo)));
    const taken = texts.filter(
      ({ role, path, text }) => role === 'seed' && has(text, theirLine(path, repo)),
    );
    expect([lost, missed, taken].map((some) => some.map(({ path }) => path))).toEqual([[], [], []]);
    expect(await read(repo, 'src/agent/tools.ts')).toMatch(/case ['"]ping['"]/);
    if (process.platform !== 'win32')
      expect((await lstat(join(rootOf(repo), 'src/agent/core/loop.ts'))).mode & 0o777).toBe(0o600);
    updated.set(repo.name, await snapshot(topOf(repo)));
  });

  it.each(repos)('$name: line endings stay', async (repo) => {
    const mixed = await Promise.all(
      (await lockedFiles(repo)).map(async ({ path }) => {
        const text = await read(repo, path);
        const bare = text.replaceAll('\r\n', '').includes('\n');
        return repo.cloned !== undefined && !path.endsWith('ping.ts') ? bare : text.includes('\r');
      }),
    );
    expect(mixed.filter(Boolean)).toEqual([]);
  });

  it.each(repos)('$name: update again changes no byte', async (repo) => {
    await succeed(repo, 'update', '--registry', next);
    await expectTree(repo, updated);
  });
});

// How a repo writes its imports is seen above; what is new are merges, formats and line endings.
describe('what was updated', () =>
  check(
    only('esm', 'bundler', 'commonjs', 'prettier', 'crlf-clone'),
    only('prettier', 'crlf-clone'),
  ));

describe('undo', () => {
  it.each(quick)(
    '$name is as before, byte for byte, and update brings the same again',
    async (repo) => {
      await succeed(repo, 'undo');
      await expectTree(repo, before);
      await succeed(repo, 'update', '--no-install', '--registry', next);
      await expectTree(repo, updated);
    },
  );
});

describe('remove agent --force', () => {
  it.each(quick)('from $name leaves the repo as it was before add', async (repo) => {
    await succeed(repo, 'remove', 'agent', '--force', '--no-install');
    await expectFirstCommit(repo);
  });
});
