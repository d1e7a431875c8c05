import { expect, test } from 'vitest';
import { oneLine, reasonToHandOver } from './errors.ts';
import type { Spent } from './thread.ts';

const budgets = { steps: 20, errorsInARow: 3, repeats: 3, tokens: 1_000 };
const none: Spent = { steps: 0, errors: 0, tokens: 0, repeats: 0 };

test.each<[string, Partial<Spent>, string | undefined]>([
  ['nothing spent', {}, undefined],
  ['just below every budget', { steps: 19, errors: 2, repeats: 2, tokens: 999 }, undefined],
  ['steps', { steps: 20 }, '20 steps without an end in sight'],
  ['errors', { errors: 3 }, '3 errors in a row'],
  ['repeats', { repeats: 3 }, 'the same step 3 times in a row'],
  ['tokens', { tokens: 1_000 }, '1000 tokens used'],
])('%s', (_, spent, reason) => {
  expect(reasonToHandOver({ status: 'thinking', spent: { ...none, ...spent } }, budgets)).toBe(reason);
});

test.each([
  ['its message', new Error('the disk is full'), 'the disk is full'],
  ['several lines', new Error('one\n\n   two\tthree'), 'one two three'],
  ['no message', new TypeError(), 'TypeError'],
  ['no error', 'just text', 'just text'],
  ['nothing', '', 'failed without a message'],
])('an error is one line: %s', (_, error, line) => {
  expect(oneLine(error)).toBe(line);
});

test('a long error keeps its start', () => {
  const line = oneLine(new Error(`the cause, then ${'x'.repeat(9_000)}`));
  expect(line).toHaveLength(300);
  expect(line).toMatch(/^the cause, then x+…$/);
});
