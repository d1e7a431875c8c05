import { expect, it } from 'vitest';
import { nearest } from '../../../src/pipeline/text/did-you-mean.ts';

it.each([
  ['starer', 'starter'],
  ['STARTER', 'starter'],
  ['mini', 'minimal'],
  ['anthropics', 'anthropic'],
  ['zebra', undefined],
  ['', undefined],
])('%j most likely meant %j', (word, meant) => {
  expect(nearest(word, ['starter', 'minimal', 'anthropic'])).toBe(meant);
});
