import { execFile } from 'node:child_process';
import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { home } from '../support/registry/package.ts';
import { filesUnder, tempFolder, textsUnder } from '../support/project/temp.ts';

const exec = promisify(execFile);
const bare = ['--yes', '--no-install', '--no-git'];

describe('without a terminal', () => {
  it('it never asks: it names what is missing', async () => {
    const folder = await tempFolder();
    const { exitCode, stderr } = await run([], folder);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('give the folder, --template and --model');
    expect(stderr.split('\n').at(-1)).toContain('--yes');
    expect(await readdir(folder)).toEqual([]);
  });

  it('--yes makes my-agent', async () => {
    const folder = await tempFolder();
    expect((await run(bare, folder)).exitCode).toBe(0);
    expect(await readdir(folder)).toEqual(['my-agent']);
    expect(await readdir(join(folder, 'my-agent'))).toEqual(
      expect.arrayContaining(['.12-factor', '12-factor.json', '.gitignore', 'src']),
    );
  });

  it.each([
    ['deploybot', [], 'no key needed'],
    ['starter', ['--model', 'anthropic'], 'then set ANTHROPIC_API_KEY in .env'],
  ])('%s names the variables that the terminal needs', async (template, flags, about) => {
    const folder = await tempFolder();
    const { stdout } = await run([...bare, '--template', template, ...flags], folder);
    expect(stdout).toContain(about);
    expect(stdout).not.toContain('LINK_SECRETS and');
  });

  it('says how many files there are, its own bookkeeping left out', async () => {
    const folder = await tempFolder();
    const { stdout } = await run(bare, folder);
    const files = (await filesUnder(join(folder, 'my-agent'))).filter(
      (path) => !/^\.?12-factor/.test(path),
    );
    expect(stdout).toContain(`${files.length} files in my-agent`);
  });

  it('a pipe gets plain lines', async () => {
    const { stdout } = await run(bare, await tempFolder());
    expect(stdout).not.toContain('\u001B');
    expect(stdout).not.toMatch(/[│◇└]/);
  });
});

it.each([
  ['with a server', ['--with', 'server'], 'npm run serve', 'add server'],
  ['without a server', [], 'add server', 'run serve'],
])('the README of a project %s says how to serve it', async (_, flags, says, hides) => {
  const folder = await tempFolder();
  await run([...bare, ...flags], folder);
  const readme = await readFile(join(folder, 'my-agent/README.md'), 'utf8');
  expect(readme).toContain(says);
  expect(readme).not.toContain(hides);
  expect(readme).toContain('A server needs the key of a model');
});

describe('a target', () => {
  it('may hold what a fresh repository does, and none of it changes', async () => {
    const folder = await tempFolder();
    await exec('git', ['init', '--quiet'], { cwd: folder });
    await writeFile(join(folder, 'README.md'), 'mine\r\n');
    await writeFile(join(folder, 'LICENSE'), 'mine');
    expect((await run(['.', '--yes', '--no-install'], folder)).exitCode).toBe(0);
    expect(await textsUnder(folder)).toMatchObject({ 'README.md': 'mine\r\n', LICENSE: 'mine' });
    const lock = JSON.parse(await readFile(join(folder, '.12-factor/lock.json'), 'utf8')) as {
      files: object;
    };
    expect(lock.files).not.toHaveProperty(['README.md']);
  });

  it.each([
    ['with a package.json', 'package.json', 'already has a package.json'],
    ['with anything else', 'notes.txt', 'is not empty: it has notes.txt'],
  ])('%s is refused, and stays', async (_, file, why) => {
    const folder = await tempFolder();
    await writeFile(join(folder, file), 'mine');
    const { exitCode, stderr } = await run(['.', ...bare], folder);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(why)]);
    expect(await textsUnder(folder)).toEqual({ [file]: 'mine' });
  });

  it('that is a file is refused', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'bot'), 'mine');
    expect(await run(['bot', ...bare], folder)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('bot is a file.') as unknown,
    });
  });

  it('may be folders deep, under --cwd', async () => {
    const folder = await tempFolder();
    expect((await run(['apps/Bot One', ...bare, '--cwd', folder], home)).exitCode).toBe(0);
    const { name } = JSON.parse(
      await readFile(join(folder, 'apps/Bot One/package.json'), 'utf8'),
    ) as { name: string };
    expect(name).toBe('bot-one');
  });

  it('may be an absolute path, which is also how it is named afterwards', async () => {
    const folder = join(await tempFolder(), 'Bot One');
    const { exitCode, stdout } = await run([folder, ...bare], home);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`cd "${folder}"`)]);
    expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).toMatchObject({
      name: 'bot-one',
    });
  });

  it.each(['../out', '/tmp/../out-of-here', '/', 'a/../../out'])('%s is refused', async (dir) => {
    const folder = await tempFolder();
    expect((await run([dir, ...bare], folder)).exitCode).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a typo', () => {
  it.each([
    ['in a template', ['bot', ...bare, '--template', 'startr'], 'Did you mean "starter"?'],
    ['in a model', ['bot', ...bare, '--model', 'antropic'], 'Did you mean "anthropic"?'],
    ['in a store', ['bot', ...bare, '--store', 'memry'], 'Did you mean "memory"?'],
    ['in an option', ['bot', ...bare, '--modle', 'x'], 'Did you mean --model?'],
    ['in a command', ['lsit'], 'Did you mean "list"?'],
    ['in a component', ['view', 'lop'], 'Did you mean "loop"?'],
  ])('%s is answered with what was meant', async (_, args, hint) => {
    const folder = await tempFolder();
    const { exitCode, stderr } = await run(args, folder);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(hint)]);
    expect(await readdir(folder)).toEqual([]);
  });
});

it('a command word is a folder only when it is written as one', async () => {
  const folder = await tempFolder();
  expect((await run(['./list', ...bare], folder)).exitCode).toBe(0);
  expect(await readdir(folder)).toEqual(['list']);
});

it('--dry-run shows everything and writes nothing', async () => {
  const folder = await tempFolder();
  const { exitCode, stdout } = await run(['bot', ...bare, '--dry-run'], folder);
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringMatching(/create +src\/agent\/core\/loop\.ts[^]*Nothing was written/),
  ]);
  expect(await readdir(folder)).toEqual([]);
});

it('two runs write the same bytes, but for what git ignores', async () => {
  const folder = await tempFolder();
  await run(['a/bot', ...bare], folder);
  await run(['b/bot', ...bare], folder);
  const textsOf = async (name: string) =>
    Object.entries(await textsUnder(join(folder, name))).filter(
      ([path]) => !path.startsWith('bot/.12-factor/tmp/'),
    );
  expect(await textsOf('a')).toEqual(await textsOf('b'));
});

describe('the models in a new project', () => {
  const adapters = ['anthropic.ts', 'openai-compatible.ts', 'openai.ts'];
  it.each([
    ['anthropic', ['anthropic.ts'], ['ANTHROPIC_API_KEY'], true],
    ['openai', ['openai.ts'], ['OPENAI_API_KEY'], true],
    ['openai-compatible', ['openai-compatible.ts'], ['LLM_BASE_URL'], true],
    ['scripted', [], [], false],
    ['manual', [], [], false],
    [undefined, adapters, ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'LLM_BASE_URL'], false],
  ])('with --model %s are %j', async (model, expected, variables, isChecked) => {
    const folder = await tempFolder();
    const flags = model === undefined ? [] : ['--model', model];
    expect((await run(['bot', ...bare, ...flags], folder)).exitCode).toBe(0);
    const texts = await textsUnder(join(folder, 'bot'));
    const names = adapters.filter((name) => `src/agent/model/${name}` in texts);
    expect(names).toEqual(expected);
    const example = texts['.env.example'] ?? '';
    const all = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'LLM_BASE_URL'];
    expect(all.filter((name) => example.includes(`${name}=`))).toEqual(variables);
    const checked = ['package.json', 'README.md', 'AGENTS.md'].map((path) =>
      texts[path]?.includes('check:model'),
    );
    expect(checked).toEqual(Array(3).fill(isChecked));
    expect('src/agent/check-model/main.ts' in texts).toBe(isChecked);
  });
});

describe('--json', () => {
  it('gives one document on stdout', async () => {
    const { stdout, stderr } = await run(
      ['bot', ...bare, '--json', '--model', 'scripted'],
      await tempFolder(),
    );
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'bot',
      dir: 'bot',
      template: 'starter',
      model: 'model-scripted',
      installed: false,
      git: 'skipped',
    });
    expect(stderr).toContain('files in bot');
  });

  it.each([
    [['bot', '--json'], 'missing-answer'],
    [['bot', ...bare, '--json', '--template', 'x'], 'unknown-template'],
    [['bot', '--json', '--nonsense'], 'bad-usage'],
    [['view', 'x', '--json'], 'unknown-component'],
  ])('gives errors as a document too: %j', async (args, code) => {
    const { exitCode, stdout } = await run(args, await tempFolder());
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: { message: expect.any(String) as unknown, hint: expect.any(String) as unknown, code },
    });
  });
});

describe('--registry', () => {
  async function copied(): Promise<string> {
    const folder = join(await tempFolder(), 'registry');
    await cp(join(home, 'registry'), folder, { recursive: true });
    return folder;
  }

  it('takes an edited copy', async () => {
    const [folder, registry] = [await tempFolder(), await copied()];
    const path = join(registry, 'agent/core/loop.ts');
    await writeFile(path, `${await readFile(path, 'utf8')}// mended\n`);
    expect((await run(['bot', ...bare, '--registry', registry], folder)).exitCode).toBe(0);
    expect(await readFile(join(folder, 'bot/src/agent/core/loop.ts'), 'utf8')).toMatch(
      /\/\/ mended\n$/,
    );
  });

  it('refuses one with a link that leads out, and writes nothing', async () => {
    const [folder, registry] = [await tempFolder(), await copied()];
    await exec('rm', [join(registry, 'agent/core/loop.ts')]);
    await symlink('/etc/hostname', join(registry, 'agent/core/loop.ts'));
    const { exitCode, stderr } = await run(['bot', ...bare, '--registry', registry], folder);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('it links to a file outside its folder'),
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses one whose paths lead out', async () => {
    const [folder, registry] = [await tempFolder(), await copied()];
    const path = join(registry, 'registry.json');
    await writeFile(
      path,
      (await readFile(path, 'utf8')).replace(
        '"src/agent/core/loop.ts"',
        '"src/agent/../../../loop.ts"',
      ),
    );
    expect(await run(['bot', ...bare, '--registry', registry], folder)).toMatchObject({
      exitCode: 1,
      stdout: expect.any(String) as unknown,
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
