import { expect, it } from 'vitest';
import { folderCycles } from '../support/registry/folder-cycles.ts';

it.each<[string, Readonly<Record<string, readonly string[]>>, readonly string[]]>([
  ['folders that import in one way', { 'a/x.ts': ['b/y.ts'], 'b/y.ts': ['c/z.ts'] }, []],
  ['files of one folder', { 'a/x.ts': ['a/y.ts'], 'a/y.ts': ['a/x.ts'] }, []],
  [
    'two folders, without a circle of files',
    { 'a/x.ts': ['b/y.ts'], 'b/z.ts': ['a/w.ts'] },
    ['a/x.ts imports b/y.ts', 'b/z.ts imports a/w.ts'],
  ],
  [
    'the folder at the top',
    { 'agent.ts': ['model/x.ts'], 'model/y.ts': ['policy.ts'] },
    ['agent.ts imports model/x.ts', 'model/y.ts imports policy.ts'],
  ],
  [
    'three folders, and one that only leads there',
    { 'a/x.ts': ['b/x.ts'], 'b/x.ts': ['c/x.ts'], 'c/x.ts': ['a/x.ts'], 'd/x.ts': ['a/x.ts'] },
    ['a/x.ts imports b/x.ts', 'b/x.ts imports c/x.ts', 'c/x.ts imports a/x.ts'],
  ],
])('finds the imports of a circle among %s', (_, files, expected) => {
  expect(folderCycles(Object.entries(files))).toEqual(expected);
});
