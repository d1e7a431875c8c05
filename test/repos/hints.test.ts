import { expect, it } from 'vitest';
import { applyHint, readHints } from './hints.ts';

const tsconfig =
  '{\n  // ours\n  "compilerOptions": { "types": ["vite/client"] },\n  "include": ["src"]\n}\n';

it.each<[string, string, string]>([
  [
    'a value to add to a list',
    'tsconfig.json: add "node" to "types": the copied code uses Node.',
    '"types": ["vite/client", "node"]',
  ],
  [
    'a list that is set',
    'tsconfig.json: set "lib" to ["es2022"] or later: the copied code needs it.',
    '"lib": ["es2022"]',
  ],
  ['a word that is set', 'tsconfig.json: set "target" to "es2021" or later.', '"target": "es2021"'],
  ['a switch', 'tsconfig.json: set "strictNullChecks" to true.', '"strictNullChecks": true'],
  [
    'a folder to include',
    'tsconfig.json: add "agent" to "include".',
    '"include": ["src", "agent"]',
  ],
])('%s is read and applied as printed', (_, printed, part) => {
  const { hints, unread } = readHints(`Done.\n${printed}\n`);
  expect(unread).toEqual([]);
  const changed = hints.reduce(applyHint, tsconfig);
  expect(changed.replaceAll(/\s+/g, ' ').replaceAll('[ ', '[').replaceAll(' ]', ']')).toContain(
    part,
  );
  expect(changed).toContain('// ours');
});

it('a hint in other words is left for a person, and other lines are no hints', () => {
  const printed = 'Done.\ntsconfig.app.json: think about "types".\nnpm run serve\n';
  expect(readHints(printed)).toEqual({
    hints: [],
    unread: ['tsconfig.app.json: think about "types".'],
  });
});
