import { expect, it } from 'vitest';
import { plainRange } from '../../../src/pipeline/repo/version-catalogs.ts';

const catalogs = {
  default: { zod: '^4.1.0' },
  old: { zod: 'npm:zod@^3.25.76' },
  loop: { zod: 'catalog:loop' },
};

it.each<[string, string | undefined]>([
  ['^4.0.0', '^4.0.0'],
  ['catalog:', '^4.1.0'],
  ['catalog:default', '^4.1.0'],
  ['catalog:old', '^3.25.76'],
  ['catalog:none', undefined],
  ['catalog:loop', undefined],
  ['npm:zod@^3.23.8', '^3.23.8'],
  ['npm:@scope/zod@^3.23.8', undefined],
  ['workspace:^4.0.0', '^4.0.0'],
  ['patch:zod@npm%3A4.0.0#./zod.patch', '4.0.0'],
  ['patch:zod@npm%3A%5E4.0.0#./zod.patch', '^4.0.0'],
  ['patch:zod@npm%3A4.0.0%ZZ#x', undefined],
  ['patch:zod@npm%3A%E0%A4%A#x', undefined],
  ['latest', undefined],
  ['https://example.com/zod.tgz', undefined],
])('%s stands for %s', (range, plain) => {
  expect(plainRange('zod', range, catalogs)).toBe(plain);
});
