import { expect, test } from 'vitest';
import type { Event } from '../core/event.ts';
import { stepText, summarize, viewOf } from './event-view.ts';
import { formatUsage } from './show.ts';

test.each([
  [null, 'ok'],
  [true, 'ok'],
  ['', 'ok'],
  [['1.4.0', '1.4.1'], '1.4.0, 1.4.1'],
  [
    [
      { version: '1.4.0', notes: 'new' },
      { version: '1.4.1', notes: 'newer' },
    ],
    '1.4.0, 1.4.1',
  ],
  [{ temperature: 21 }, '{"temperature":21}'],
  [[9007199254740991, 1e21, 0.1 + 0.2], '9007199254740991, 1e+21, 0.30000000000000004'],
  [{ deployed: '1.4.2', to: 'production', deployment: 't_1:7' }, 'ok'],
  ['two\nlines', 'two lines'],
  ['x'.repeat(300), `${'x'.repeat(200)} ... (300 characters)`],
])('in short, %j is %s', (result, text) => {
  expect(summarize(result)).toBe(text);
});

test.each([
  [{ intent: 'done', message: 'Shipped.' }, 'Shipped.'],
  [{ intent: 'ask', question: 'Which?', options: null }, 'Which?'],
  [{ intent: 'ask', question: 'Which?', options: ['a'] }, '{"question":"Which?","options":["a"]}'],
  [{ intent: 'pay', sum: 0.1 + 0.2 }, '{"sum":0.30000000000000004}'],
  [{ intent: 'done' }, ''],
])('%j says "%s"', (step, text) => {
  expect(stepText(step)).toBe(text);
});

const tokens = { input_tokens: 12_345, output_tokens: 420 };

test.each([
  [{ input_tokens: 0, output_tokens: 0 }, ''],
  [tokens, '12,345 tokens in, 420 out'],
  [{ input_tokens: 90, output_tokens: 9, cached_tokens: 0 }, '90 tokens in, 9 out'],
  [
    { ...tokens, cached_tokens: 11_200, reasoning_tokens: 90, usd: 0.0421 },
    '12,345 tokens in, 11,200 of them cached, 420 out, 90 of them reasoning, $0.04',
  ],
  [{ ...tokens, usd: 0.00421 }, '12,345 tokens in, 420 out, $0.0042'],
  [{ ...tokens, usd: 0.000043 }, '12,345 tokens in, 420 out, $0.000043'],
  [{ ...tokens, usd: 0 }, '12,345 tokens in, 420 out, $0.00'],
  [{ ...tokens, usd: 12.345 }, '12,345 tokens in, 420 out, $12.35'],
])('%o is "%s"', (usage, text) => {
  expect(formatUsage(usage)).toBe(text);
});

const at = '2026-12-01T09:00:00.000Z';
const sent = { at, type: 'delivery', attempt: 1, state: 'sent' } as const;
const told = (part: string, to = 'toy:ada') => ({ ...sent, delivery: `t_1:2/${part}/${to}` });
const steps = [{ intent: 'read' }, { intent: 'list' }];
const step = { intent: 'parallel', steps };
const call = { at, type: 'tool_call', call_id: 't:1', step, awaits: 'result' } as const;
const pending = { at, type: 'tool_pending', call_id: 't:1', attempt: 1, due: at } as const;
const child = { at, type: 'child_started', call_id: 't:1', agent: 'a', thread: 't_2' } as const;

test.each<[string, readonly Event[], string | undefined]>([
  ['a request', [told('0')], 'told toy:ada of the request'],
  ['a reminder', [told('2')], 'told toy:ada of the request'],
  ['an answer', [told('answered0')], 'told toy:ada how the request ended'],
  ['an end', [told('ended')], 'told toy:ada how the thread ended'],
  ['a failure', [told('failed')], 'told toy:ada how the thread ended'],
  ['a place with a slash', [told('0', 'web:a/b')], 'told web:a/b of the request'],
  ['a delivery of an earlier version', [{ ...sent, delivery: 'approval.t:1' }], 'told people'],
  [
    'a request that did not arrive',
    [{ ...told('0'), state: 'failed', error: 'no such user' }],
    'could not tell toy:ada of the request',
  ],
  ['a report to a parent', [{ ...sent, delivery: 'parent' }], undefined],
  ['steps at once', [call], 'read, list'],
  [
    'the task of another agent',
    [{ ...call, step: { intent: 'propose', agent: 'small', text: 'do it' } }],
    'small: do it',
  ],
  [
    'other steps',
    [{ ...call, step: { intent: 'cook', steps: ['cut', 'fry'] } }],
    '{"steps":["cut","fry"]}',
  ],
  [
    'steps at once that a person approves',
    [{ ...call, awaits: 'approval', objection: { ask: 'why' } }],
    JSON.stringify({ steps }),
  ],
  ['a result from outside', [call, pending], expect.stringContaining('its result is due by')],
  ['a result of another agent', [call, child, pending], undefined],
])('%s is shown', (_, events, text) => {
  expect(viewOf(events)?.text).toEqual(text);
});
