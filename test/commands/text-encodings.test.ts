import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/cli/run.ts';
import { differing, snapshot } from '../support/project/repos.ts';
import { add, config, edit, lock, openShop, repoOf } from '../support/project/installed-repo.ts';

const { installedRepo, update } = openShop();

const mark = '\uFEFF';
const asWindows = (text: string): string => mark + text.replaceAll('\n', '\r\n');
const shared = ['package.json', '.env.example', '.gitignore'];

/** A repo whose files begin with a byte order mark and end their lines with CRLF. */
async function windowsRepo(): Promise<string> {
  const root = await repoOf({ '.env.example': 'PORT=1\n', '.gitignore': 'dist/\n' });
  const indent = (text: string) => `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`;
  await edit('package.json', indent)(root);
  for (const path of [...shared, 'tsconfig.json']) await edit(path, asWindows)(root);
  return root;
}

describe('a byte order mark and CRLF', () => {
  it('stay where entries are added and removed', async () => {
    const root = await windowsRepo();
    const before = await snapshot(root);
    const read = (path: string) => readFile(join(root, path), 'utf8');
    expect(await run(add('model-openai', 'store-redis'), root)).toMatchObject({ exitCode: 0 });
    for (const path of shared) {
      const text = await read(path);
      expect([path, text.lastIndexOf(mark)]).toEqual([path, 0]);
      expect([path, /(?<!\r)\n/.test(text)]).toEqual([path, false]);
    }
    expect(JSON.parse((await read('package.json')).slice(1))).toMatchObject({
      dependencies: { ioredis: expect.any(String), zod: '^4.6.0' },
    });
    expect(await read('.gitignore')).toMatch(/^\uFEFFdist\/\r\n\.env\r\n/);
    const removed = await run(['remove', 'store-redis', 'model-openai', '--no-install'], root);
    expect(removed).toMatchObject({ exitCode: 0 });
    const changed = differing(await snapshot(root), before).filter((path) => shared.includes(path));
    expect(changed).toEqual([]);
  });

  it('do not hide what the files of the tool say', async () => {
    const root = await installedRepo(async (at) => {
      for (const path of [lock, config, '.12-factor/schema.json']) await edit(path, asWindows)(at);
    });
    expect(await run(['status'], root)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await run(update(), root)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readFile(join(root, config), 'utf8')).toMatch(/^\uFEFF\{\r\n/);
  });

  it('do not hide the packages of a workspace', async () => {
    const root = await repoOf({ 'packages/api/package.json': { type: 'module' } });
    await writeFile(join(root, 'package.json'), `${mark}{ "workspaces": ["packages/*"] }\r\n`);
    const { stderr } = await run(add('errors'), root);
    expect(stderr).toContain('is the root of a workspace');
  });
});

it.each([
  ['UTF-16', Buffer.from(`${mark}{}`, 'utf16le'), 'package.json is not UTF-8 text.'],
  ['UTF-16 without a mark', Buffer.from('{}', 'utf16le'), 'package.json is not a JSON object.'],
])('a package.json in %s is refused', async (_, bytes, message) => {
  const root = await repoOf();
  await writeFile(join(root, 'package.json'), bytes);
  const { exitCode, stderr } = await run(add('errors'), root);
  expect([exitCode, stderr.split('\n')[0]]).toEqual([1, expect.stringContaining(message)]);
});
