import { expect, test } from 'vitest';
import { isName, namesIn, reasonToHandOver, type Policy } from './policy.ts';
import { initial, type Spent } from './thread.ts';

const budgets = { steps: 20, errorsInARow: 3, repeats: 3, tokens: 1_000, usd: 2 };
const policy: Policy = {
  needsApproval: () => 'run',
  approvers: [],
  budgets,
  expiry: { afterMs: 1_000, outcome: 'denied' },
};
const none: Spent = { steps: 0, errors: 0, tokens: 0, usd: 0, repeats: 0 };

test.each<[string, Partial<Spent>, string | undefined]>([
  ['nothing spent', {}, undefined],
  [
    'just below every budget',
    { steps: 19, errors: 2, repeats: 2, tokens: 999, usd: 1.99 },
    undefined,
  ],
  ['steps', { steps: 20 }, '20 steps used'],
  ['errors', { errors: 3 }, '3 errors in a row'],
  ['repeats', { repeats: 3 }, 'the same step 3 times in a row'],
  ['tokens', { tokens: 1_000 }, '1000 tokens used'],
  ['money', { usd: 2.004 }, '$2.00 spent'],
])('%s', (_, spent, reason) => {
  expect(reasonToHandOver({ ...initial, spent: { ...none, ...spent } }, policy)).toBe(reason);
});

test.each(['steps', 'errorsInARow', 'repeats', 'tokens', 'usd'] as const)(
  'a budget of %s that is no number is used up',
  (name) => {
    expect(
      reasonToHandOver(initial, { ...policy, budgets: { ...budgets, [name]: NaN } }),
    ).toBeTypeOf('string');
  },
);

test('your own notion of progress counts, too', () => {
  expect(reasonToHandOver(initial, { ...policy, progress: () => false })).toBe('no progress');
  expect(reasonToHandOver(initial, { ...policy, progress: () => true })).toBeUndefined();
});

test('a budget of less than a cent says what was spent', () => {
  const state = { ...initial, spent: { ...none, usd: 0.00123 } };
  const small = { ...policy, budgets: { ...budgets, usd: 0.001 } };
  expect(reasonToHandOver(state, small)).toBe('$0.0012 spent');
});

test('without a budget in dollars, none is used up', () => {
  const { usd, ...free } = budgets;
  const state = { ...initial, spent: { ...none, usd: 10 * usd } };
  expect(reasonToHandOver(state, { ...policy, budgets: free })).toBeUndefined();
});

test.each([
  [undefined, []],
  ['', []],
  [' , ,', []],
  ['ada,', ['ada']],
  [' ada , bob ', ['ada', 'bob']],
])('the names in %j are %j', (list, names) => {
  expect(namesIn(list)).toEqual(names);
});

test.each([undefined, null, 42, {}, [], '', ' \t', 'x'.repeat(256)])('%j is no name', (name) => {
  expect(isName(name)).toBe(false);
});
