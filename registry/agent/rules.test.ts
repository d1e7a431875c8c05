import { expect, test } from 'vitest';
import { reasonToHandOver, type Policy } from './rules.ts';
import type { Spent } from './thread.ts';

const budgets = { steps: 20, errorsInARow: 3, repeats: 3, tokens: 1_000 };
const policy: Policy = {
  needsApproval: () => 'run',
  approvers: [],
  budgets,
  expiry: { afterMs: 1_000, outcome: 'denied' },
};
const none: Spent = { steps: 0, errors: 0, tokens: 0, repeats: 0 };

test.each<[string, Partial<Spent>, string | undefined]>([
  ['nothing spent', {}, undefined],
  ['just below every budget', { steps: 19, errors: 2, repeats: 2, tokens: 999 }, undefined],
  ['steps', { steps: 20 }, '20 steps without an end in sight'],
  ['errors', { errors: 3 }, '3 errors in a row'],
  ['repeats', { repeats: 3 }, 'the same step 3 times in a row'],
  ['tokens', { tokens: 1_000 }, '1000 tokens used'],
])('%s', (_, spent, reason) => {
  expect(reasonToHandOver({ status: 'thinking', spent: { ...none, ...spent } }, policy)).toBe(reason);
});

test('your own notion of progress counts, too', () => {
  const state = { status: 'thinking' as const, spent: none };
  expect(reasonToHandOver(state, { ...policy, progress: () => false })).toBe('no progress');
  expect(reasonToHandOver(state, { ...policy, progress: () => true })).toBeUndefined();
});
