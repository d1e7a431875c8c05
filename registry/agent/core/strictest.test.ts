import { expect, test } from 'vitest';
import type { Verdict } from './policy.ts';
import { strictest } from './strictest.ts';

const finance: Verdict = { ask: 'it costs', approvers: ['@finance'], count: 2 };

test.each<[string, readonly Verdict[], Verdict]>([
  ['run', ['run', 'run'], 'run'],
  ['deny', ['run', { ask: 'a' }, { deny: 'no' }, { deny: 'never' }], { deny: 'no' }],
  ['ask', ['run', { ask: 'a' }, 'run'], { ask: 'a' }],
  ['ask for each reason once', [{ ask: 'a' }, { ask: 'b' }, { ask: 'a' }], { ask: 'a; b' }],
  ['ask the same people', [finance, { ...finance, ask: 'a' }], { ...finance, ask: 'it costs; a' }],
  [
    'deny what needs different people',
    [finance, { ask: 'it costs' }],
    { deny: 'its calls need different approvals: take one at a time' },
  ],
  ['ask the most of them', [{ ...finance, count: 1 }, finance], finance],
  [
    'ask one, or more',
    [{ ask: 'it costs' }, { ask: 'it costs', count: 2 }],
    { ask: 'it costs', count: 2 },
  ],
])('it is to %s', (_, verdicts, expected) => {
  expect(strictest(verdicts, (verdict) => verdict)).toEqual(expected);
});

test.each([NaN, null, '2', 1.5, 0, -1])('a count of %j stays: then no one may approve', (count) => {
  const odd = { ...finance, count } as Verdict;
  for (const verdicts of [[odd], [odd, finance], [finance, odd]])
    expect(strictest(verdicts, (verdict) => verdict)).toEqual(odd);
});
