import { describe, expect, it } from 'vitest';
import { danglingImports, packagesUsed } from '../../../src/pipeline/plan/source-imports.ts';

const importing = (...names: readonly string[]) => new Map([['src/index.ts', names]]);

describe('a package is used', () => {
  it.each<[string, readonly string[], string, boolean]>([
    ['that is imported', ['zod'], 'zod', true],
    ['of which a part is imported', ['zod/mini'], 'zod', true],
    ['with a scope', ['@scope/one/part'], '@scope/one', true],
    ['that has the beginning of another', ['zod-extra'], 'zod', false],
    ['that is a file of the user', ['./zod'], 'zod', false],
    ['that nobody imports', [], 'zod', false],
    ['for its types, where something of Node is imported', ['node:fs'], '@types/node', true],
    [
      'for its types, where something of Node is imported without its scheme',
      ['fs'],
      '@types/node',
      true,
    ],
    ['for its types, where a part of Node is imported', ['fs/promises'], '@types/node', true],
    ['for its types, where nothing of Node is imported', ['zod', './fs'], '@types/node', false],
  ])('%s', (_, names, asked, used) => {
    expect(packagesUsed(importing(...names), [asked, 'other'])).toEqual(used ? [asked] : []);
  });
});

describe('an import of what goes is found', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['as TypeScript has it', 'src/index.ts', ['./agent/errors.ts'], ['src/agent/errors.ts']],
    ['as the compiler writes it', 'src/index.ts', ['./agent/errors.js'], ['src/agent/errors.ts']],
    ['without an extension', 'src/index.ts', ['./agent/errors'], ['src/agent/errors.ts']],
    ['from below', 'src/agent/tools/deploy.ts', ['../errors.ts'], ['src/agent/errors.ts']],
    ['from another folder', 'test/a.test.ts', ['../src/agent/errors.ts'], ['src/agent/errors.ts']],
    [
      'once a file',
      'src/index.ts',
      ['./agent/errors', './agent/errors.ts'],
      ['src/agent/errors.ts'],
    ],
    [
      'of each',
      'src/index.ts',
      ['./agent/errors', './agent/store.ts'],
      ['src/agent/errors.ts', 'src/agent/store.ts'],
    ],
    [
      'through a path mapping',
      'test/a.test.ts',
      ['@/agent/errors', '@/agent/none'],
      ['src/agent/errors.ts'],
    ],
    ['but not of a neighbour', 'src/index.ts', ['./agent/errors2.ts', './errors.ts'], []],
    ['but not of a package', 'src/index.ts', ['src/agent/errors.ts', 'errors'], []],
  ])('%s', (_, path, names, found) => {
    const aliases = (name: string) =>
      name.startsWith('@/') ? [`src/${name.slice(2)}`, `lib/${name.slice(2)}`] : [];
    expect(
      danglingImports(
        new Map([[path, names]]),
        ['src/agent/errors.ts', 'src/agent/store.ts'],
        aliases,
      ),
    ).toEqual(found.map((one) => [path, one]));
  });
});
