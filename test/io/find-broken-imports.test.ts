import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBrokenImports } from '../../src/io/find-broken-imports.ts';
import { tempFolder } from '../support/project/temp.ts';

/** Finds the broken imports of `a.ts` in the folder `agent`, which has these other files. */
async function brokenIn(text: string, others: readonly string[] = []) {
  const root = await tempFolder();
  for (const path of ['agent/a.ts', ...others]) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), path === 'agent/a.ts' ? text : '');
  }
  return findBrokenImports(root, 'agent');
}

describe('an import that leads to', () => {
  it.each([
    ['a file', './b.ts', 'agent/b.ts'],
    ['a file of the repo', '../lib/b.ts', 'lib/b.ts'],
    ['a file that compiles to it', './b.js', 'agent/b.ts'],
    ['JSX that compiles to it', './b.js', 'agent/b.tsx'],
    ['a module that compiles to it', './b.mjs', 'agent/b.mts'],
    ['the types of it', './b.js', 'agent/b.d.ts'],
    ['a file without its ending', './b', 'agent/b.ts'],
    ['a file with a dot in its name', './b.server', 'agent/b.server.ts'],
    ['the index of a folder', './b', 'agent/b/index.ts'],
    ['a package in a folder', './b', 'agent/b/package.json'],
    ['the types of another kind of file', './b.css', 'agent/b.d.css.ts'],
    ['a file with a query', './b.svg?raw', 'agent/b.svg'],
  ])('%s is whole', async (_, name, path) => {
    expect(await brokenIn(`import b from '${name}';`, [path])).toEqual([]);
    expect(await brokenIn(`import b from '${name}';`)).toHaveLength(1);
  });

  it.each([
    ['its own test', './b.ts', 'agent/b.test.ts'],
    ['a folder', './b', 'agent/b/c.ts'],
    ['another folder', './b.ts', 'b.ts'],
  ])('%s is not', async (_, name, path) => {
    expect(await brokenIn(`\nexport * from '${name}';`, [path])).toEqual([
      { path: 'agent/a.ts', line: 2, name },
    ]);
  });
});

it.each([
  ['a package', "import 'b';"],
  ['an alias', "import '@/b.ts';"],
  ['a comment', "// import './b.ts';"],
  ['a string', `const text = "import './b.ts'";`],
  ['a computed path', 'await import(`./${name}.ts`);'],
  ['a path that no file system has', "import './b\0.ts';"],
])('says nothing of %s', async (_, text) => {
  expect(await brokenIn(text)).toEqual([]);
});

it('says nothing of files elsewhere, and of a folder that is missing', async () => {
  const root = await tempFolder();
  await writeFile(join(root, 'a.ts'), "import './b.ts';");
  expect(await findBrokenImports(root, 'agent')).toEqual([]);
});
