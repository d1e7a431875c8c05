import { expect, it } from 'vitest';
import { mayDifferInLook } from '../../../src/pipeline/decide/may-differ.ts';

const base = 'import a;\nimport b;\n\nfirst(1);\nsecond(2);\nthird(3);\nfourth(4);\n';

it.each<[string, string, boolean]>([
  ['the same text', base, false],
  ['another look', base.replaceAll(';', ''), true],
  ['another look, edited', base.replaceAll(';', '').replace('3', '5'), true],
  ['another look in one line', base.replace('first(1);', 'first( 1 )'), true],
  ['another look in few lines, edited', `${base.replace('first(1);', 'first(1)')}mine();\n`, true],
  ['blank lines', base.replace('\n\n', '\n'), true],
  ['another order', base.replace('import a;\nimport b;', 'import b;\nimport a;'), true],
  ['new lines', `${base}// mine\n`, false],
  ['lines that are gone', base.replace('third(3);\n', ''), false],
  ['one changed line', base.replace('first(1)', 'first(2)'), false],
])('%s', (_, mine, expected) => {
  expect(mayDifferInLook(base, mine)).toBe(expected);
});
