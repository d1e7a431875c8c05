import { expect, it } from 'vitest';
import { findingsOf, newFindings } from './own-checks.ts';

const tsc = 'src/a.ts(3,10): error TS2550: no hasOwn';

it.each<[string, number, string, readonly string[]]>([
  ['a check that passes', 0, 'warning: an error would be worse', []],
  ['a failed compiler', 2, `compiling\n${tsc}\n`, [tsc]],
  [
    'a linter',
    1,
    '  ! unused\n   ,-[src/a.ts:1:1]\n  x a hook\n   ,-[src/b.ts:2:2]\n',
    ['x a hook', ',-[src/b.ts:2:2]'],
  ],
  ['a failure without the word', 1, 'one\n\n two\n', ['one', 'two']],
  ['a failure without a word', 1, '', ['ended with 1']],
])('%s has its findings', (_, code, output, findings) => {
  expect(findingsOf({ code, output })).toEqual(findings);
});

it.each<[string, readonly string[], readonly string[]]>([
  ['the same error on another line', [tsc.replace('3,10', '7,1')], []],
  ['another error', ['src/b.ts(1,1): error TS1: none'], ['tsc: src/b.ts(1,1): error TS1: none']],
  ['no error', [], []],
])('after an error, %s', (_, after, news) => {
  expect(newFindings(new Map([['tsc', [tsc]]]), new Map([['tsc', after]]))).toEqual(news);
});
