import { expect, it } from 'vitest';
import { zodImportFor } from '../../../src/pipeline/repo/zod-import.ts';

it.each<[readonly (string | undefined)[], string | undefined, string]>([
  [[], '3.25.76', 'zod'],
  [['^4.0.0'], undefined, 'zod'],
  // The installed version is about to be replaced.
  [['^4.0.0'], '3.25.76', 'zod'],
  [['^3.25.0'], undefined, 'zod/v4'],
  [['^3.23.8'], '3.25.76', 'zod/v4'],
  // Both versions have it.
  [['^3.25.0 || ^4.0.0'], '4.1.0', 'zod/v4'],
  [['^4.0.0', '^3.25.0 || ^4.0.0'], '4.1.0', 'zod/v4'],
  [['*'], '3.25.76', 'zod/v4'],
  [['*'], '4.1.0', 'zod'],
  [['*'], undefined, 'zod'],
  [[undefined], '3.25.76', 'zod/v4'],
  [[undefined], 'unknown', 'zod'],
])('of %j, with %s installed, zod is imported as %s', (ranges, installed, expected) => {
  expect(zodImportFor(ranges, installed)).toBe(expected);
});
