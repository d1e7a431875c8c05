import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { commit, git } from '../support/project/repos.ts';
import { add, openShop, repoOf } from '../support/project/installed-repo.ts';
import { tempFolder } from '../support/project/temp.ts';

const { installedRepo } = openShop();

/** Runs `add`, and returns the lines that it prints about git. */
async function addTo(root: string, ...words: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout } = await run([...add(...words), '--json'], root);
  expect(exitCode).toBe(0);
  const { warnings } = JSON.parse(stdout) as { readonly warnings: readonly string[] };
  return warnings.filter((one) => one.includes('git '));
}

const nodeTypes = { compilerOptions: { types: ['node'] } };
const ignoring = (text: string) => repoOf({ '.gitignore': text });

describe('add names what git ignores of the written files', () => {
  it.each<[string, string, RegExp]>([
    [
      'a folder, by a line for any folder of its name',
      'dist/\nmodel/\n',
      /^git ignores src\/agent\/model\/ \(\.gitignore:2: model\/\), so a clone lacks \d+ files\. Add a line to the end of \.gitignore: !\/src\/agent\/model\/$/,
    ],
    [
      'the folder of the base copies',
      'base/\n',
      /^git ignores \.12-factor\/base\/ .*: !\/\.12-factor\/base\/$/,
    ],
    ['the highest folder', 'src\n', /^git ignores src\/ .* lacks \d+ files\. .*: !\/src\/$/],
    [
      'a file',
      'errors.ts\n',
      /^git ignores src\/agent\/core\/errors\.ts .* lacks it\. .*: !\/src\/agent\/core\/errors\.ts$/,
    ],
    ['a file of the tool', '*.json\n!package.json\n', /^git ignores \.12-factor\/schema\.json /],
  ])('%s', async (_, text, note) => {
    const [first] = await addTo(await ignoring(text), 'model-openai');
    expect(first).toMatch(note);
  });

  it('and counts the rest of many', async () => {
    const notes = await addTo(await ignoring('*.ts\n'), 'model-openai');
    expect(notes).toHaveLength(5);
    expect(notes.at(-1)).toMatch(/^git ignores \d+ more files: doctor lists them all\.$/);
  });

  it('and nothing where another line includes it again, or in a dry run', async () => {
    const root = await ignoring('model/\n');
    const dry = await addTo(root, 'model-openai', '--dry-run');
    expect(dry).toHaveLength(1);
    await appendFile(join(root, '.gitignore'), `${dry[0]?.split(': ').at(-1)}\n`);
    expect(await addTo(root, 'model-openai')).toEqual([]);
  });

  it('by a .gitignore below, above, or outside of the repository', async () => {
    const root = await repoOf({
      '.gitignore': 'core/\n',
      'src/.gitignore': 'model/\n',
      'api/package.json': { type: 'module' },
      'api/tsconfig.json': nodeTypes,
    });
    await writeFile(join(root, '.git/info/exclude'), 'lock.json\n');
    expect(await addTo(root, 'model-openai')).toEqual([
      expect.stringMatching(/agent\/core\/ \(\.gitignore:1: core\/\)/),
      expect.stringMatching(
        /model\/ \(src\/\.gitignore:1.* end of src\/\.gitignore: !\/agent\/model\/$/,
      ),
      expect.stringMatching(/lock\.json \(\.git\/info\/exclude:1.* end of \.gitignore: !\//),
    ]);
    const [above] = await addTo(join(root, 'api'), 'errors');
    expect(above).toMatch(
      /^git ignores agent\/core\/ \(\.\.\/\.gitignore:1: .* of \.gitignore: !\/agent\/core\/$/,
    );
  });

  it('and nothing where git ignores the whole project', async () => {
    const root = await repoOf({ '.gitignore': 'scratch/\n', 'scratch/package.json': {} });
    await writeFile(join(root, 'scratch/tsconfig.json'), JSON.stringify(nodeTypes));
    expect(await addTo(join(root, 'scratch'), 'errors')).toEqual([]);
  });

  it('and nothing without a repository', async () => {
    const root = await ignoring('model/\n');
    await rm(join(root, '.git'), { recursive: true });
    expect(await addTo(root, 'model-openai')).toEqual([]);
  });
});

it('create names it, too', async () => {
  const folder = await tempFolder();
  await git(folder, 'init', '--quiet');
  await writeFile(join(folder, '.gitignore'), 'model/\n');
  const { stdout } = await run(['bot', '--yes', '--no-install', '--json'], folder);
  expect(JSON.parse(stdout)).toMatchObject({
    warnings: [expect.stringContaining('git ignores src/agent/model/ (../.gitignore:1')],
  });
});

describe('doctor fails', () => {
  const ignored = (finding: { what: string }) => finding.what.startsWith('git ignores');
  const findings = async (root: string) => {
    const { stdout } = await run(['doctor', '--json'], root);
    return (JSON.parse(stdout) as { findings: { what: string }[] }).findings.filter(ignored);
  };
  const uncommitted = async (line: string) => {
    const root = await ignoring(line);
    await run(add('errors'), root);
    return root;
  };

  it.each([
    ['a copied file', 'errors.ts', 'src/agent/core/errors.ts'],
    ['the base copies', 'base', '.12-factor/base/'],
    ['the lock file', 'lock.json', '.12-factor/lock.json'],
  ])('where a clone lacks %s', async (_, line, path) => {
    expect(await findings(await uncommitted(`${line}\n`))).toEqual([
      {
        level: 'fail',
        what: `git ignores ${path} (.gitignore:1: ${line}): a clone lacks it`,
        about: `Add a line to the end of .gitignore: !/${path}`,
      },
    ]);
  });

  it('but not where git tracks the file all the same', async () => {
    const root = await installedRepo();
    await writeFile(join(root, '.gitignore'), 'errors.ts\nbase\n');
    await commit(root, 'ignore');
    expect(await findings(root)).toEqual([]);
  });
});

describe('.gitignore gets no line', () => {
  const lines = async (root: string) => readFile(join(root, '.gitignore'), 'utf8');

  it.each(['.env*\n', '*.env\n', '/.env\n', '.e[n]v\n', '.??*\n!.12-factor\n'])(
    'where %j does it',
    async (text) => {
      const root = await ignoring(text);
      await addTo(root, 'model-openai');
      expect(await lines(root)).toBe(text);
    },
  );

  it('where a .gitignore above does it', async () => {
    const root = await repoOf({
      '.gitignore': '.env*\n!.env.example\n.agent\n',
      'api/package.json': { type: 'module' },
      'api/tsconfig.json': nodeTypes,
    });
    expect(await addTo(join(root, 'api'), 'model-openai', 'store-file')).toEqual([]);
    await expect(lines(join(root, 'api'))).rejects.toThrow('ENOENT');
    await run(['remove', 'store-file', '--no-install'], join(root, 'api'));
    expect(await lines(root)).toContain('.agent');
  });

  it('where git tracks the file, which then is no place for keys', async () => {
    const root = await repoOf({ '.env': 'PORT=1\n', '.gitignore': '.env.local\n' });
    expect(await addTo(root, 'model-openai')).toEqual([
      'git tracks .env: set keys in the environment, or take it out of git first.',
    ]);
    expect(await lines(root)).toBe('.env.local\n');
    const update = await run(['update', '--no-install', '--json'], root);
    expect(JSON.parse(update.stdout)).toMatchObject({ warnings: [], written: false });
  });
});

it('.gitignore gets a line that only this machine does not need', async () => {
  const root = await ignoring('dist/\n');
  await writeFile(join(root, '.git/info/exclude'), '.env\n');
  await addTo(root, 'model-openai');
  expect(await readFile(join(root, '.gitignore'), 'utf8')).toBe('dist/\n.env\n');
  await mkdir(join(root, 'other'));
  const update = await run(['update', '--no-install', '--json'], root);
  expect(JSON.parse(update.stdout)).toMatchObject({ written: false });
});
