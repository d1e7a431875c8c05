import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { findMovedFolder } from '../../src/io/find-moved-folder.ts';
import { hash } from '../../src/pipeline/text/hash.ts';
import type { LockedFile } from '../../src/pipeline/lock/lock-file.ts';
import { tempFolder } from '../support/project/temp.ts';

const file: LockedFile = { owner: 'loop', role: 'source', base: hash(''), written: hash('') };
const names = ['loop.ts', 'tools.ts', 'model/model.ts', 'model/script.ts'];
const files = Object.fromEntries(
  [...names.map((name) => `src/agent/${name}`), 'README.md'].map((path) => [path, file]),
);

/** Returns the paths of the components' files under a folder. */
const all = (folder: string): readonly string[] => names.map((name) => `${folder}/${name}`);

it.each<[string, readonly string[], string | undefined]>([
  ['the folder, wherever it is', all('packages/bot/lib'), 'packages/bot/lib'],
  ['the one with half of the files', all('bot').slice(0, 2), 'bot'],
  ['none with less', all('bot').slice(0, 1), undefined],
  [
    'the one with most of them',
    [...all('a').slice(0, 2), ...all('b').slice(0, 3), ...all('c').slice(0, 2)],
    'b',
  ],
  ['the first of two that are alike', [...all('b'), ...all('a')], 'a'],
  ['none in node_modules', all('node_modules/bot'), undefined],
  ['none in a folder with a dot', all('.cache/bot'), undefined],
  ['none of another project', [...all('other/src/agent'), 'other/.12-factor/lock.json'], undefined],
  ['one six folders deep', all('1/2/3/4/5/6'), '1/2/3/4/5/6'],
  ['none deeper', all('1/2/3/4/5/6/7'), undefined],
  [
    'none among names that are alike',
    ['docs/a/loop.ts', 'docs/b/tools.ts', 'docs/model/model.md'],
    undefined,
  ],
])('finds %s', async (_, paths, folder) => {
  const root = await tempFolder();
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), '');
  }
  expect(await findMovedFolder(root, { dir: 'src/agent', files })).toBe(folder);
});

it('finds nothing for a lock without files', async () => {
  const root = await tempFolder();
  await mkdir(join(root, 'bot'));
  expect(await findMovedFolder(root, { dir: 'src/agent', files: {} })).toBeUndefined();
});
