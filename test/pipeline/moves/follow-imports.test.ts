import { describe, expect, it } from 'vitest';
import {
  followImports,
  mentionedPaths,
  unfollowedImports,
} from '../../../src/pipeline/moves/follow-imports.ts';

const moved = new Map([
  ['src/agent/loop.ts', 'src/agent/core/loop.ts'],
  ['src/agent/human.ts', 'src/agent/core/people.ts'],
  ['src/agent/amend.ts', 'src/agent/core/people.ts'],
  ['src/agent/store/index.ts', 'src/agent/state/index.ts'],
  ['src/agent/model/index.ts', 'src/agent/models.ts'],
]);
const aliases = (name: string) => {
  if (name.startsWith('@/')) return [`src/${name.slice(2)}`, `lib/${name.slice(2)}`];
  if (name.startsWith('#loop')) return ['src/agent/loop'];
  return name.startsWith('lib:') ? [`lib/${name.slice(4)}`, `src/agent/${name.slice(4)}`] : [];
};
const at = (path: string) => ({ from: path, to: path });
const index = at('src/index.ts');

describe('an import of a moved file', () => {
  it.each<[string, string, string]>([
    [
      'with .ts',
      "import { a } from './agent/loop.ts';",
      "import { a } from './agent/core/loop.ts';",
    ],
    [
      'with .js',
      "import { a } from './agent/loop.js';",
      "import { a } from './agent/core/loop.js';",
    ],
    ['with no ending', 'import a from "./agent/loop"', 'import a from "./agent/core/loop"'],
    ['for effects', "import './agent/loop.ts'", "import './agent/core/loop.ts'"],
    [
      'of types',
      "import type { A } from './agent/loop.ts'",
      "import type { A } from './agent/core/loop.ts'",
    ],
    ['that exports', "export * from './agent/loop.ts'", "export * from './agent/core/loop.ts'"],
    ['when it runs', "await import('./agent/loop.ts')", "await import('./agent/core/loop.ts')"],
    [
      'as a type',
      "let a: typeof import('./agent/loop.ts')",
      "let a: typeof import('./agent/core/loop.ts')",
    ],
    ['as require', "require('./agent/loop.js')", "require('./agent/core/loop.js')"],
    [
      'in a mock',
      "vi.mock('./agent/loop.ts', () => ({}))",
      "vi.mock('./agent/core/loop.ts', () => ({}))",
    ],
    [
      'in a typed mock',
      "vi.importActual<typeof import('./agent/loop.ts')>('./agent/loop.ts')",
      "vi.importActual<typeof import('./agent/core/loop.ts')>('./agent/core/loop.ts')",
    ],
    [
      'as a URL',
      "new URL('./agent/loop.ts', import.meta.url)",
      "new URL('./agent/core/loop.ts', import.meta.url)",
    ],
    ['that is folded', "import './agent/amend.ts'", "import './agent/core/people.ts'"],
    ['by its folder', "import './agent/store'", "import './agent/state'"],
    [
      'by its folder, where it is one no longer',
      "import './agent/model'",
      "import './agent/models'",
    ],
    ['with a detour', "import './x/../agent/loop.ts'", "import './agent/core/loop.ts'"],
    ['through an alias', "import '@/agent/loop'", "import '@/agent/core/loop'"],
    [
      'through an alias with an ending',
      "import '@/agent/loop.js'",
      "import '@/agent/core/loop.js'",
    ],
    [
      'in Windows lines and with a mark, which stay',
      "\uFEFFimport {\r\n  a\r\n} from './agent/loop.ts'\r\n",
      "\uFEFFimport {\r\n  a\r\n} from './agent/core/loop.ts'\r\n",
    ],
  ])('follows %s', (_, before, after) => {
    expect(followImports(before, index, moved, aliases)).toBe(after);
  });

  it.each([
    ['another file', "import './agent/errors.ts';"],
    ['a file of that name in another place', "import './loop.ts'; import '../agent/loop.ts';"],
    ['a file with another ending', "import './agent/loop.json'; import './agent/loop.mts';"],
    ['a package', "import 'agent/loop.ts'; import 'loop';"],
    ['a new path', "import './agent/core/loop.ts';"],
    ['a comment', "// import './agent/loop.ts'\n/* from './agent/loop.ts' */"],
    ['a string', `const a = "import './agent/loop.ts'"; fork('./agent/loop.ts');`],
    ['a template', "const a = `import './agent/loop.ts'`;"],
    ['a URL of another base', "new URL('./agent/loop.ts', base)"],
    ['an alias that has no new path', "import '#loop';"],
    ['an alias that may mean another file', "import 'lib:loop';"],
    ['a detour to another file', "import './agent/../x.ts';"],
  ])('leaves %s alone', (_, text) => {
    expect(followImports(text, index, moved, aliases)).toBe(text);
  });
});

describe('an import in a moved file', () => {
  it.each<[string, string, string]>([
    ['of a file that stays', "import '../errors.ts'", "import '../../errors.ts'"],
    ['of a file beside it', "import './script.ts'", "import '../../kit/script.ts'"],
    ['of one in a folder below', "import './a/b.js'", "import '../../kit/a/b.js'"],
    ['of one in the new folder', "import '../core/run/x.ts'", "import './x.ts'"],
    ['of another moved file', "import '../loop.ts'", "import '../loop.ts'"],
    ['of one outside the agent', "import '../../db.ts'", "import '../../../db.ts'"],
    ['of one above the project', "import '../../../../up.ts'", "import '../../../../../up.ts'"],
    ['of its folder', "import '.'; import './'", "import '../../kit'; import '../../kit/'"],
    ['of another kind', "import d from './d.json'", "import d from '../../kit/d.json'"],
    ['of a package', "import 'zod'", "import 'zod'"],
  ])('%s', (_, before, after) => {
    const place = { from: 'src/agent/kit/post.ts', to: 'src/agent/core/run/post.ts' };
    expect(followImports(before, place, moved)).toBe(after);
  });
});

describe('what is not followed for sure', () => {
  it.each<[string, string, readonly string[]]>([
    ['is an alias without a new path', "import '#loop';", ['src/agent/loop.ts']],
    ['is an alias with a likelier file', "import 'lib:loop';", ['src/agent/loop.ts']],
    ['is a template', 'await import(`./agent/loop.ts`)', ['src/agent/loop.ts']],
    [
      'is a component of another language',
      `<script>import a from './agent/loop'</script>`,
      ['src/agent/loop.ts'],
    ],
    ['is named once', "import '#loop'; import 'lib:loop';", ['src/agent/loop.ts']],
    ['is not another file', "import './agent/errors.ts'; import '@/x';", []],
  ])('%s', (_, text, paths) => {
    expect(unfollowedImports(text, 'src/index.ts', moved, aliases)).toEqual(paths);
  });

  it.each<[string, string, readonly string[]]>([
    ['is a path in a script', '"x": "tsx src/agent/loop.ts --fast"', ['src/agent/loop.ts']],
    ['is a path from the root', "'./src/agent/loop.ts'", ['src/agent/loop.ts']],
    ['is not a longer path', 'x/src/agent/loop.ts src/agent/loop.tsx', []],
    ['is not a new path', 'src/agent/core/loop.ts', []],
  ])('%s', (_, text, paths) => {
    expect(mentionedPaths(text, moved)).toEqual(paths);
  });
});
