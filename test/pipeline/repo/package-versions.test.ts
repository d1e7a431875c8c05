import { describe, expect, it } from 'vitest';
import {
  checkCompatible,
  misfitHints,
  type PackageFacts,
  versionConflicts,
} from '../../../src/pipeline/repo/package-versions.ts';
import type { Entries } from '../../../src/pipeline/text/entries.ts';

const catalogs = {
  default: { zod: '^4.0.0' },
  old: { zod: '^3.23.8' },
  both: { zod: '^3.25.0' },
};
const facts = (packageJson: object, installed: Entries = {}): PackageFacts => ({
  packageJson: JSON.stringify(packageJson),
  catalogs,
  installed,
});
const having = (zod: string, kind = 'dependencies') => ({ [kind]: { zod } });
const zod = { zod: '^4.6.7' };

describe('a package that is needed as ^4.6.7', () => {
  it.each<[string, object, Entries?]>([
    ['is not there', {}],
    ['is there', having('^4.6.7')],
    ['is there as a version that meets it', having('4.9.0')],
    ['is there in a range that meets it', having('^4.0.0')],
    ['is there in one of two ranges', having('^3.23.0 || ^4.0.0')],
    ['is zod 3 with zod 4 in it', having('^3.25.0')],
    ['is zod 3 with zod 4 in it, as it is installed', having('^3.23.8'), { zod: '3.25.76' }],
    ['is there as anything', having('*')],
    ['is there as nothing', having('')],
    ['is there as latest', having('latest')],
    ['is of the workspace', having('workspace:*')],
    ['is of a catalog', having('catalog:')],
    ['is of a catalog with zod 4 in zod 3', having('catalog:both')],
    ['is of a catalog that nobody has', having('catalog:none')],
    ['is an alias of itself', having('npm:zod@^4.1.0')],
    ['has the protocol of npm', having('npm:^4.1.0')],
    ['is a file', having('file:../zod')],
    ['is an address', having('git+https://example.com/zod.git')],
    ['is another package', having('npm:zod3@^3.0.0')],
    ['is an address of zod 4', having('file:../zod'), { zod: '4.6.8' }],
    ['is developed with it', { peerDependencies: { zod: '^3.0.0' }, devDependencies: zod }],
  ])('is no trouble where it %s', (_, packageJson, installed) => {
    expect(versionConflicts(facts(packageJson, installed), zod)).toEqual([]);
  });

  it.each<[object, string, Entries?]>([
    [having('^3.23.8'), '^3.23.8'],
    [having('~3', 'devDependencies'), '~3'],
    [having('^3.23.8'), '^3.23.8', { zod: '3.24.2' }],
    // What is installed is not what package.json asks for.
    [having('3.24.0'), '3.24.0', { zod: '3.25.76' }],
    [having('^3 || ^2', 'peerDependencies'), '^3 || ^2'],
    [having('4.0.0', 'optionalDependencies'), '4.0.0'],
    [having('<4'), '<4'],
    [having('5.x'), '5.x'],
    [having('4.7.0-beta.1'), '4.7.0-beta.1'],
    [having('catalog:old'), 'catalog:old (^3.23.8)'],
    [having('workspace:^3.0.0'), 'workspace:^3.0.0 (^3.0.0)'],
    [having('npm:zod@^3.23.8'), 'npm:zod@^3.23.8 (^3.23.8)'],
    [having('patch:zod@npm%3A3.23.8#./zod.patch'), 'patch:zod@npm%3A3.23.8#./zod.patch (3.23.8)'],
    [having('npm:zod3@^3.0.0'), 'npm:zod3@^3.0.0 (3.23.8)', { zod: '3.23.8' }],
    [{ dependencies: zod, devDependencies: { zod: '^3.23.8' } }, '^3.23.8'],
  ])('is a clash with %j', (packageJson, has, installed) => {
    expect(versionConflicts(facts(packageJson, installed), zod)).toEqual([
      expect.objectContaining({ name: 'zod', has, wants: '^4.6.7' }),
    ]);
  });
});

it.each([
  ['^3.23.8', 'npm install zod@^3.25.76'],
  ['5.x', 'npm install zod@^4.6.7'],
])('is refused as %s, with the smallest change that helps', (has, hint) => {
  const install = (spec: string) => `npm install ${spec}`;
  expect(() => checkCompatible(facts(having(has)), zod, install)).toThrow(
    expect.objectContaining({
      message: `package.json has zod ${has}, but this needs zod ^4.6.7 or ^3.25.0.`,
      code: 'incompatible',
      hint: expect.stringContaining(hint),
    }),
  );
});

describe('once packages are installed', () => {
  it.each<[string, Entries, object, readonly RegExp[]]>([
    ['they fit', { zod: '4.6.7', '@types/node': '24.1.0' }, {}, []],
    ['an older version of the same major fits', { zod: '4.1.0' }, {}, []],
    ['an override keeps zod 3', { zod: '3.25.76' }, {}, [/^zod 3\.25\.76 is installed, but/]],
    ['the types of Node are too old', { '@types/node': '18.19.1' }, {}, [/@types\/node is 18/]],
    [
      'the types of Node are asked for in an old version',
      {},
      { devDependencies: { '@types/node': '^18' } },
      [/@types\/node is \^18.*20\.19\.0 or later/],
    ],
    ['the types of Node may be new', {}, { devDependencies: { '@types/node': '>=18' } }, []],
  ])('%s', (_, installed, packageJson, hints) => {
    const install = (spec: string) => `npm install ${spec}`;
    expect(misfitHints(facts(packageJson, installed), zod, { zodImport: 'zod', install })).toEqual(
      hints.map((hint) => expect.stringMatching(hint)),
    );
  });

  it('zod 3 fits where the files import zod/v4', () => {
    const fixing = { zodImport: 'zod/v4', install: String } as const;
    expect(misfitHints(facts({}, { zod: '3.25.76' }), zod, fixing)).toEqual([]);
    expect(misfitHints(facts({}, { zod: '3.24.2' }), zod, fixing)).toHaveLength(1);
  });
});
