import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/io/merge-texts.ts';
import type { Language } from '../../../src/pipeline/layout/language.ts';
import { relayout, relayoutPair, sameCode } from '../../../src/pipeline/layout/relayout.ts';
import { home } from '../../support/registry/package.ts';

// One file, written by Biome 2.6.8, oxfmt 0.79.0, dprint-plugin-typescript 0.96.1, @stylistic
// 6.0.1 and prettier 3.10.1, most of them with two configurations.
const folder = join(home, 'test/pipeline/layout/looks');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const base = read('base.txt');
const looks = readdirSync(folder)
  .filter((name) => name !== 'base.txt')
  .map((name) => ({ name, text: read(name) }));

const upstreamLiteral = (text: string) => text.replace('8_000', '9_000');
const mineLiteral = (text: string) => text.replace('s plain', 's mine');

describe.each(looks)('a file in the look of $name', ({ text }) => {
  it('has the same code', () => {
    expect(sameCode(base, text, 'typescript')).toBe(true);
  });

  it('is what becomes of the base in that look, and back', () => {
    expect(relayout(base, text, 'typescript')).toBe(text);
    expect(relayout(text, base, 'typescript')).toBe(base);
  });

  it('takes a change of upstream', () => {
    const pair = relayoutPair({ base, theirs: upstreamLiteral(base) }, text, 'typescript');
    expect(pair).toEqual({ base: text, theirs: upstreamLiteral(text) });
  });

  it('is merged if both changed it', async () => {
    const mine = mineLiteral(text);
    expect(mine).not.toBe(text);
    const pair = relayoutPair({ base, theirs: upstreamLiteral(base) }, mine, 'typescript');
    expect(await mergeTexts(pair?.base ?? '', mine, pair?.theirs ?? '')).toEqual({
      kind: 'merged',
      text: upstreamLiteral(mine),
    });
  });

  it('is taken as it is if upstream has its change', () => {
    const mine = upstreamLiteral(text);
    expect(relayoutPair({ base, theirs: upstreamLiteral(base) }, mine, 'typescript')?.theirs).toBe(
      mine,
    );
  });
});

describe('the same code', () => {
  it.each([
    ['quotes', `a('b');`, `a("b");`],
    ['escapes', `a('it\\'s');`, `a("it's");`],
    ['semicolons', 'a();\nb();\n', 'a()\nb()\n'],
    ['trailing commas', 'a(b, [c, d]);', 'a(\n  b,\n  [\n    c,\n    d,\n  ],\n);'],
    ['parentheses of a parameter', 'a((b) => c);', 'a(b => c);'],
    ['parentheses that change nothing', 'const a = b && c;', 'const a = (b && c);'],
    ['braces around one statement', 'if (a) b();', 'if (a) {\n  b();\n}'],
    ['a leading operator', `type A = 'b' | 'c';`, `type A =\n  | 'b'\n  | 'c';`],
    ['separators of members', 'type A = { b: 1; c: 2 };', 'type A = {\n  b: 1,\n  c: 2,\n};'],
    ['quotes of names', `a({ 'b': 1 });`, 'a({ b: 1 });'],
    ['spellings of a number', 'a(0XFF, .5, 1.50);', 'a(0xff, 0.5, 1.5);'],
    [
      'the order of imports',
      `import a from 'a';\nimport b from 'b';\n`,
      `import b from 'b';\nimport a from 'a';\n`,
    ],
    ['the order of names', `import { a, b } from 'a';`, `import { b, a } from 'a';`],
    [
      'the indentation of a comment',
      '{\n/**\n * A.\n */\na();}',
      '{\n  /**\n   * A.\n   */\n  a();\n}',
    ],
  ])('whatever the %s', (_, one, other) => {
    expect(sameCode(one, other, 'typescript')).toBe(true);
    expect(relayout(one, other, 'typescript')).toBe(other);
  });

  it.each([
    ['a statement that becomes a call', 'a;\n(b)', 'a\n(b)'],
    ['parentheses that group', 'a = b * (c + d);', 'a = b * c + d;'],
    ['a hole of an array', 'a([b, ,]);', 'a([b]);'],
    ['an empty body', 'while (a) ; b();', 'while (a) b();'],
    ['an else of another if', 'if (a) { if (b) c(); } else d();', 'if (a) if (b) c(); else d();'],
    ['space in a template', 'a(`b  c`);', 'a(`b c`);'],
    ['a digit', 'a(8_000);', 'a(8_001);'],
    ['a word of a comment', '// A.\na();', '// B.\na();'],
    ['a pattern', 'a(/b c/);', 'a(/b  c/);'],
    ['a comment that moves above a line', 'a() // @ts-ignore\nb()', 'a()\n// @ts-ignore\nb()'],
    ['what is too long', `a('${'b'.repeat(500_000)}')`, `a("${'b'.repeat(500_000)}")`],
    ['an import without names that moves', `import 'a';\nimport 'b';`, `import 'b';\nimport 'a';`],
    [
      'an export for its effect that moves',
      `export {} from 'a';\nexport { b } from 'b';`,
      `export { b } from 'b';\nexport {} from 'a';`,
    ],
    ['what does not parse', 'const = ;', 'const  = ;'],
  ])('is not said of %s', (_, one, other) => {
    expect(sameCode(one, other, 'typescript')).toBe(false);
  });
});

describe('the language of a file', () => {
  const json = '{"a": [1, 2]}';

  it.each<[string, Language, string, string, boolean]>([
    ['JSON is laid out', 'json', json, '{\n  "a": [\n    1,\n    2\n  ]\n}\n', true],
    ['JSON behind a byte order mark', 'json', `\uFEFF${json}`, `\uFEFF{"a":[1,2]}`, true],
    ['JSON has no trailing commas', 'json', json, '{"a": [1, 2,]}', false],
    ['JSON has no bare names', 'json', json, '{a: [1, 2]}', false],
    ['JSON has no other quotes', 'json', json, `{'a': [1, 2]}`, false],
    ['JSON has no comments', 'json', `${json} // A.`, `${json}  // A.`, false],
    ['JSON is no TypeScript', 'typescript', json, '{"a":[1,2]}', false],
    ['types are no JavaScript', 'javascript', 'let a: b;', 'let a:b', false],
    ['JSX is no TypeScript', 'typescript', 'a(<b />);', 'a(<b/>)', false],
    ['JSX in .tsx', 'tsx', 'a(<b />);', 'a(<b/>)', true],
    ['JSX in .jsx', 'javascript', 'a(<b />);', 'a(<b/>)', true],
    ['space in the text of JSX', 'tsx', 'a(<b> c</b>);', 'a(<b>c</b>);', false],
    [
      'a type parameter of TypeScript',
      'typescript',
      'a(<T,>(b: T) => b);',
      'a(<T>(b: T) => b);',
      true,
    ],
    ['a comma that .tsx needs', 'tsx', 'a(<T,>(b: T) => b);', 'a(<T>(b: T) => b);', false],
    [
      'a comma that .mts needs',
      'typescript-module',
      'a(<T,>(b: T) => b);',
      'a(<T>(b: T) => b);',
      false,
    ],
  ])('%s', (_, language, one, other, expected) => {
    expect(sameCode(one, other, language)).toBe(expected);
    if (expected) expect(relayout(one, other, language)).toBe(other);
  });

  it.each<Language>(['tsx', 'typescript-module'])('keeps the comma that %s needs', (language) => {
    const [text, like] = ['a(1);\nconst b = <T,>(c: T): T => c;\n', 'a(\n  1\n);\n'];
    const relaid = relayout(text, like, language);
    expect(relaid).toBe('a(\n  1\n);\nconst b = <T,>(c: T): T => c;\n');
  });
});

describe('long texts', () => {
  const calls = (name: string, times: number) =>
    Array.from({ length: times }, (_, at) => `${name}${at}('${name}', ${name}${at});\n`).join('');
  const tight = (text: string) => text.replaceAll(', ', ',');

  it('are not laid out like one with nothing in common', () => {
    expect(relayout(calls('a', 200), tight(calls('b', 200)), 'typescript')).toBeUndefined();
    expect(relayout(calls('a', 10), tight(calls('b', 900)), 'typescript')).toBeUndefined();
  });

  it('are laid out like one with other code behind theirs', () => {
    const [own, other] = [calls('a', 200), calls('b', 150)];
    expect(relayout(own, tight(own + other), 'typescript')).toBe(tight(own));
  });

  it('have the same code whatever the order of their imports and names', () => {
    const lines = Array.from(
      { length: 300 },
      (_, at) => `import { b${at}, a${at} } from './m${at}';\n`,
    );
    const sorted = lines.toReversed().map((line) => line.replace(/(b\d+), (a\d+)/, '$2, $1'));
    expect(sameCode(lines.join(''), sorted.join(''), 'typescript')).toBe(true);
    expect(relayout(lines.join(''), sorted.join(''), 'typescript')).toBe(sorted.join(''));
  });
});

describe('deep code', () => {
  const times = 8_000;
  const chain = `a${'.b()'.repeat(times)};\n`;
  const branches = `if (a) b();\n${'else if (c) d();\n'.repeat(times)}`;
  const sum = `a = ${'b + '.repeat(times)}c;\n`;
  const nested = `a(${'['.repeat(times)}${']'.repeat(times)});\n`;

  it.each([
    ['a chain of calls', chain],
    ['branches', branches],
    ['a sum', sum],
    ['nested lists', nested],
  ])('%s is compared, if only as text', (_, text) => {
    const mine = `${text}\n\ne();\n`;
    expect(sameCode(text, mine, 'typescript')).toBe(false);
    const pair = relayoutPair({ base: text, theirs: text }, mine, 'typescript');
    expect(pair ?? { base: text, theirs: text }).toEqual({ base: text, theirs: text });
  });
});

describe('code without a counterpart', () => {
  it.each([
    ['its quotes', `a('b');\nc('d');\n`, `a("b")\n`, `a("b")\nc("d")\n`],
    [
      'its indentation',
      'if (a) {\n  b();\n  c();\n  d();\n}\n',
      'if (a) {\n\tb();\n\td();\n}\n',
      'if (a) {\n\tb();\n\tc();\n\td();\n}\n',
    ],
    [
      'a line of its own',
      'a([b, c, d]);\n',
      'a([\n  b,\n  d,\n]);\n',
      'a([\n  b,\n  c,\n  d,\n]);\n',
    ],
    ['a semicolon that it needs', 'a();\nb();\n[c].d();\n', 'a()\n;[c].d()\n', undefined],
  ])('gets %s', (_, text, like, expected) => {
    const relaid = relayout(text, like, 'typescript');
    if (expected === undefined) expect(sameCode(relaid ?? text, text, 'typescript')).toBe(true);
    else expect(relaid).toBe(expected);
  });
});
