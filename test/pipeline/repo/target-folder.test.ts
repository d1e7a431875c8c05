import { expect, it } from 'vitest';
import { type TargetFolder, checkTargetFolder } from '../../../src/pipeline/repo/target-folder.ts';

const place = (entries: string[] | undefined, some: Partial<TargetFolder> = {}): TargetFolder => ({
  root: '/home/ada/bot',
  isFolder: true,
  entries,
  gitRoot: undefined,
  workspace: undefined,
  ...some,
});

it.each([
  [undefined],
  [[]],
  [['.git']],
  [['.git', 'LICENSE', 'README.md']],
  [['readme', 'Licence.txt']],
])('a folder with %j counts as empty', (entries) => {
  expect(() => checkTargetFolder(place(entries))).not.toThrow();
});

it.each([
  [['x.ts'], 'bot is not empty: it has x.ts.'],
  [['a', 'b', 'c', 'd'], 'bot is not empty: it has a, b, c, ....'],
  [['README-old.md'], 'bot is not empty: it has README-old.md.'],
  [['package.json', 'src'], 'bot already has a package.json: create only makes new projects.'],
])('a folder with %j is refused', (entries, message) => {
  expect(() => checkTargetFolder(place(entries))).toThrow(
    expect.objectContaining({ message, code: 'not-empty' }),
  );
});

it('a file is refused', () => {
  expect(() => checkTargetFolder(place(undefined, { isFolder: false }))).toThrow('bot is a file.');
});
