import { describe, expect, it } from 'vitest';
import { checkCompatible, versionConflicts } from '../../../src/pipeline/repo/package-versions.ts';

const having = (zod: string, kind = 'dependencies') => JSON.stringify({ [kind]: { zod } });

describe('a package that is needed as ^4.6.7', () => {
  it.each([
    ['is not there', '{}'],
    ['is there', having('^4.6.7')],
    ['is there as a version that meets it', having('4.9.0')],
    ['is there in a range that meets it', having('^4.0.0')],
    ['is there in one of two ranges', having('^3.25.0 || ^4.0.0')],
    ['is there as anything', having('*')],
    ['is there as nothing', having('')],
    ['is there as latest', having('latest')],
    ['is of the workspace', having('workspace:*')],
    ['is of the workspace, by range', having('workspace:^3.0.0')],
    ['is of a catalogue', having('catalog:')],
    ['is a file', having('file:../zod')],
    ['is an address', having('git+https://example.com/zod.git')],
    ['is another package', having('npm:zod3@^3.0.0')],
  ])('is no trouble where it %s', (_, text) => {
    expect(versionConflicts(text, { zod: '^4.6.7' })).toEqual([]);
  });

  it.each([
    ['^3.25.0', 'dependencies'],
    ['~3', 'devDependencies'],
    ['^3 || ^2', 'peerDependencies'],
    ['4.0.0', 'optionalDependencies'],
    ['<4', 'dependencies'],
    ['5.x', 'dependencies'],
    ['4.7.0-beta.1', 'dependencies'],
  ])('is a clash with %s in %s', (has, kind) => {
    expect(versionConflicts(having(has, kind), { zod: '^4.6.7' })).toEqual([
      { name: 'zod', has, wants: '^4.6.7' },
    ]);
  });
});

it('what a project is run with counts more than what others may bring', () => {
  const text = JSON.stringify({
    peerDependencies: { zod: '^3.0.0' },
    dependencies: { zod: '^4.6.7' },
  });
  expect(versionConflicts(text, { zod: '^4.6.7' })).toEqual([]);
});

it('is refused with both ranges and what to do', () => {
  const install = (spec: string) => `npm install ${spec}`;
  expect(() => checkCompatible(having('^3.25.0'), { zod: '^4.6.7' }, install)).toThrow(
    expect.objectContaining({
      message: 'package.json has zod ^3.25.0, but this needs zod ^4.6.7.',
      code: 'incompatible',
      hint: expect.stringContaining('npm install zod@^4.6.7'),
    }),
  );
  expect(() => checkCompatible(having('^4.0.0'), { zod: '^4.6.7' }, install)).not.toThrow();
});
