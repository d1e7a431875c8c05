import { describe, expect, it } from 'vitest';
import { collision, pathProblem, targetProblem } from '../../../src/pipeline/text/safe-path.ts';

describe('a path', () => {
  it.each([
    'a',
    'a/b.ts',
    'tools/done_for_now.ts',
    '.env.example',
    'a b/c',
    'ünïcode.ts',
    'console.ts',
    'com.ts',
    'auxiliary',
  ])('%j is plain', (path) => {
    expect(pathProblem(path)).toBeUndefined();
  });

  it.each([
    ['', 'empty'],
    ['/etc/passwd', 'absolute'],
    ['//server/share', 'absolute'],
    ['\\\\server\\share', 'backslash'],
    ['..\\x', 'backslash'],
    ['C:/x', 'drive'],
    ['c:x', 'drive'],
    ['..', 'part ".."'],
    ['../x', 'part ".."'],
    ['a/../../x', 'part ".."'],
    ['./a', 'part "."'],
    ['a/./b', 'part "."'],
    ['a//b', 'empty part'],
    ['a/', 'empty part'],
    ['a\0b', 'control'],
    ['a\nb', 'control'],
    ['a\u202Eb', 'invisible'],
    ['.g\u200Cit/config', 'invisible'],
    ['a\uD800', 'invisible'],
    ['file:stream', 'Windows refuses'],
    ['a/x::$DATA', 'Windows refuses'],
    ['a?b', 'Windows refuses'],
    ['...', 'only dots'],
    ['a/..../b', 'only dots'],
    ['a.', 'ends in a dot'],
    ['a /b', 'ends in a dot or a space'],
    [' a', 'starts with a space'],
    ['.. /x', 'ends in a dot or a space'],
    ['con', 'reserved'],
    ['CON.ts', 'reserved'],
    ['a/nul', 'reserved'],
    ['lpt9.tar.gz', 'reserved'],
    ['COM¹', 'reserved'],
    ['CONIN$', 'reserved'],
    ['x'.repeat(256), 'longer'],
    ['ü'.repeat(128), 'longer'],
    [Array(17).fill('a').join('/'), 'deep'],
  ])('%j is refused: %s', (path, why) => {
    expect(pathProblem(path)).toContain(why);
  });
});

describe('a target', () => {
  it.each(['src/agent/loop.ts', 'src/agent/package.ts', 'src/agent/gitignore'])(
    '%j is allowed',
    (path) => {
      expect(targetProblem(path)).toBeUndefined();
    },
  );

  it.each([
    '.git/hooks/post-commit',
    '.GIT/config',
    'src/agent/.git/config',
    'git~1/config',
    'node_modules/zod/index.js',
    '.github/workflows/x.yml',
    '.husky/pre-commit',
    '.vscode/tasks.json',
    '.12-factor/lock.json',
    '.npmrc',
    'src/agent/.npmrc',
    '.env',
    '.ENV',
    '.env.local',
    'package.json',
    'src/agent/package.json',
    'PACKAGE.JSON',
    'package-lock.json',
    'pnpm-lock.yaml',
    'yarn.lock',
    'bun.lockb',
    '.gitmodules',
    '.gitattributes',
    '12-factor.json',
    '．git/config',
  ])('%j is never written by a registry', (path) => {
    expect(targetProblem(path)).toBeDefined();
  });
});

describe('paths together', () => {
  it.each([
    [['a', 'b', 'c/a', 'c/b'], undefined],
    [
      ['a', 'a'],
      ['a', 'a'],
    ],
    [
      ['Loop.ts', 'loop.ts'],
      ['Loop.ts', 'loop.ts'],
    ],
    [
      ['tools/a', 'Tools/b'],
      ['tools/a', 'Tools/b'],
    ],
    [
      ['é.ts', 'e\u0301.ts'],
      ['é.ts', 'e\u0301.ts'],
    ],
    [
      ['straße', 'STRASSE'],
      ['straße', 'STRASSE'],
    ],
    [
      ['ﬁle', 'file'],
      ['ﬁle', 'file'],
    ],
    [
      ['a', 'a/b'],
      ['a', 'a/b'],
    ],
    [
      ['a/b/c', 'a/b'],
      ['a/b/c', 'a/b'],
    ],
  ])('%j collide in %j', (paths, pair) => {
    expect(collision(paths)).toEqual(pair);
  });
});
