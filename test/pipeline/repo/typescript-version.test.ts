import { expect, it } from 'vitest';
import {
  checkTypescript,
  typescriptProblem,
} from '../../../src/pipeline/repo/typescript-version.ts';

it.each([
  ['5.9.3', '^5.0.0', undefined],
  ['5.6.2', '^5.6.0', undefined],
  ['5.6.0-dev.20240801', undefined, undefined],
  ['7.0.0-dev', undefined, undefined],
  ['5.5.4', '^5.0.0', 'TypeScript 5.5.4 is installed'],
  ['4.9.5', undefined, 'TypeScript 4.9.5 is installed'],
  [undefined, '^5.0.0', undefined],
  [undefined, '~5.5.0', 'package.json has TypeScript ~5.5.0'],
  [undefined, '^4.9.5', 'package.json has TypeScript ^4.9.5'],
  [undefined, undefined, undefined],
])('TypeScript %s, asked for as %s: %s', (installed, range, problem) => {
  expect(typescriptProblem(installed, range)).toBe(problem);
});

it('an old TypeScript is refused by name, with the command that helps', () => {
  const check = () => checkTypescript('TypeScript 5.5.4 is installed', (spec) => `add ${spec}`);
  expect(check).toThrow(
    expect.objectContaining({
      message: 'TypeScript 5.5.4 is installed, but the copied code needs 5.6 or later.',
      code: 'incompatible',
      hint: 'Change it first: add typescript@^5.6.0',
    }),
  );
});
