import { expect, it } from 'vitest';
import { atLeast, atMost, excess, median, passes, quantile, ratio } from '../../bench/figures.ts';

it.each([
  [[3], 3],
  [[9, 1, 5], 5],
  [[10, 9, 2, 1], 5.5],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});

it('there is no median of nothing', () => {
  expect(() => median([])).toThrow(RangeError);
});

it.each([
  [0.5, 3],
  [0.99, 5],
  [0, 1],
])('the quantile %d of five values is %d', (share, expected) => {
  expect(quantile([5, 1, 3, 2, 4], share)).toBe(expected);
});

it('there is no quantile of nothing', () => {
  expect(quantile([], 0.5)).toBeNaN();
});

it('compares round by round, so that a slow round of both changes nothing', () => {
  expect(ratio([20, 200, 22], [10, 100, 11])).toBe(2);
  expect(excess([20, 110, 22], [10, 100, 12])).toBe(10);
});

it('refuses to compare unlike numbers of rounds', () => {
  expect(() => ratio([1, 2], [1])).toThrow(RangeError);
});

it.each([
  [3, atMost(3), true],
  [3.01, atMost(3), false],
  [5, atLeast(5), true],
  [4.99, atLeast(5), false],
  [Number.NaN, atMost(3), false],
  [Number.NaN, atLeast(3), false],
])('%d against %j: %s', (value, bar, expected) => {
  expect(passes({ value, of: 'x', bar })).toBe(expected);
});

it('what has no bar passes', () => {
  expect(passes({ value: 1e9, of: 'x' })).toBe(true);
});
