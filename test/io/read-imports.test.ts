import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImports } from '../../src/io/read-imports.ts';
import { tempFolder } from '../support/project/temp.ts';

async function repo(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await tempFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}
const importsOf = async (text: string) =>
  (await readImports(await repo({ 'a.ts': text }), new Set())).get('a.ts');
const read = async (root: string, except: readonly string[] = []) =>
  [...(await readImports(root, new Set(except))).keys()].toSorted();

describe('an import', () => {
  it.each<[string, string, readonly string[]]>([
    ['of names', `import { a } from 'zod';`, ['zod']],
    ['over lines', `import {\n  a,\n} from "zod/mini"`, ['zod/mini']],
    ['for its effects', `import './setup.ts';`, ['./setup.ts']],
    ['of types', `import type { A } from './a.js';`, ['./a.js']],
    ['that exports again', `export * from './a';`, ['./a']],
    ['when it runs', `const a = await import('zod');`, ['zod']],
    ['of another kind', `const a = require('zod');`, ['zod']],
    ['with a template for a string', 'await import(`zod`)', ['zod']],
    ['of several', `import a from 'a';\nimport b from 'b';\n`, ['a', 'b']],
    ['of Node without one', `process.exit(0);`, ['node:process']],
    ['of none', `export const a = 'zod';`, []],
  ])('is found: %s', async (_, text, names) => {
    expect(await importsOf(text)).toEqual(names);
  });
});

describe('a source file is read', () => {
  it.each([
    'src/a.ts',
    'src/a.mts',
    'a.cjs',
    'src/App.tsx',
    'src/App.vue',
    'src/build/plan.ts',
    'src/dist/a.ts',
    'packages/a/out/a.ts',
    'packages/a/coverage/a.ts',
  ])('%s', async (path) => expect(await read(await repo({ [path]: '' }))).toEqual([path]));

  it.each([
    'dist/a.js',
    'build/a.ts',
    'out/a.ts',
    'coverage/a.js',
    'node_modules/zod/a.js',
    '.git/a.ts',
    'a.md',
  ])('but not %s', async (path) => expect(await read(await repo({ [path]: '' }))).toEqual([]));

  it('but not one that goes', async () => {
    const root = await repo({ 'src/a.ts': '', 'src/b.ts': '' });
    expect(await read(root, ['src/a.ts'])).toEqual(['src/b.ts']);
  });

  it('but not one that is no text of a person', async () => {
    expect(await read(await repo({ 'bundle.js': 'a'.repeat(1_000_001), 'a.js': '' }))).toEqual([
      'a.js',
    ]);
  });

  // Root can read everything.
  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'whatever else may not be',
    async () => {
      const root = await repo({ 'src/a.ts': '', 'data/b.ts': '', 'c.ts': '' });
      await chmod(join(root, 'data'), 0);
      expect(await read(root)).toEqual(['c.ts', 'src/a.ts']);
      await chmod(join(root, 'data'), 0o755);
    },
  );
});
