import { expect, test } from 'vitest';
import { policy } from './policy.ts';
import { initial } from './core/thread.ts';
import type { NextStep } from './tools.ts';

test('a tool without a rule needs a person', () => {
  const step = { intent: 'a_new_tool' } as unknown as NextStep;
  expect(policy.needsApproval(step, initial)).toEqual({ ask: 'no rule for a_new_tool yet' });
});
