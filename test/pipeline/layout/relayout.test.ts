import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/io/merge-texts.ts';
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
    expect(sameCode(base, text)).toBe(true);
  });

  it('is what becomes of the base in that look, and back', () => {
    expect(relayout(base, text)).toBe(text);
    expect(relayout(text, base)).toBe(base);
  });

  it('takes a change of upstream', () => {
    const pair = relayoutPair({ base, theirs: upstreamLiteral(base) }, text);
    expect(pair).toEqual({ base: text, theirs: upstreamLiteral(text) });
  });

  it('is merged if both changed it', async () => {
    const mine = mineLiteral(text);
    expect(mine).not.toBe(text);
    const pair = relayoutPair({ base, theirs: upstreamLiteral(base) }, mine);
    expect(await mergeTexts(pair?.base ?? '', mine, pair?.theirs ?? '')).toEqual({
      kind: 'merged',
      text: upstreamLiteral(mine),
    });
  });

  it('is taken as it is if upstream has its change', () => {
    const mine = upstreamLiteral(text);
    expect(relayoutPair({ base, theirs: upstreamLiteral(base) }, mine)?.theirs).toBe(mine);
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
    ['JSON', '{"a": [1, 2]}', '{\n  "a": [\n    1,\n    2\n  ]\n}\n'],
  ])('whatever the %s', (_, one, other) => {
    expect(sameCode(one, other)).toBe(true);
    expect(relayout(one, other)).toBe(other);
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
    ['an import without names that moves', `import 'a';\nimport 'b';`, `import 'b';\nimport 'a';`],
    ['what does not parse', 'const = ;', 'const  = ;'],
  ])('is not said of %s', (_, one, other) => {
    expect(sameCode(one, other)).toBe(false);
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
    const relaid = relayout(text, like);
    if (expected === undefined) expect(sameCode(relaid ?? text, text)).toBe(true);
    else expect(relaid).toBe(expected);
  });
});
