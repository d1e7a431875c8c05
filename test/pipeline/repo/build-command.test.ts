import { expect, it } from 'vitest';
import { findBuilds } from '../../../src/pipeline/repo/build-command.ts';

it.each<[string, string, readonly string[]]>([
  ['build', 'tsc', ['tsconfig.json']],
  ['build', 'rimraf dist && tsc -p tsconfig.build.json', ['tsconfig.build.json']],
  ['build:types', 'npx tsc --project lib --declaration', ['lib']],
  ['build', 'tsc -b && vite build', ['tsconfig.json']],
  ['build', 'tsc -b --force packages/a', ['tsconfig.json']],
  ['prepare', 'vue-tsc --build tsconfig.app.json', ['tsconfig.app.json']],
  ['build', 'nest build', ['nest']],
  ['build', 'tsc --noEmit && vite build', []],
  ['build', 'tsc -p . --noEmit', []],
  ['build', 'tsc-alias', []],
  ['build', 'tsup src/index.ts', []],
  ['typecheck', 'tsc', []],
])('%s: %s', (script, command, tsconfigs) => {
  const found = findBuilds({ scripts: { [script]: command } });
  expect(found).toEqual(tsconfigs.map((tsconfig) => ({ script, tsconfig })));
});

it('there may be no scripts', () => {
  expect([{}, { scripts: 'no' }, { scripts: { build: 1 } }].flatMap(findBuilds)).toEqual([]);
});
