import { describe, expect, it } from 'vitest';
import { compilerNotes, includesNodeTypes } from '../../../src/pipeline/repo/compiler-notes.ts';
import { effectiveOptions, majorOf } from '../../../src/pipeline/repo/compiler-options.ts';

type Options = Readonly<Record<string, unknown>>;

describe('specifiers and module format', () => {
  it.each<[Options, number, string | undefined, string, string]>([
    [{ module: 'nodenext' }, 5, 'module', '.js', 'esm'],
    [{ module: 'NodeNext' }, 6, undefined, '.js', 'commonjs'],
    [{ module: 'nodenext' }, 6, 'commonjs', '.js', 'commonjs'],
    [{ module: 'node16' }, 5, 'module', '.js', 'esm'],
    [{ module: 'node18' }, 5, 'module', '.js', 'esm'],
    [{ module: 'node20' }, 6, 'module', '.js', 'esm'],
    [{ module: 'nodenext', allowImportingTsExtensions: true }, 6, 'module', '.ts', 'esm'],
    [{ module: 'nodenext', rewriteRelativeImportExtensions: true }, 6, 'module', '.ts', 'esm'],
    [{ module: 'nodenext', allowImportingTsExtensions: false }, 6, 'module', '.js', 'esm'],
    [{ module: 'esnext', moduleResolution: 'bundler' }, 5, undefined, '', 'esm'],
    [
      { module: 'esnext', moduleResolution: 'Bundler', allowImportingTsExtensions: true },
      5,
      'module',
      '.ts',
      'esm',
    ],
    [{ module: 'preserve' }, 5, undefined, '', 'esm'],
    [{ module: 'es2022', moduleResolution: 'node' }, 5, 'module', '', 'esm'],
    [{ module: 'commonjs' }, 5, undefined, '', 'commonjs'],
    [{ module: 'commonjs', target: 'es2022' }, 6, 'module', '', 'commonjs'],
    [{}, 5, undefined, '', 'commonjs'],
    [{ target: 'es2022' }, 5, undefined, '', 'esm'],
    [{}, 6, undefined, '', 'esm'],
    [{}, 7, 'commonjs', '', 'esm'],
  ])(
    'of %j in TypeScript %i with type %s are "%s" and %s',
    (options, major, type, specifiers, moduleFormat) => {
      expect(effectiveOptions({ options, major, type })).toMatchObject({
        specifiers,
        moduleFormat,
      });
    },
  );
});

const good = { module: 'nodenext', target: 'es2023', types: ['node'], strict: true };

describe('the notes', () => {
  it.each<[Options, number, readonly RegExp[]]>([
    [good, 5, []],
    [good, 6, []],
    [
      { ...good, noUnusedLocals: true, isolatedModules: true, exactOptionalPropertyTypes: true },
      6,
      [],
    ],
    [{ ...good, lib: ['ES2023'] }, 6, []],
    [{ ...good, lib: ['dom', 'dom.iterable', 'esnext'] }, 6, []],
    [{ ...good, lib: ['es2022', 'es2023.array'] }, 6, []],
    [{ ...good, lib: ['es2021'] }, 6, []],
    [{ ...good, lib: ['es2020'] }, 6, [/^tsconfig.json: add "es2021" or later to "lib"/]],
    [{ ...good, lib: ['es2020', 'esnext.disposable'] }, 6, [/"lib"/]],
    [{ ...good, lib: ['es2019', 'es2023.array'] }, 6, [/"lib"/]],
    [{ ...good, target: 'es2021' }, 6, []],
    // What the target brings by default, the DOM among it, stays.
    [
      { ...good, target: 'es2020' },
      6,
      [/set "lib" to \["es2021", "dom", "dom\.iterable", .*"scripthost"\]/],
    ],
    [{ ...good, target: 'es2017', lib: ['dom', 'esnext'] }, 5, []],
    [{ ...good, target: 'es6', lib: ['es2023'] }, 6, []],
    [{ ...good, target: 'es5', lib: ['es2023'] }, 5, [/set "target" to "es2015"/]],
    [{ ...good, target: 'es5', lib: ['es2019'] }, 5, [/"target" to "es2015"/, /"es2021".*"lib"/]],
    [{ ...good, target: 'es5' }, 5, [/set "target" to "es2021" or later/]],
    [{ module: 'commonjs', types: ['node'] }, 5, [/set "target" to "es2021" or later/]],
    [{ module: 'node16', types: ['node'] }, 5, []],
    [{ module: 'nodenext', types: ['node'] }, 5, []],
    [{ module: 'nodenext' }, 5, []],
    [{ module: 'nodenext' }, 6, [/set "types" to \["node"\]/]],
    [{ ...good, types: [] }, 5, [/add "node" to "types"/]],
    [{ ...good, types: ['vite/client'] }, 5, [/add "node" to "types"/]],
    [{ ...good, types: ['node', 'vite/client'] }, 5, []],
    [{ ...good, types: ['bun'] }, 6, []],
    [{ ...good, types: ['*'] }, 6, []],
    [{ ...good, types: ['../node_modules/@types/node'] }, 6, []],
    [{ module: 'nodenext', typeRoots: ['./typings'] }, 5, [/node_modules\/@types" to "typeRoots"/]],
    [{ module: 'nodenext', typeRoots: ['./typings', './node_modules/@types'] }, 5, []],
    [{ ...good, module: 'es2022' }, 5, [/"moduleResolution" to "bundler"/]],
    [{ ...good, module: 'es2022' }, 6, []],
    [{ ...good, module: 'commonjs' }, 5, []],
    [{ ...good, module: 'commonjs', allowSyntheticDefaultImports: true }, 5, []],
    [{ ...good, module: 'commonjs', esModuleInterop: true }, 5, []],
    [{ ...good, module: 'es2022', moduleResolution: 'node' }, 5, []],
    [{ ...good, module: 'es2022', moduleResolution: 'bundler' }, 5, []],
    [{ ...good, strictNullChecks: false }, 6, [/"strictNullChecks"/]],
    [{ ...good, strict: false }, 6, []],
    [{ ...good, isolatedDeclarations: true }, 6, [/"isolatedDeclarations"/]],
  ])('on %j in TypeScript %i', (options, major, notes) => {
    const compiler = { options, major, type: 'module' };
    expect(compilerNotes(compiler, 'tsconfig.json', includesNodeTypes(compiler))).toEqual(
      notes.map((note) => expect.stringMatching(note)),
    );
  });
});

it.each([
  ['5.9.3', '^6.0.0', 5],
  [undefined, '^5.4.0', 5],
  [undefined, '~6.0.3', 6],
  [undefined, 'latest', 7],
  [undefined, '*', 7],
  [undefined, 'workspace:*', 7],
  [undefined, undefined, 7],
])('of TypeScript %s, asked for as %s, the major version is %i', (installed, range, major) => {
  expect(majorOf(installed, range)).toBe(major);
});
