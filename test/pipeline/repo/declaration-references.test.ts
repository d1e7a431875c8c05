import { expect, it } from 'vitest';
import { referencesIn } from '../../../src/pipeline/repo/declaration-references.ts';

it.each<[string, string, Partial<ReturnType<typeof referencesIn>>]>([
  ['types', '/// <reference types="node" />', { types: ['node'] }],
  ['a path', "  ///<reference path='./env.d.ts'/>", { paths: ['./env.d.ts'] }],
  [
    'imports',
    "import 'a';\nimport { b } from\n  'b';\nexport * from \"c\";",
    { imports: ['a', 'b', 'c'] },
  ],
  ['calls', "const a = require('a'); await import( 'b' );", { imports: ['a', 'b'] }],
  ['an import type', "let a: import('a').A;", { imports: ['a'] }],
  ['nothing in comments', "/* import 'a'; */ // import 'b';\n", {}],
  ['nothing in a comment without end', "/* import 'a';", {}],
  [
    'an import after a string with a comment',
    "const a = '/*';\nimport 'b'; /* */",
    { imports: ['b'] },
  ],
  [
    'an import after an address',
    "const a = 'https://example.com';\nimport 'b';",
    { imports: ['b'] },
  ],
])('finds %s', (_, text, found) => {
  expect(referencesIn(text)).toEqual({ types: [], paths: [], imports: [], ...found });
});

it.each([
  ['blank lines', '\n'.repeat(300_000)],
  ['spaces after from', `from${' '.repeat(300_000)}`],
  ['comments without end', '/* '.repeat(100_000)],
  ['comments in strings', '"/api/*"\n'.repeat(100_000)],
  ['quotes without end', '`\'"\n'.repeat(100_000)],
])('reads a file of many %s', (_, text) => {
  expect(referencesIn(text).types).toEqual([]);
});
