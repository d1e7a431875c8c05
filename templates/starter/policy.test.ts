import { expect, test } from 'vitest';
import { policy } from './policy.ts';
import { initial } from './core/thread.ts';
import type { NextStep } from './tools.ts';

test.each<[string, NextStep, ReturnType<typeof policy.needsApproval>]>([
  ['listing', { intent: 'list_releases' }, 'run'],
  ['staging', { intent: 'deploy', version: '1.4.2', to: 'staging' }, 'run'],
  [
    'production',
    { intent: 'deploy', version: '1.4.2', to: 'production' },
    { ask: 'production needs a person' },
  ],
  [
    'a tool without a rule',
    { intent: 'a_new_tool' } as never,
    { ask: 'no rule for a_new_tool yet' },
  ],
])('%s', (_, step, verdict) => {
  expect(policy.needsApproval(step, initial)).toEqual(verdict);
});
