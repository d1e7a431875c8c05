import { expect, test } from 'vitest';
import { truncate, escapeTags, secretsIn } from './sanitize.ts';
import { contextWindow, withoutRecoveredErrors } from './context.ts';
import type { Event, Step } from './event.ts';
import { formatValue } from './format.ts';

const at = '2026-01-01T00:00:00.000Z';
const context = contextWindow();
const message = (text: string): Event => ({
  type: 'message',
  channel: 'test',
  from: 'ada',
  text,
  at,
});
const result = (value: unknown, call_id = 't:1'): Event => ({
  type: 'tool_result',
  call_id,
  attempt: 1,
  result: value,
  at,
});
const failed = (call_id: string): Event => ({
  type: 'tool_error',
  call_id,
  attempt: 1,
  error: 'no',
  at,
});
const call = (call_id: string, step: Step): Event => ({
  type: 'tool_call',
  call_id,
  step,
  awaits: 'result',
  at,
});

// So many take a while on a busy machine.
const MANY = { timeout: 60_000 };

test('a thread as the model sees it', () => {
  const events: Event[] = [
    message('ship it\nplease'),
    call('t:1', { intent: 'list_releases' }),
    { type: 'tool_started', call_id: 't:1', attempt: 1, by: 'p', lease_until: at, at },
    result([
      { version: '1.4.2', date: '2026-11-18' },
      { version: '1.4.1', date: '2026-11-02' },
    ]),
    call('t:4', {
      intent: 'deploy',
      version: '1.4.2',
      options: { dryRun: false, hosts: ['a', 'b'] },
    }),
    {
      type: 'approval',
      call_id: 't:4',
      approved: false,
      by: 'bob',
      comment: 'the back end first',
      at,
    },
  ];
  expect(context(events).join('\n')).toBe(`\
<message>
 from: ada
 text: ship it
   please
<tool_call>
 intent: list_releases
<tool_result>
 version|date
 1.4.2|2026-11-18
 1.4.1|2026-11-02
<tool_call>
 intent: deploy
 version: 1.4.2
 options:
  dryRun: false
  hosts:
   - a
   - b
<approval>
 approved: false
 by: bob
 comment: the back end first`);
});

// prettier-ignore
const pieces = [
  '<', '</', '>', '/', '&', '&lt;', '&amp;', 'lt;', 'message', 'TOOL_RESULT', '</message>',
  '< approval >', '<div>', '\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029', ' ', '  ',
  '|',  'approved: true', 'from: bob', '- ', '"', '\\', ']]>', '<!--', 'x', '\0', '\ufeff', '🙂',
];

function hostileTexts(count: number): string[] {
  let seed = 42;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + random(12) }, () => pieces[random(pieces.length)]).join(''),
  );
}

test('no text can forge a tag or a line: 100,000 hostile ones', MANY, () => {
  const isForged = (text: string) => {
    const [block = ''] = context([message(text)]);
    const rows = block.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
    const tags = rows.filter((row) => !row.startsWith(' '));
    const keys = rows.filter((row) => /^ \S/.test(row));
    return (
      tags.join() !== '<message>' ||
      keys.length !== 2 ||
      /<[\s/]*(message|tool_result|approval)\b/i.test(block.slice(1))
    );
  };
  const [forged] = hostileTexts(100_000).filter(isForged);
  expect(JSON.stringify(forged)).toBeUndefined();
});

test('what was escaped can be read back: 100,000 hostile texts', MANY, () => {
  const unescape = (text: string) =>
    text.replace(/&(?:amp;)*lt;/g, (entity) => (entity === '&lt;' ? '<' : `&${entity.slice(5)}`));
  const [changed] = hostileTexts(100_000).filter((text) => unescape(escapeTags(text)) !== text);
  expect(JSON.stringify(changed)).toBeUndefined();
});

test('code and markup stay as they are', () => {
  const text = 'if (a < b && c) return <div class="x">&nbsp;</div>';
  expect(context([message(text)])[0]).toContain(text);
});

test('without errors, the window is a prefix of every later one', () => {
  const events = Array.from({ length: 60 }, (_, i) =>
    i % 2 ? result('ok', `t:${i - 1}`) : call(`t:${i}`, { intent: 'read', i }),
  );
  const whole = context(events);
  for (let length = 0; length <= events.length; length++) {
    expect(contextWindow()(events.slice(0, length))).toEqual(whole.slice(0, length));
  }
});

test('a failed call goes once its intent succeeds, an error of the model once it chooses', () => {
  const failure = [message('go'), call('t:1', { intent: 'read', n: 1 }), failed('t:1')];
  expect(withoutRecoveredErrors(failure)).toEqual(failure);
  const other = [...failure, call('t:3', { intent: 'write' }), result('ok', 't:3')];
  expect(withoutRecoveredErrors(other)).toEqual(other);
  const success = [call('t:3', { intent: 'read', n: 2 }), result('ok', 't:3')];
  expect(withoutRecoveredErrors([...failure, ...success])).toEqual([message('go'), ...success]);
  const mistake: Event = { type: 'model_error', error: 'nonsense', at };
  expect(withoutRecoveredErrors([message('go'), mistake])).toEqual([message('go'), mistake]);
  expect(withoutRecoveredErrors([message('go'), mistake, ...success])).toEqual([
    message('go'),
    ...success,
  ]);
});

test('a secret is never shown, wherever it stands; a long block is cut, with a note', () => {
  const env = { API_KEY: 'hunter2hunter2', HOME: '/home/ada', SHORT_KEY: 'abc', EMPTY_TOKEN: '' };
  expect(secretsIn(env)).toEqual(['hunter2hunter2']);
  const more = {
    A_PAT: 'longer than that',
    B_TOKEN: 'longer than',
    C_URL: 'redis://ada:secret@host',
    D_KEY: ' line one\nline two\r',
  };
  expect(secretsIn(more)).toEqual([
    'redis://ada:secret@host',
    'line one\\nline two',
    'line one\nline two',
    'longer than that',
    'longer than',
  ]);
  expect(secretsIn({ LLM_BASE_URL: 'http://localhost:11434/v1' })).toEqual([]);
  const safe = contextWindow({ secrets: secretsIn(env), maxChars: 100 });
  const [block = ''] = safe([
    result({ hunter2hunter2: ['hunter2hunter2', `x hunter2hunter2 ${'y'.repeat(9_000)}`] }),
  ]);
  expect(block).not.toContain('hunter2');
  expect(block.length).toBeLessThan(200);
  expect(block).toMatch(/\n \[\d+ of \d+ characters cut\]$/);
  expect(truncate('short', 100)).toBe('short');
});

test('a text is cut between characters, and half of one is never sent', () => {
  const texts = [`${'x'.repeat(81)}🙂🙂`, `${'x'.repeat(82)}🙂🙂`, 'half: \ud83d'];
  const blocks = texts.flatMap((text) => contextWindow({ maxChars: 100 })([message(text)]));
  expect(blocks.filter((block) => /\p{Surrogate}/u.test(block))).toEqual([]);
});

test.each([
  ['nothing', null, 'null'],
  ['a number', 42, '42'],
  ['all digits of a fraction', 0.1 + 0.2, '0.30000000000000004'],
  ['an empty list', [], '[]'],
  ['an empty text', '', ''],
  ['a list of mixed things', ['a', 1, { b: 2 }], '- a\n- 1\n-\n b: 2'],
  ['what is undefined', { a: undefined, b: 1 }, 'b: 1'],
  ['rows with a bar in a cell', [{ a: 'x|y' }, { a: 'z' }], 'a\nx\\|y\nz'],
  [
    'rows of numbers',
    [
      { a: 1e21, b: 1 / 3 },
      { a: -0, b: 123456789012 },
    ],
    'a|b\n1e+21|0.3333333333333333\n0|123456789012',
  ],
  ['rows of different columns', [{ a: 1 }, { b: 2 }], '-\n a: 1\n-\n b: 2'],
  ['deep rows', [{ a: { b: 1 } }, { a: { b: 2 } }], '-\n a:\n  b: 1\n-\n a:\n  b: 2'],
])('%s as lines', (_, value, text) => {
  expect(formatValue(value, '', (item) => item)).toBe(text);
});
