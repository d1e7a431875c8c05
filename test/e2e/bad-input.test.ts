import { execFile } from 'node:child_process';
import {
  appendFile,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv, pathWithNpm, type Ran, run } from '../support/cli.ts';
import { home } from '../support/package.ts';
import { commit, commitFiles, differing, type Files, gitStatus, snapshot } from '../support/repos.ts';
import { filesUnder, tempFolder } from '../support/temp.ts';
import { releaseNext } from '../support/upstream.ts';

const exec = promisify(execFile);
const bare: Files = {
  'package.json': { name: 'shop', private: true, type: 'module', dependencies: { zod: '^4.6.0' } },
  'tsconfig.json': {
    compilerOptions: { module: 'nodenext', target: 'es2023', types: ['node'], strict: true, noEmit: true },
    include: ['src'],
  },
  'src/index.ts': 'export const shop = true;\n',
};
const errors = 'src/agent/errors.ts';
const lock = '.12-factor/lock.json';
const config = '12-factor.json';

const store = await realpath(await mkdtemp(join(tmpdir(), 'bad-input-')));
const next = join(store, 'next');
let made: Promise<string> | undefined;

beforeAll(async () => {
  await chmod(store, 0o755);
  await releaseNext(next);
});
afterAll(() => rm(store, { recursive: true, force: true }));

/** A repo without anything of ours. */
async function repoOf(files: Files = {}, name = 'repo'): Promise<string> {
  const root = join(await tempFolder(), name);
  await mkdir(root);
  await commitFiles(root, { ...bare, ...files });
  return root;
}

/** A repo with one component in it, all committed, and then something done to it, which is committed, too. */
async function installedRepo(harm: (root: string) => Promise<unknown> = async () => undefined): Promise<string> {
  made ??= makeInstalled();
  const root = join(await tempFolder(), 'repo');
  await cp(await made, root, { recursive: true });
  await harm(root);
  await commit(root, 'harm');
  return root;
}

async function makeInstalled(): Promise<string> {
  const root = join(store, 'installed');
  await mkdir(root);
  await commitFiles(root, bare);
  expect(await run(['add', 'errors', '--no-install'], root)).toMatchObject({ exitCode: 0, stderr: '' });
  await commit(root, 'add errors');
  return root;
}

const edit = (path: string, change: (text: string) => string) => async (root: string) =>
  writeFile(join(root, path), change(await readFile(join(root, path), 'utf8')));
const write = (path: string, text: string) => (root: string) => writeFile(join(root, path), text);
const appended = (path: string) => (root: string) => appendFile(join(root, path), 'export const mine = true;\n');

/** That a run says one clear line and a hint, and changes nothing. */
async function expectRefusal(
  root: string,
  args: readonly string[],
  message: RegExp | string,
  hint: RegExp | string,
  env: Record<string, string> = {},
): Promise<void> {
  const [before, status] = [await snapshot(root), await gitStatus(root)];
  const { exitCode, stderr } = await run(args, root, env);
  const [said, hinted, ...rest] = stderr.split('\n');
  expect([exitCode, said, hinted, rest]).toEqual([1, matching(message), matching(hint), []]);
  expect(differing(await snapshot(root), before)).toEqual([]);
  expect(await gitStatus(root)).toEqual(status);
}

const matching = (part: RegExp | string): unknown =>
  typeof part === 'string' ? expect.stringContaining(part) : expect.stringMatching(part);

const add = (...names: string[]) => ['add', ...names, '--no-install'];
const update = (...flags: string[]) => ['update', '--no-install', '--registry', next, ...flags];

describe('a repo that components cannot go into', () => {
  it.each<[string, Files, string, string[], RegExp | string, RegExp | string]>([
    [
      'with zod 3',
      { 'package.json': { type: 'module', dependencies: { zod: '^3.23.0' } } },
      'loop',
      [],
      'package.json has zod ^3.23.0, and this needs zod ^4',
      /^Move to it first: npm install "zod@\^4/,
    ],
    ['without TypeScript', { 'tsconfig.json': '' }, 'errors', [], 'There is no tsconfig.json', 'tsc --init'],
    [
      'that is a workspace',
      { 'package.json': { workspaces: ['apps/*'] }, 'apps/a/package.json': {}, 'apps/b/package.json': {} },
      'errors',
      [],
      'is the root of a workspace: choose one of its packages',
      '--cwd apps/a, for example. There is: apps/a, apps/b.',
    ],
    [
      'that says verbatimModuleSyntax for CommonJS',
      { 'tsconfig.json': { compilerOptions: { module: 'commonjs', verbatimModuleSyntax: true } } },
      'errors',
      [],
      'tsconfig.json has "verbatimModuleSyntax" for CommonJS',
      'Set "verbatimModuleSyntax" to false in tsconfig.json',
    ],
    ['whose tsconfig is damaged', { 'tsconfig.json': '{' }, 'errors', [], 'tsconfig.json cannot be read', 'Mend it'],
    ['whose package.json is damaged', { 'package.json': '{' }, 'loop', [], /package\.json/, /./],
  ])('%s is refused', async (_, files, name, flags, message, hint) => {
    const root = await repoOf(files);
    if (files['tsconfig.json'] === '') {
      await rm(join(root, 'tsconfig.json'));
      await commit(root, 'no tsconfig');
    }
    await expectRefusal(root, [...add(name), ...flags], message, hint);
  });

  it('and no repo at all is said', async () => {
    const folder = await tempFolder();
    const { exitCode, stderr } = await run(add('errors'), folder);
    expect([exitCode, stderr.split('\n')]).toEqual([
      1,
      [`There is no package.json in ${folder} or above it.`, 'Go to your project, or begin one: npm init -y'],
    ]);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a name', () => {
  it.each([
    ['with a typo', ['errorz'], 'There is no component "errorz".', 'Did you mean "errors"?'],
    ['with capitals', ['Errors'], 'There is no component "Errors".', 'Did you mean "errors"?'],
    ['that is a path', ['./errors'], 'There is no component "./errors".', 'Did you mean "errors"?'],
    ['that leads out', ['../../etc/passwd'], 'There is no component "../../etc/passwd".', /^There is: agent, /],
    ['of a prototype', ['__proto__'], 'There is no component "__proto__".', /^There is: agent, /],
    ['among good ones', ['context', 'nope'], 'There is no component "nope".', /^There is: agent, /],
  ])('%s is answered with what there is', async (_, names, message, hint) => {
    await expectRefusal(await repoOf(), add(...names), message, hint);
  });

  it('of what is here already is no error', async () => {
    const root = await installedRepo();
    const { exitCode, stdout } = await run(['add', 'errors'], root);
    expect([exitCode, stdout]).toEqual([0, 'errors: here already. Nothing was changed.']);
    expect(await gitStatus(root)).toEqual([]);
  });

  it.each([
    ['update', 'context', 'context is not installed here.', 'Installed: errors.'],
    ['remove', 'context', 'context is not installed here.', 'Installed: errors.'],
    ['remove', 'erors', 'There is no component "erors".', 'Did you mean "errors"?'],
    ['diff', 'context', 'context is neither an installed component nor one of its files.', 'status lists'],
  ])('for %s that is not installed (%s) is refused', async (command, name, message, hint) => {
    await expectRefusal(await installedRepo(), [command, name], message, hint);
  });
});

describe('a folder', () => {
  const dirs = ['..', '/tmp', 'node_modules/x', '.git', '.git/hooks', 'a/../../b', '.', '.github', '', 'C:\\x', 'con'];

  it.each(dirs)('--dir %j is refused', async (dir) => {
    await expectRefusal(await repoOf(), [...add('errors'), '--dir', dir], /^--dir cannot be /, 'as src/agent');
  });

  it.each(dirs)('%j in 12-factor.json is refused', async (dir) => {
    const root = await installedRepo(write(config, JSON.stringify({ dir, registries: {} })));
    for (const args of [['status'], update()]) await expectRefusal(root, args, /^12-factor\.json/, /./);
  });

  it('other than the one that is in use is refused', async () => {
    await expectRefusal(
      await installedRepo(),
      [...add('context'), '--dir', 'lib/bot'],
      'Components are in src/agent here',
      'set "dir" in 12-factor.json',
    );
  });

  it.each([[[]], [['--dry-run']]])('that is a link leading out is refused %j', async (flags) => {
    const root = await repoOf();
    const outside = await tempFolder();
    await writeFile(join(outside, 'other.ts'), 'not yours\n');
    await symlink(outside, join(root, 'src/agent'), 'dir');
    await commit(root, 'link');
    await expectRefusal(root, [...add('errors'), ...flags], 'src/agent leads to ', 'Replace that link by a folder');
    expect(await readdir(outside)).toEqual(['other.ts']);
  });

  it('that is a link staying inside is written through', async () => {
    const root = await repoOf({ 'real/keep.ts': 'export {};\n' });
    await symlink('../real', join(root, 'src/agent'), 'dir');
    await commit(root, 'link');
    expect((await run(add('errors'), root)).exitCode).toBe(0);
    expect((await readdir(join(root, 'real'))).toSorted()).toEqual(['errors.ts', 'keep.ts']);
    expect((await run(['remove', 'errors'], root)).exitCode).toBe(0);
    expect(await gitStatus(root)).toEqual([]);
  });

  it.each([
    ['status', ['status']],
    ['update', update()],
    ['add', add('context')],
    ['remove', ['remove', 'errors']],
  ])('that the user renamed is named by %s', async (_, args) => {
    const root = await installedRepo((at) => rename(join(at, 'src/agent'), join(at, 'src/bot')));
    if (args[0] !== 'status')
      return expectRefusal(root, args, 'src/agent is not there.', /src\/bot.*set "dir".*12-factor\.json/);
    expect((await run(args, root)).stderr).toContain('src/bot');
  });

  it('that the user renamed and set is followed', async () => {
    const root = await installedRepo(async (at) => {
      await rename(join(at, 'src/agent'), join(at, 'src/bot'));
      await edit(config, (text) => text.replace('src/agent', 'src/bot'))(at);
      await appended('src/bot/errors.ts')(at);
    });
    expect((await run(update(), root)).exitCode).toBe(0);
    const text = await readFile(join(root, 'src/bot/errors.ts'), 'utf8');
    expect(text).toMatch(/^export const upstream_errors_ts = true;[^]*export const mine = true;\n$/);
    expect((await run(add('context'), root)).exitCode).toBe(0);
    expect(await readdir(join(root, 'src'))).not.toContain('agent');
  });
});

describe('a file of the user in the way', () => {
  const inTheWay = () => repoOf({ [errors]: 'export const mine = true;\n' });

  it('is named, and stays', async () => {
    await expectRefusal(await inTheWay(), add('errors'), `One file is in conflict: ${errors}`, /--on-conflict skip/);
  });

  it.each<[string, 0 | 2, (text: string) => void]>([
    ['skip', 0, (text) => expect(text).toBe('export const mine = true;\n')],
    ['overwrite', 0, (text) => expect(text).not.toContain('mine')],
    ['markers', 2, (text) => expect(text).toMatch(/^<{7} .*\nexport const mine = true;\n={7}\n[^]*oneLine[^]*>{7} /)],
  ])('--on-conflict %s', async (choice, exitCode, expectText) => {
    const root = await inTheWay();
    const before = await snapshot(root);
    const ran = await run([...add('errors'), '--on-conflict', choice], root);
    expect([ran.exitCode, ran.stderr]).toEqual([exitCode, '']);
    expectText(await readFile(join(root, errors), 'utf8'));
    expect((await run(['undo'], root)).exitCode).toBe(0);
    expect(differing(await snapshot(root), before)).toEqual([]);
  });

  it.each([
    ['a folder', (path: string) => mkdir(path, { recursive: true })],
    ['a link', (path: string) => symlink('../index.ts', path)],
  ])('that is %s is left for a person', async (_, make) => {
    const root = await repoOf({ 'src/agent/other.ts': 'export {};\n' });
    await make(join(root, errors));
    const before = await snapshot(root);
    const { exitCode } = await run(add('errors'), root);
    expect(exitCode).not.toBe(0);
    expect(await snapshot(root)).toMatchObject(before);
  });

  // Root may write anywhere, so root becomes nobody.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const asNobody = async (args: readonly string[], root: string): Promise<Ran> => {
    const env = { ...(await cleanEnv()), HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null' };
    const ended = await exec('node', [bin, ...args], { cwd: root, env, ...nobody }).catch((error: object) => error);
    const { code = 0, stdout, stderr } = ended as { code?: number; stdout: string; stderr: string };
    return { exitCode: code, stdout, stderr };
  };

  it.skipIf(process.platform === 'win32').each([
    ['file', errors, 0o444],
    ['folder', 'src/agent/store', 0o555],
  ])('a read-only %s half-way keeps everything as it was', async (_, path, mode) => {
    const root = await repoOf();
    expect((await run(add('errors', 'store'), root)).exitCode).toBe(0);
    await commit(root, 'add');
    await chmod(join(root, path), mode);
    if (nobody.uid !== undefined)
      for (const entry of ['.', ...(await readdir(root, { recursive: true }))])
        await chown(join(root, entry), nobody.uid, nobody.gid);
    await chmod(join(root, '..'), 0o755);
    const before = await snapshot(root);
    const { exitCode, stderr } = await asNobody(update(), root);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(path)]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(differing(await snapshot(root), before)).toEqual([]);
    await chmod(join(root, path), 0o755);
  });
});

describe('a lock', () => {
  const newer = edit(lock, (text) => text.replace(/"tool": "[^"]+"/, '"tool": "99.0.0"'));

  it.each([add('context'), update(), ['remove', 'errors']])('of a newer tool is not touched by %s', async (...args) => {
    const root = await installedRepo(newer);
    await expectRefusal(root, args, 'was written by 99.0.0', `@latest ${args[0] ?? ''}`);
  });

  it('of a newer tool can be looked at', async () => {
    expect(await run(['status'], await installedRepo(newer))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('written by 99.0.0') as unknown,
    });
  });

  it.each<[string, (text: string) => string, RegExp | string, RegExp | string]>([
    ['of a newer format', (text) => text.replace('"format": 1', '"format": 2'), 'newer version', '@latest'],
    ['with a key of somebody else', (text) => text.replace('{', '{ "mine": 1,'), /lock\.json.*mine/, 'git checkout'],
    ['with a hostile path', (text) => text.replace(errors, '../../errors.ts'), /lock\.json.*path/, 'git checkout'],
    [
      'with a hash that is none',
      (text) => text.replace(/"base": "./, '"base": "../'),
      /lock\.json.*sha256/,
      'git checkout',
    ],
    [
      'with git’s markers',
      (text) => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> x\n`,
      'conflict markers',
      'one side',
    ],
    ['that is not JSON', () => 'nothing\n', 'lock.json is not JSON', 'git checkout'],
    ['that is empty', () => '', 'lock.json is not JSON', 'git checkout'],
    ['that is endless', () => '['.repeat(5_000_000), 'lock.json is not JSON', 'git checkout'],
    ['that is a list', () => '[]', 'lock.json is not as this tool writes it', 'git checkout'],
  ])('%s is refused by every command', async (_, change, message, hint) => {
    const root = await installedRepo(edit(lock, change));
    for (const args of [['status'], update(), add('context'), ['remove', 'errors'], ['diff'], ['doctor']])
      await expectRefusal(root, args, message, hint);
  });

  it('with thousands of files that are not there is read', async () => {
    const root = await installedRepo(
      edit(lock, (text) => {
        const parsed = JSON.parse(text) as { files: Record<string, unknown> };
        for (let n = 0; n < 5000; n++) parsed.files[`src/agent/n${n}.ts`] = parsed.files[errors];
        return JSON.stringify(parsed);
      }),
    );
    expect(await run(['status'], root)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('that claims a file of the user takes nothing of it', async () => {
    const root = await installedRepo(edit(lock, (text) => text.replace(errors, 'src/index.ts')));
    await run(['remove', 'errors'], root);
    expect(await readFile(join(root, 'src/index.ts'), 'utf8')).toBe('export const shop = true;\n');
  });

  it('deleted: add adopts what is as upstream has it', async () => {
    const root = await installedRepo((at) => rm(join(at, lock)));
    expect(await run(add('errors'), root)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await gitStatus(root)).toEqual([`?? ${lock}`]);
  });

  it('deleted: what was edited is a conflict', async () => {
    const root = await installedRepo(async (at) => {
      await rm(join(at, lock));
      await appended(errors)(at);
    });
    await expectRefusal(root, add('errors'), `One file is in conflict: ${errors}`, '--on-conflict');
    await expectRefusal(root, ['status'], 'Nothing of ours is installed', 'add agent');
  });

  it('changed since the last command: undo takes back nothing', async () => {
    const root = await repoOf();
    await run(add('errors'), root);
    await edit(lock, (text) => text.replace('"tests": false', '"tests": true'))(root);
    await expectRefusal(root, ['undo'], 'lock.json', /./);
  });
});

describe('12-factor.json', () => {
  it.each([
    ['that is not JSON', 'nothing\n'],
    ['that is empty', ''],
    ['that has no dir', '{}'],
    ['that is a list', '[]'],
    ['with a dir that is no text', '{"dir":5}'],
    ['with a key of somebody else', '{"dir":"src/agent","mine":1}'],
  ])('%s is refused', async (_, text) => {
    const root = await installedRepo(write(config, text));
    for (const args of [['status'], add('context')]) await expectRefusal(root, args, /^12-factor\.json is not /, /./);
  });

  it('deleted is written again', async () => {
    const root = await installedRepo((at) => rm(join(at, config)));
    expect((await run(update(), root)).exitCode).toBe(0);
    expect(await readdir(root)).toContain(config);
  });
});

describe('a pristine copy that is lost', () => {
  const lost = async (root: string) => {
    for (const name of await readdir(join(root, '.12-factor/base'))) await rm(join(root, '.12-factor/base', name));
  };
  const damaged = async (root: string) => {
    for (const name of await readdir(join(root, '.12-factor/base')))
      await writeFile(join(root, '.12-factor/base', name), 'other\n');
  };

  it.each([
    ['lost', lost],
    ['damaged', damaged],
  ])('(%s) of a file that is as it was does not matter', async (_, harm) => {
    const root = await installedRepo(harm);
    expect(await run(update(), root)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readFile(join(root, errors), 'utf8')).toContain('upstream_errors_ts');
    expect(await run(['doctor'], root)).toMatchObject({
      stdout: expect.stringContaining('lock and base match') as unknown,
    });
  });

  it.each([
    ['lost', lost],
    ['damaged', damaged],
  ])('(%s) of an edited file is a conflict', async (_, harm) => {
    const root = await installedRepo(async (at) => {
      await harm(at);
      await appended(errors)(at);
    });
    await expectRefusal(root, update(), 'its pristine copy is lost', '--on-conflict');
    const { stdout } = await run(['status', '--json'], root);
    expect(JSON.parse(stdout)).toMatchObject({ components: [{ name: 'errors', you: 'edited' }] });
  });
});

describe('a tree that is not committed', () => {
  it.each([update(), ['remove', 'errors']])('is a warning of %s, not a stop', async (...args) => {
    const root = await installedRepo();
    await writeFile(join(root, 'mine.txt'), 'mine');
    expect(await run(args, root)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Not everything here is committed.') as unknown,
    });
  });

  it('is nothing to add', async () => {
    const root = await installedRepo();
    await writeFile(join(root, 'mine.txt'), 'mine');
    const { exitCode, stdout } = await run(add('context'), root);
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('not committed')]);
  });
});

describe('a path with spaces and other scripts', () => {
  it.each(['ü b 日本', `it's "quoted" $HOME & co;`, '-rf', '%20#?'])('%j is no matter', async (name) => {
    const root = await repoOf({}, name);
    expect(await run(add('errors'), root)).toMatchObject({ exitCode: 0, stderr: '' });
    await commit(root, 'add');
    await appended(errors)(root);
    expect(await run(update(), root)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readFile(join(root, errors), 'utf8')).toMatch(/upstream_errors_ts[^]*mine/);
    expect(await run(['undo'], root)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await gitStatus(root)).toEqual([` M ${errors}`]);
  });
});

describe('--json', () => {
  it.each<[readonly string[], number, object]>([
    [add('context'), 0, { command: 'add', written: true }],
    [['add', 'errors'], 0, { command: 'add', written: false }],
    [update(), 0, { command: 'update', written: true }],
    [update('--dry-run'), 0, { command: 'update', dryRun: true }],
    [['remove', 'errors'], 0, { command: 'remove', written: true }],
    [['undo', '--dry-run'], 0, { command: 'undo', dryRun: true }],
    [['status'], 0, { components: [{ name: 'errors' }] }],
    [['status', '--check', '--registry', next], 1, { components: [{ upstream: 'newer' }] }],
    [['diff'], 0, { files: [] }],
    [['doctor'], 0, { problems: 0 }],
    [['list'], 0, []],
    [['view', 'errors'], 0, { name: 'errors' }],
    [['add', 'nope'], 1, { error: { code: 'unknown-component' } }],
    [['add'], 1, { error: { code: 'bad-usage' } }],
    [['status', '--nope'], 1, { error: { code: 'bad-usage' } }],
    [['undo'], 1, { error: { code: 'not-found' } }],
  ])('%j is one document on stdout', async (args, code, document) => {
    const root = await installedRepo(async (at) => {
      if (args[0] === 'undo' && args.length === 1) await rm(join(at, '.12-factor/tmp'), { recursive: true });
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
      { error: expect.objectContaining({ code: 'conflict', message: expect.stringContaining(errors) as unknown }) },
    ]);
  });
});

/** Each value of an object as a matcher of its part. */
function matchingAll(part: object): object {
  return Object.fromEntries(
    Object.entries(part).map(([key, value]: [string, unknown]) => {
      if (Array.isArray(value)) return [key, value.map((one: object) => expect.objectContaining(one) as unknown)];
      return [key, typeof value === 'object' && value !== null ? expect.objectContaining(value) : value];
    }),
  );
}

describe('--dry-run', () => {
  it.each([add('context'), update(), ['remove', 'errors'], ['undo']])('of %s writes nothing', async (...args) => {
    const root = await installedRepo();
    const before = await snapshot(root);
    const temp = await readdir(join(root, '.12-factor/tmp'), { recursive: true });
    const { exitCode, stdout } = await run([...args, '--dry-run'], root);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Nothing was written: this was --dry-run.')]);
    expect(differing(await snapshot(root), before)).toEqual([]);
    expect(await readdir(join(root, '.12-factor/tmp'), { recursive: true })).toEqual(temp);
  });
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
    const root = await repoOf({ 'src/agent/context.ts': 'export const mine = true;\n' });
    const env = { PATH: await pathWithNpm('exit 1') };
    const { exitCode } = await run(['add', 'context', '--on-conflict', 'markers'], root, env);
    expect(exitCode).toBe(3);
  });

  it('does not begin where nothing is new', async () => {
    const env = { PATH: await pathWithNpm('exit 1') };
    expect(await run(['add', 'errors'], await repoOf(), env)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('is interrupted: the files are there, exit 130', async () => {
    const root = await repoOf();
    const env = { PATH: await pathWithNpm('kill -INT $PPID; exec sleep 20') };
    const { exitCode, stderr } = await run(['add', 'context'], root, env);
    expect([exitCode, stderr.split('\n')]).toEqual([
      130,
      ['Cancelled while installing. The files are all there; this installs:', 'npm install'],
    ]);
    expect(await run(['status'], root)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

/** What became of a run that somebody meddled with, and of the one that did; a run that was killed has no `calls`. */
type Meddled = Ran & {
  readonly root: string;
  readonly calls: number;
  readonly other: { readonly status: number; readonly stderr: string } | undefined;
};

/** Runs a command in a copy of a repo; at its n-th call of the file system it is interrupted, or another command runs. */
async function meddled(
  from: string,
  args: readonly string[],
  at: number,
  others: readonly string[] = [],
): Promise<Meddled> {
  const folder = await tempFolder();
  const [root, report] = [join(folder, 'repo'), join(folder, 'calls')];
  await cp(from, root, { recursive: true });
  const ran = await run(args, root, {
    NODE_OPTIONS: `--import=${pathToFileURL(join(home, 'test/support/meddle.mjs')).href}`,
    MEDDLE_AT: String(at),
    MEDDLE_REPORT: report,
    ...(others.length === 0 ? {} : { MEDDLE_WITH: JSON.stringify(others) }),
  });
  const said = (path: string) => readFile(path, 'utf8').catch(() => undefined);
  const [calls, other] = await Promise.all([said(report), said(`${report}.ran`)]);
  return { ...ran, root, calls: Number(calls ?? 0), other: other === undefined ? other : JSON.parse(other) };
}

/** Moments spread over a run of so many calls. */
const moments = (calls: number, count: number) =>
  Array.from({ length: count }, (_, n) => 1 + Math.floor((n * calls) / count));

describe('Ctrl-C', () => {
  it.each<[string, readonly string[]]>([
    ['add', add('context', 'store')],
    ['update', update()],
    ['remove', ['remove', 'errors']],
    ['undo', ['undo']],
  ])('at any moment of %s leaves the old tree or the new one', async (_, args) => {
    const from = await installedRepo(appended('src/index.ts'));
    const old = await snapshot(from);
    const whole = await meddled(from, args, 0);
    expect([whole.exitCode, whole.stderr]).toEqual([0, '']);
    const all = await snapshot(whole.root);
    for (const at of moments(whole.calls, 12)) {
      const { exitCode, stderr, root } = await meddled(from, args, at);
      const tree = await snapshot(root);
      const isOld = differing(tree, old).length === 0;
      expect([at, isOld || differing(tree, all).length === 0]).toEqual([at, true]);
      // Before it listens, a signal ends it as any process.
      const isUnheard = exitCode === -1 && stderr === '';
      const isCancelled = exitCode === 130 && stderr === 'Cancelled: nothing was written.';
      expect([at, isOld ? isUnheard || isCancelled : [0, 130].includes(exitCode)]).toEqual([at, true]);
      const locks = (await readdir(join(root, '.12-factor/tmp'))).filter((name) => name.startsWith('lock'));
      expect([at, isUnheard || locks.length === 0]).toEqual([at, true]);
    }
  });
});

describe('two at once', () => {
  type Installed = { readonly components: readonly { readonly name: string; readonly you: string }[] };

  /** The lock says what is there, and all of it is as it was copied. */
  async function expectWhole(root: string, won: readonly string[]): Promise<void> {
    const { stdout } = await run(['status', '--json'], root);
    const { components } = JSON.parse(stdout) as Installed;
    expect(components.filter(({ you }) => you !== 'as it was')).toEqual([]);
    expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining([...won]));
    const { files } = JSON.parse(await readFile(join(root, lock), 'utf8')) as { files: object };
    const there = (await filesUnder(root)).filter((path) => path.startsWith('src/agent/'));
    expect(there).toEqual(Object.keys(files).toSorted());
  }

  const isSaid = (stderr: string) => /is at work here|changed meanwhile/.test(stderr);

  it('never mix', async () => {
    const root = await repoOf();
    const names = ['context', 'store', 'errors'];
    const ended = await Promise.all(names.map((name) => run(add(name), root)));
    const won = names.filter((_, index) => ended[index]?.exitCode === 0);
    expect(won).not.toEqual([]);
    expect(ended.filter(({ exitCode, stderr }) => exitCode !== 0 && !(exitCode === 1 && isSaid(stderr)))).toEqual([]);
    await expectWhole(root, won);
  });

  it('add while another one adds, at any moment', async () => {
    const from = await repoOf();
    const { calls } = await meddled(from, add('context'), 0);
    for (const at of moments(calls, 16)) {
      const { root, exitCode, stderr, other } = await meddled(from, add('context'), at, [
        'node',
        bin,
        ...add('errors'),
      ]);
      const won = [...(exitCode === 0 ? ['context'] : []), ...(other?.status === 0 ? ['errors'] : [])];
      expect([at, exitCode === 0 || isSaid(stderr)]).toEqual([at, true]);
      expect([at, other?.status === 0 || isSaid(other?.stderr ?? '')]).toEqual([at, true]);
      expect([at, won]).not.toEqual([at, []]);
      await expectWhole(root, won);
    }
  });
});

it('a repo that is ours to read stays as it is whatever is asked of it', async () => {
  const root = await installedRepo();
  const before = await snapshot(root);
  for (const args of [['status'], ['diff'], ['doctor'], ['list'], ['view', 'errors']]) await run(args, root);
  expect(differing(await snapshot(root), before)).toEqual([]);
});
