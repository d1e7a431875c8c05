import { describe, expect, it } from 'vitest';
import {
  covers,
  globsOfPackageJson,
  globsOfPnpm,
} from '../../../src/pipeline/repo/workspace-globs.ts';

describe('a workspace', () => {
  it.each([
    [['packages/*'], 'packages/a', true],
    [['packages/*'], 'packages/a/b', false],
    [['packages/*'], 'apps/a', false],
    [['./packages/*/'], 'packages/a', true],
    [['packages/**'], 'packages/a/b', true],
    [['**'], 'a', true],
    [['apps/web', 'apps/bot'], 'apps/bot', true],
    [['packages/*', '!packages/a'], 'packages/a', false],
    [['{apps,libs}/*'], 'libs/a', true],
    [['packages/app-?'], 'packages/app-1', true],
    [['pack.ges/*'], 'packages/a', false],
    [[], 'a', false],
  ])('of %j and %s: %s', (globs, folder, covered) => {
    expect(covers(globs, '/repo', `/repo/${folder}`)).toBe(covered);
  });
});

describe('the globs of package.json', () => {
  it.each([
    ['{"workspaces":["a/*"]}', ['a/*']],
    ['{"workspaces":{"packages":["a/*"]}}', ['a/*']],
    ['{}', undefined],
    ['[]', undefined],
    ['not json', undefined],
  ])('%s', (text, globs) => {
    expect(globsOfPackageJson(text)).toEqual(globs);
  });
});

describe('the globs of pnpm-workspace.yaml', () => {
  it.each([
    ['packages:\n  - "a/*"\n  - b\n', ['a/*', 'b']],
    ["packages:\n- 'a/*' # all\n\n# and\n- '!a/x'\ncatalog:\n  - no\n", ['a/*', '!a/x']],
    ['packages: ["a/*", b] # all\n', ['a/*', 'b']],
    ['\ufeff"packages":\n  - a\n', ['a']],
    ['onlyBuiltDependencies:\n  - esbuild\n', []],
    ['', []],
  ])('%j', (text, globs) => {
    expect(globsOfPnpm(text)).toEqual(globs);
  });
});
