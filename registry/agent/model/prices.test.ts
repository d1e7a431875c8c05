import { expect, test } from 'vitest';
import { costOf, prices } from './prices.ts';

const M = 1_000_000;

test.each([
  [
    'a listed model',
    'claude-sonnet-5-5',
    { input_tokens: 1_000, output_tokens: 100 },
    1_000 * 2 + 100 * 10,
  ],
  [
    'a date at the end',
    'claude-sonnet-5-5-20261103',
    { input_tokens: 1_000, output_tokens: 100 },
    1_000 * 2 + 100 * 10,
  ],
  [
    'a date with dashes',
    'gpt-6.1-terra-2026-11-03',
    { input_tokens: 1_000, output_tokens: 100 },
    1_000 * 1 + 100 * 5,
  ],
  ['nothing at all', 'gpt-6.1-terra', { input_tokens: 0, output_tokens: 0 }, 0],
  [
    'cached input',
    'claude-sonnet-5-5',
    { input_tokens: 1_000, cached_tokens: 900, output_tokens: 0 },
    100 * 2 + 900 * 0.1,
  ],
  [
    'input written to the cache',
    'claude-sonnet-5-5',
    { input_tokens: 1_000, cached_tokens: 300, written_tokens: 600, output_tokens: 10 },
    100 * 2 + 300 * 0.1 + 600 * 2.5 + 10 * 10,
  ],
  [
    'the largest short request',
    'gpt-6.1-terra',
    { input_tokens: 272_000, output_tokens: 10 },
    272_000 * 1 + 10 * 5,
  ],
  [
    'a long request',
    'gpt-6.1-terra',
    { input_tokens: 272_001, output_tokens: 10 },
    272_001 * 2 + 10 * 7.5,
  ],
  [
    'a long request from the cache',
    'claude-haiku-5-5',
    { input_tokens: 100_001, cached_tokens: 100_000, output_tokens: 0 },
    1 * 0.5 + 100_000 * 0.05,
  ],
])('the price of %s', (_, model, counts, expected) => {
  expect(costOf(model, counts)).toBeCloseTo(expected / M, 12);
});

test.each([
  'qwen3',
  '',
  'constructor',
  '__proto__',
  'claude-sonnet-5-5-fast',
  'claude-sonnet',
  'gpt-6.1-terra-2026',
])('the model %j has no price', (model) =>
  expect(costOf(model, { input_tokens: 1, output_tokens: 1 })).toBeUndefined(),
);

test('more cached tokens than input do not make the cost negative', () => {
  expect(
    costOf('gpt-6.1-terra', { input_tokens: 10, cached_tokens: 1_000, output_tokens: 0 }),
  ).toBeCloseTo((1_000 * 0.05) / M, 12);
});

test.each(Object.entries(prices))(
  '%s: reading the cache costs least, output costs most, and long requests cost more',
  (_, [input, cached, written, output, long]) => {
    expect([cached, input, written, output].sort((a, b) => a - b)).toEqual([
      cached,
      input,
      written,
      output,
    ]);
    expect(cached).toBeGreaterThan(0);
    expect(Math.min(long?.input ?? 2, long?.output ?? 2)).toBeGreaterThan(1);
  },
);
