import { expect, test } from 'vitest';
import type { Event } from './core/event.ts';
import { initial } from './core/thread.ts';
import { viewThread } from './core/thread-view.ts';
import { policy } from './policy.ts';
import type { NextStep } from './tools.ts';

const at = '2026-12-01T09:00:00.000Z';
const deploy: NextStep = { intent: 'deploy', service: 'backend', tag: '1.42.0' };
const call = { at, type: 'tool_call', call_id: 't:1', step: deploy, awaits: 'approval' } as const;
const yes = { at, type: 'approval', call_id: 't:1', approved: true, by: 'ada' } as const;
const failed = { at, type: 'tool_error', call_id: 't:1', attempt: 1, error: 'full' } as const;
const succeeded = { at, type: 'tool_result', call_id: 't:1', attempt: 1, result: 'ok' } as const;
const list: Event = { ...call, call_id: 't:4', step: { intent: 'list_tags' }, awaits: 'result' };
const again: Event = { ...call, call_id: 't:4', awaits: 'result' };
const message = { at, type: 'message', channel: 'test', from: 'ada', text: 'wait' } as const;

const needsPerson = { ask: 'production needs a person' };

test.each<[string, NextStep, Event[], ReturnType<typeof policy.needsApproval>]>([
  ['listing', { intent: 'list_tags' }, [], 'run'],
  ['a deploy', deploy, [], needsPerson],
  ['a deploy again, after an error', deploy, [call, yes, failed], 'run'],
  ['another deploy', { ...deploy, service: 'frontend' }, [call, yes, failed], needsPerson],
  ['after a person spoke', deploy, [call, yes, failed, message], needsPerson],
  ['after a denial', deploy, [call, { ...yes, approved: false }, failed], needsPerson],
  ['after a success', deploy, [call, yes, succeeded], needsPerson],
  [
    'after a success, and an error of another tool',
    deploy,
    [call, yes, succeeded, list, { ...failed, call_id: 't:4' }],
    needsPerson,
  ],
  [
    'after an error, and a success of another tool',
    deploy,
    [call, yes, failed, list, { ...succeeded, call_id: 't:4' }],
    'run',
  ],
  [
    'after an error, and a retry that succeeded',
    deploy,
    [call, yes, failed, again, { ...succeeded, call_id: 't:4' }],
    needsPerson,
  ],
  [
    'a tool without a rule',
    { intent: 'a_new_tool' } as never,
    [],
    { ask: 'no rule for a_new_tool yet' },
  ],
])('%s', (_, step, events, verdict) => {
  const thread = viewThread({ id: 't', events }, 0);
  expect(policy.needsApproval(step, initial, thread)).toEqual(verdict);
});
