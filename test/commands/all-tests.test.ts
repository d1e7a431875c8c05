import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOnly, leaveWork, run, succeed } from '../support/cli/run.ts';
import { add, expectRefusal, repoOf, write } from '../support/project/installed-repo.ts';
import { commit, differing, newRepo, snapshot } from '../support/project/repos.ts';
import { filesUnder, tempFolder } from '../support/project/temp.ts';
import { components } from '../support/registry/package.ts';

type Lock = { tests: boolean | 'all'; readonly files: Readonly<Record<string, object>> };

const lockPath = '.12-factor/lock.json';
const errorsTest = 'src/agent/core/errors.test.ts';
const deadlineTest = 'src/agent/core/deadline.test.ts';
const mine = 'export const mine = true;\n';
const keepAll = 'To keep them all: npx create-12-factor-agent@latest update --all-tests';

const read = (root: string, path: string) => readFile(join(root, path), 'utf8');
const lockOf = async (root: string) => JSON.parse(await read(root, lockPath)) as Lock;
const agentFiles = (root: string) => filesUnder(join(root, 'src/agent'));
const more = new Set(
  components.flatMap(({ files }) =>
    files.filter(({ onlyWithAllTests }) => onlyWithAllTests).map(({ to }) => to),
  ),
);
/** Returns the files of a project that only `--all-tests` copies. */
const moreIn = async (root: string) => (await agentFiles(root)).filter((path) => more.has(path));

/** A repo with vitest, and with components as `flags` copy them. */
async function installed(...words: readonly string[]): Promise<string> {
  const root = await newRepo('esm');
  await succeed(root, ...add(...words));
  await commit(root, 'add');
  return root;
}

/** A repo that has all tests, and a lock from when they came with every project. */
async function fromBefore(...names: readonly string[]): Promise<string> {
  const root = await installed(...names, '--all-tests');
  const lock = await lockOf(root);
  await writeFile(join(root, lockPath), JSON.stringify({ ...lock, tests: true }));
  await commit(root, 'lock');
  return root;
}

describe('create', () => {
  it('copies the tests that a user needs', async () => {
    const folder = await tempFolder();
    const stdout = await succeed(folder, 'bot', ...filesOnly);
    const bot = join(folder, 'bot');
    expect([(await lockOf(bot)).tests, await moreIn(bot)]).toEqual([true, []]);
    expect(await agentFiles(bot)).toEqual(
      expect.arrayContaining([
        'policy.test.ts',
        'story.test.ts',
        'core/loop.test.ts',
        'testing/toy-agent.ts',
      ]),
    );
    expect(stdout).not.toContain('--all-tests');
  });

  it('--all-tests copies all of them, and repeats the flag', async () => {
    const folder = await tempFolder();
    const stdout = await succeed(folder, 'bot', '--all-tests', ...filesOnly);
    const bot = join(folder, 'bot');
    expect((await lockOf(bot)).tests).toBe('all');
    expect(await moreIn(bot)).toEqual(
      expect.arrayContaining(['core/errors.test.ts', 'model/toy-provider.ts']),
    );
    expect(stdout).toContain('bot --all-tests --no-install --no-git --yes');
  });

  it('names the parts of the agent by places that exist, with true counts', async () => {
    const folder = await tempFolder();
    const stdout = await succeed(folder, 'bot', ...filesOnly);
    const [, sizes] = /core +([^:]+): (?:core\/)?loop\.ts and what/.exec(stdout) ?? [];
    const yours = /yours +[^:]+: (.+)/.exec(stdout)?.[1]?.split(', ') ?? [];
    const core = (await agentFiles(join(folder, 'bot')))
      .filter((path) => /^(core\/)?[^/]+$/.test(path) && !yours.includes(path))
      .filter((path) => !/\.test\.ts$|(^|\/)(toy|recorded)-/.test(path));
    const texts = await Promise.all(core.map((path) => read(folder, `bot/src/agent/${path}`)));
    const count = texts.join('').split('\n').length - 1;
    expect(sizes).toBe(`${core.length} files, ${count} lines`);
    expect(yours).toEqual([
      'agent.ts',
      'tools.ts',
      'policy.ts',
      'prompt.ts',
      'model/script.ts',
      'tools/',
    ]);
  });
});

describe('add', () => {
  it.each<[string, readonly string[], Lock['tests'], readonly string[]]>([
    ['the tests that a user needs', [], true, []],
    ['all tests', ['--all-tests'], 'all', ['core/errors.test.ts', 'core/json.test.ts']],
  ])('copies %s', async (_, flags, tests, names) => {
    const root = await installed('context', 'errors', ...flags);
    expect([(await lockOf(root)).tests, await moreIn(root)]).toEqual([tests, names]);
    expect(await agentFiles(root)).toContain('core/context.test.ts');
  });

  it('goes by the lock later', async () => {
    const root = await installed('context', '--all-tests');
    await succeed(root, ...add('errors'));
    expect([(await lockOf(root)).tests, await moreIn(root)]).toEqual([
      'all',
      ['core/errors.test.ts', 'core/json.test.ts'],
    ]);
  });

  it('--all-tests leaves installed components to the next update, and says so', async () => {
    const root = await installed('errors');
    const stdout = await succeed(root, ...add('screen', '--all-tests'));
    expect(stdout).toContain('the rest of their tests when you run');
    expect(await moreIn(root)).toEqual(['screen/text.test.ts']);
    await succeed(root, 'update', '--no-install');
    expect(await moreIn(root)).toEqual(['core/errors.test.ts', 'screen/text.test.ts']);
    expect(await succeed(root, ...add('context', '--all-tests'))).not.toContain('the rest of');
  });

  it('copies no test into a repo without vitest, and refuses --all-tests there', async () => {
    const root = await repoOf();
    const hint = 'Add vitest to devDependencies';
    await expectRefusal(root, add('errors', '--all-tests'), '--all-tests needs vitest', hint);
    await succeed(root, ...add('errors'));
    expect([(await lockOf(root)).tests, await agentFiles(root)]).toEqual([
      false,
      ['core/errors.ts', 'core/sanitize.ts'],
    ]);
    await commit(root, 'add');
    await expectRefusal(root, ['update', '--all-tests'], '--all-tests needs vitest', hint);
  });
});

describe('update --all-tests', () => {
  it('brings the rest, once, and undo takes them back', async () => {
    const root = await installed('loop');
    const before = await snapshot(root);
    const stdout = await succeed(root, 'update', '--all-tests', '--no-install');
    expect(stdout).toContain('create  10 test files');
    expect([(await lockOf(root)).tests, await moreIn(root)]).toEqual([
      'all',
      [
        'core/approvers.test.ts',
        'core/deadline.test.ts',
        'core/errors.test.ts',
        'core/json.test.ts',
        'core/model.test.ts',
        'core/policy.test.ts',
        'core/store.test.ts',
        'core/tool.test.ts',
        'model/toy-provider.ts',
        'store/memory.test.ts',
      ],
    ]);
    expect(await succeed(root, 'status')).toContain('all up to date');
    expect(await succeed(root, 'update')).toContain('Everything is up to date.');
    await succeed(root, 'undo');
    expect(differing(await snapshot(root), before)).toEqual([]);
    expect(await succeed(root, 'status')).toContain('all up to date');
  });

  it('of one component brings those it requires, and says that others lack theirs', async () => {
    const root = await installed('errors', 'screen');
    const stdout = await succeed(root, 'update', 'screen', '--all-tests', '--no-install');
    expect(stdout).toContain('the rest of their tests when you run');
    expect(await moreIn(root)).toEqual(['screen/text.test.ts']);
  });

  it('brings tests to a repo that got vitest later', async () => {
    const root = await repoOf();
    await succeed(root, ...add('context', 'errors'));
    await write('package.json', '{"type":"module","devDependencies":{"vitest":"^4.0.0"}}')(root);
    await succeed(root, 'update', '--all-tests', '--no-install');
    expect(await agentFiles(root)).toEqual(
      expect.arrayContaining(['core/context.test.ts', 'core/errors.test.ts']),
    );
  });

  it('never overwrites a file of the user', async () => {
    const root = await installed('errors');
    await write(errorsTest, mine)(root);
    await commit(root, 'mine');
    await expectRefusal(root, ['update', '--all-tests'], 'your own file is already there', 'skip');
  });
});

describe('a project from when all tests came along', () => {
  it('loses the unedited ones, keeps the edited ones, and is told so', async () => {
    const root = await fromBefore('loop');
    await appendFile(join(root, deadlineTest), mine);
    await commit(root, 'edit');
    const edited = await read(root, deadlineTest);
    const before = await snapshot(root);
    const stdout = await succeed(root, 'update', '--no-install');
    expect(stdout).toContain('of this project now: edited ones stay, others are deleted.');
    expect(stdout).toContain(keepAll);
    expect(stdout).toContain('you edited it, so it stays; it is your file now');
    expect(await moreIn(root)).toEqual(['core/deadline.test.ts']);
    expect(await read(root, deadlineTest)).toBe(edited);
    expect((await lockOf(root)).files).not.toHaveProperty([deadlineTest]);
    expect(await succeed(root, 'update')).toBe('Everything is up to date.');
    expect(await succeed(root, 'status')).toContain('all up to date');
    await succeed(root, 'undo');
    expect(differing(await snapshot(root), before)).toEqual([]);
  });

  it('keeps all of them with --all-tests, without another change', async () => {
    const root = await fromBefore('loop');
    await appendFile(join(root, deadlineTest), mine);
    await commit(root, 'edit');
    const before = await snapshot(root);
    await succeed(root, 'update', '--all-tests', '--no-install');
    expect(differing(await snapshot(root), before)).toEqual([lockPath]);
    const { tests, files } = await lockOf(root);
    expect([tests, Object.keys(files)]).toEqual(['all', expect.arrayContaining([deadlineTest])]);
  });

  it('is told which edited test loses a helper', async () => {
    const root = await fromBefore('model-openai');
    await appendFile(join(root, 'src/agent/model/openai.test.ts'), mine);
    await commit(root, 'edit');
    expect(await leaveWork(root, 'update', '--dry-run')).toContain(
      'src/agent/model/openai.test.ts imports ' +
        'src/agent/model/toy-provider.ts, which will be deleted.',
    );
  });

  it('keeps those of a component that a command does not update', async () => {
    const root = await fromBefore('errors');
    expect(await succeed(root, ...add('screen'))).not.toContain('--all-tests');
    expect(await moreIn(root)).toEqual(['core/errors.test.ts']);
    expect((await lockOf(root)).files).toHaveProperty([errorsTest]);
  });

  it('is told by add too, if it updates a component that has them', async () => {
    const root = await fromBefore('errors');
    expect(await succeed(root, ...add('loop'))).toContain(keepAll);
    expect(await moreIn(root)).toEqual([]);
  });

  it('shows them in status, diff and doctor as files that update would delete', async () => {
    const root = await fromBefore('errors');
    const { components: rows } = JSON.parse(await succeed(root, 'status', '--json')) as {
      readonly components: readonly object[];
    };
    expect(rows).toEqual([expect.objectContaining({ name: 'errors', upstream: 'newer' })]);
    expect(await succeed(root, 'diff')).toContain('deleted file mode');
    expect(await run(['doctor'], root)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await moreIn(root)).toEqual(['core/errors.test.ts']);
  });
});
