import { expect, it } from 'vitest';
import { convertImports, specifiersIn } from '../../../src/pipeline/text/module-specifiers.ts';

it.each([
  ['a static import', "import { a } from './a.ts';", "import { a } from './a.js';"],
  ['double quotes', 'import { a } from "./a.ts";', 'import { a } from "./a.js";'],
  ['no spaces', "import{a}from'./a.ts'", "import{a}from'./a.js'"],
  ['a type import', "import type { A } from '../a.ts';", "import type { A } from '../a.js';"],
  ['an inline type', "import { type A, b } from './a.ts';", "import { type A, b } from './a.js';"],
  ['a side effect', "import './a.ts';", "import './a.js';"],
  ['an export', "export { a } from './a.ts';", "export { a } from './a.js';"],
  ['a star', "export * from './a.ts';", "export * from './a.js';"],
  ['a named star', "export * as a from './a.ts';", "export * as a from './a.js';"],
  ['a dynamic import', "await import('./a.ts');", "await import('./a.js');"],
  ['a dynamic import on lines of its own', "import(\n  './a.ts'\n)", "import(\n  './a.js'\n)"],
  ['an import type', "let x: import('./a.ts').A;", "let x: import('./a.js').A;"],
  [
    'many lines',
    "import {\n  a,\n  b,\n} from './a.ts';",
    "import {\n  a,\n  b,\n} from './a.js';",
  ],
  [
    'Windows lines',
    "import {\r\n  a,\r\n} from './a.ts';\r\n",
    "import {\r\n  a,\r\n} from './a.js';\r\n",
  ],
  ['a deep path', "import './model/choose.ts';", "import './model/choose.js';"],
  ['a test', "import './x.test.ts';", "import './x.test.js';"],
  [
    'what follows a regular expression with quotes',
    "const quotes = /['\"`]/;\nimport './a.ts';",
    "const quotes = /['\"`]/;\nimport './a.js';",
  ],
  [
    'what follows a division',
    "const a = b / c; import './a.ts'; d / e;",
    "const a = b / c; import './a.js'; d / e;",
  ],
  [
    'what follows an apostrophe in a comment',
    "// don't\nimport './a.ts';",
    "// don't\nimport './a.js';",
  ],
])('rewrites %s', (_, before, after) => {
  expect(convertImports(before, '.js')).toBe(after);
  expect(convertImports(before, '')).toBe(after.replace('.js', ''));
  expect(convertImports(before, '.ts')).toBe(before);
  expect(convertImports(before)).toBe(before);
});

it.each([
  ['JSON', "import d from './d.json' with { type: 'json' };"],
  ['other endings', "import './a.mts'; import './b.tsx'; import './c.ts.js';"],
  ['packages', "import 'a.ts'; import 'pkg/a.ts'; import '@scope/a.ts';"],
  ['a line comment', "// see import('./a.ts')"],
  ['a block comment', "/* import './a.ts'\n import './b.ts' */"],
  ['a string', `const s = "import x from './a.ts'";`],
  ['a string with escapes', String.raw`const s = 'it\'s from "./a.ts"';`],
  ['a template', "const s = `import x from './a.ts'`;"],
  ['a template over lines', "const s = `\nexport * from './a.ts'\n`;"],
  ['a regular expression', "const r = /from './a.ts'/;"],
  ['a method of that name', "Array.from('./a.ts'); loader.import('./a.ts'); from('./a.ts');"],
  ['names that end so', "reimport('./a.ts'); $import('./a.ts');"],
  ['calls that take paths', "fork('./worker.ts'); new URL('./worker.ts', import.meta.url);"],
  ['a computed import', 'await import(`./${name}.ts`);'],
])('leaves %s alone', (_, text) => {
  expect(convertImports(text, '.js')).toBe(text);
});

it.each([
  ["import * as z from 'zod';", "import * as z from 'zod/v4';"],
  ['import type * as z from "zod";', 'import type * as z from "zod/v4";'],
  ["import { a } from 'zod-to-x';", "import { a } from 'zod-to-x';"],
  ["const name = 'zod';", "const name = 'zod';"],
  ["import { a } from './zod.ts';", "import { a } from './zod.ts';"],
])('in a repo with zod 3, %s becomes %s', (before, after) => {
  expect(convertImports(before, '.ts', 'zod/v4')).toBe(after);
  expect(convertImports(before, '.ts', 'zod')).toBe(before);
});

it('lists the imports, each with its line', () => {
  const text = `import {\n  a,\n} from './a.ts';\n// import './b.ts';\nawait import("./c.ts");\n`;
  expect(specifiersIn(text)).toEqual([
    { name: './a.ts', line: 3 },
    { name: './c.ts', line: 5 },
  ]);
});

it.each([
  ["import('./a/' + name)", []],
  ["import(\n  './a.ts',\n)", ['./a.ts']],
  ["import('./a.json', { with: { type: 'json' } })", ['./a.json']],
])('of %j lists %j: the start of a computed one is none', (text, names) => {
  expect(specifiersIn(text).map(({ name }) => name)).toEqual(names);
});
