import { expect, test } from 'vitest';
import type { Event } from '../core/event.ts';
import { initial, reduce } from '../core/thread.ts';
import { fitText } from './fit-text.ts';
import { shapes } from './svg-style.ts';
import { commands } from './commands.ts';
import { drawThread, pictureCommand } from './picture.ts';
import { toyTerminal } from './toy-terminal.ts';
import { done, toyAgent } from '../testing/toy-agent.ts';

const HOUR = 3_600_000;

/** An event without its time, after so many ms. */
type Later = readonly [ms: number, event: Record<string, unknown>];

const said = (text: unknown, from = 'ada'): Later => [
  1_000,
  { type: 'message', channel: 'test', from, text },
];
const call = (awaits: string, more: object = {}): Later => [
  1_000,
  {
    type: 'tool_call',
    call_id: 't:1',
    step: { intent: 'deploy', to: 'production' },
    awaits,
    ...more,
  },
];
const started = (attempt = 1): Later => [
  0,
  {
    type: 'tool_started',
    call_id: 't:1',
    attempt,
    by: 'x',
    lease_until: '2026-01-02T00:00:00.000Z',
  },
];
const of = (type: string, more: object, ms = 1_000): Later => [
  ms,
  { type, call_id: 't:1', ...more },
];
const ask = { objection: { ask: 'it is production' } };

function draw(...steps: readonly Later[]): string {
  let now = Date.parse('2026-01-01T09:00:00Z');
  const events = steps.map(
    ([ms, event]) => ({ ...event, at: new Date((now += ms)).toISOString() }) as Event,
  );
  return drawThread({ id: 't', events, state: events.reduce(reduce, initial) });
}

/** The texts of a picture in order. */
const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map(([, text = '']) =>
    text.replace(/<[^>]*>/g, '').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)),
  );

/** The marks on its line, from above. */
const marksOf = (svg: string): string[] =>
  [...svg.matchAll(/<g class="\w+" transform="translate\(100 9\)">(.*?)<\/g>/g)].map(
    ([, shape]) => Object.entries(shapes).find(([, known]) => known === shape)?.[0] ?? 'unknown',
  );

test('show --svg prints the picture of a thread', async () => {
  const { agent } = toyAgent([done]);
  const terminal = toyTerminal(agent, { commands: { ...commands, svg: pictureCommand } });
  const { id } = JSON.parse(await terminal.raw('go', '--json')) as { id: string };
  expect(await terminal.raw('show', id, '--svg')).toMatch(/^<svg [^]*<\/svg>\n$/);
  await expect(terminal.run('show', 't_no', '--svg')).rejects.toThrow('There is no thread t_no.');
});

test('each mark has a shape of its own', () => {
  expect(new Set(Object.values(shapes)).size).toBe(Object.keys(shapes).length);
});

test.each([
  ['a message', [said('go')], ['person'], 'go'],
  [
    'a message of data',
    [[0, { type: 'message', channel: 'x', from: 'ci', data: { a: 1 } }]],
    ['person'],
    '{"a":1}',
  ],
  ['a step', [said('go'), call('result')], ['person', 'model'], 'deploy  {"to":"production"}'],
  [
    'waiting',
    [said('go'), call('approval', ask)],
    ['person', 'model', 'waiting'],
    'for an approval',
  ],
  [
    'waiting for an answer',
    [said('go'), call('answer')],
    ['person', 'model', 'waiting'],
    'for an answer',
  ],
  [
    'approved',
    [said('go'), call('approval', ask), of('approval', { approved: true, by: 'bob' })],
    ['person', 'model', 'approved'],
    'approved',
  ],
  [
    'denied',
    [
      said('go'),
      call('approval', ask),
      of('approval', { approved: false, by: 'bob', comment: 'no' }),
    ],
    ['person', 'model', 'denied'],
    'denied: no',
  ],
  [
    'denied by the policy',
    [
      said('go'),
      call('approval'),
      of('approval', { approved: false, by: 'policy', comment: 'no' }),
    ],
    ['person', 'model', 'denied'],
    'denied: no',
  ],
  [
    'a request taken back',
    [said('go'), call('approval', ask), said('wait')],
    ['person', 'model', 'person'],
    'so deploy was taken back',
  ],
  [
    'an answer',
    [said('go'), call('answer'), of('human_response', { by: 'bob', text: 'the second' })],
    ['person', 'model', 'person'],
    'the second',
  ],
  [
    'a result',
    [said('go'), call('result'), started(), of('tool_result', { attempt: 1, result: null })],
    ['person', 'model', 'tool'],
    'deploy  ok',
  ],
  [
    'a failed tool',
    [said('go'), call('result'), started(), of('tool_error', { attempt: 1, error: 'no way' })],
    ['person', 'model', 'failed'],
    'deploy  failed: no way',
  ],
  [
    'a failed model',
    [said('go'), [0, { type: 'model_error', error: 'busy' }]],
    ['person', 'failed'],
    'failed: busy',
  ],
  [
    'a second attempt',
    [said('go'), call('result'), started(), started(2)],
    ['person', 'model', 'tool'],
    'attempt 2',
  ],
  [
    'a result from outside',
    [
      said('go'),
      call('result'),
      started(),
      of('tool_pending', { attempt: 1, due: '2026-01-02T09:00:00Z' }),
    ],
    ['person', 'model', 'tool', 'waiting'],
    'for a result from outside, until',
  ],
  [
    'handed over',
    [said('go'), of('handed_over', { reason: 'no progress' })],
    ['person', 'policy', 'waiting'],
    'handed to a person: no progress',
  ],
  [
    'expired',
    [said('go'), call('answer'), of('expired', { outcome: 'denied' })],
    ['person', 'model', 'denied'],
    'no answer in time: denied',
  ],
  [
    'failed',
    [said('go'), call('answer'), of('expired', { outcome: 'failed' })],
    ['person', 'model', 'failed'],
    'failed',
  ],
  [
    'cancelled',
    [said('go'), [0, { type: 'cancelled', by: 'ada', reason: 'enough' }]],
    ['person', 'denied'],
    'cancelled: enough',
  ],
  [
    'prefetched',
    [[0, { type: 'prefetched', name: 'weather', result: 'rain' }]],
    ['tool'],
    'weather  rain',
  ],
] satisfies [string, Later[], string[], string][])(
  '%s has its own shape and text',
  (_, steps, marks, word) => {
    const svg = draw(...(steps as Later[]));
    expect(marksOf(svg)).toEqual(marks);
    expect(textsOf(svg).join('\n')).toContain(word);
  },
);

test.each([
  [
    'a day with a person',
    [said('go'), call('approval', ask), of('approval', { approved: true, by: 'bob' }, 22 * HOUR)],
    'waited 22 h  ·  ',
  ],
  [
    'a day without an answer',
    [said('go'), said('still there?'), [22 * HOUR, said('hello?')[1]]],
    '22 h later  ·  ',
  ],
  [
    'a quarter of an hour',
    [said('go'), call('answer'), of('human_response', { by: 'b', text: 'x' }, HOUR / 4)],
    'waited 15 min',
  ],
] satisfies [string, Later[], string][])(
  'a pause of %s is a break in the line',
  (_, steps, text) => {
    expect(textsOf(draw(...(steps as Later[])))).toContainEqual(expect.stringContaining(text));
  },
);

test('seconds, and a clock set back, are no pause', () => {
  expect(draw(said('a'), [60_000, said('b')[1]], [-24 * HOUR, said('c')[1]])).not.toMatch(
    /later|waited/,
  );
});

test.each([
  ['<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['a & b "c" \'d\' &lt;', 'a & b "c" \'d\' &lt;'],
  [']]></style><!--', ']]></style><!--'],
  ['esc \u001b[2J \u0000 \u009b', 'esc \\u{1b}[2J \\u{0} \\u{9b}'],
  ['\u202etxt', '\\u{202e}txt'],
  ['half \ud83d!', 'half \ufffd!'],
  ['\uffff\ufffe', '\ufffd\ufffd'],
  ['two\nlines\tand more', 'two lines and more'],
])('%j is only text, wherever it stands', (text, read) => {
  const step = { intent: text, argument: text };
  const svg = draw(
    said(text, text),
    call('approval', { step, objection: { ask: text } }),
    of('handed_over', { reason: text }),
  );
  expect(textsOf(svg)).toContain(read);
  expect(svg).not.toMatch(/<(?!\/?(?:svg|title|style|rect|path|g|circle|text|tspan)\b)/);
  expect(svg.replace(/<style>[^]*?<\/style>/, '')).not.toMatch(/&(?!#\d+;)/);
  // oxlint-disable-next-line no-control-regex -- XML has no place for these
  expect(svg).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/u);
});

test('it loads nothing from outside, and has light and dark colours', () => {
  const svg = draw(said('go'));
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
    /https?:|href|url\(|@import|@font-face|<script|\son\w+=/,
  );
  expect(svg).toContain('@media (prefers-color-scheme:dark)');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="760" /);
});

test.each([1, 20, 300])('of %i events, each has a row inside the picture', (count) => {
  const svg = draw(...Array.from({ length: count }, (_, n) => said(`message ${n}`)));
  const height = Number(/height="(\d+)"/.exec(svg)?.[1]);
  const rows = [...svg.matchAll(/<g transform="translate\(0 (\d+)\)">/g)].map(([, y]) => Number(y));
  expect(rows).toHaveLength(count);
  expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
  expect(height).toBeGreaterThan((rows.slice(-1)[0] ?? 0) + 18);
  expect(svg.length).toBeLessThan(4_000 + count * 500);
});

test('a long text has at most two lines', () => {
  const texts = textsOf(draw(said('word '.repeat(20_000), 'ada-with-a-very-long-name')));
  expect(texts.filter((text) => text.startsWith('word'))).toHaveLength(2);
  expect(texts).toContain('ada-with…');
});

test.each([
  ['short', 10, ['short']],
  ['', 10, ['']],
  ['one two three', 8, ['one two', 'three']],
  ['onetotheree', 8, ['onetothe', 'ree']],
  ['one two three four five', 8, ['one two', 'three f…']],
  ['exactly8 exactly8', 8, ['exactly8', 'exactly8']],
  ['漢字漢字漢字漢字漢字', 8, ['漢字漢字', '漢字漢…']],
  ['👩‍👧👩‍👧👩‍👧', 4, ['👩‍👧👩‍👧', '👩‍👧']],
  ['é'.repeat(9), 8, ['é'.repeat(8), 'é']],
  ['WWWWWWWW', 6, ['WWWW', 'WWWW']],
])('%j in two lines of %i', (text, columns, lines) => {
  expect(fitText(text, columns, 2)).toEqual(lines);
});
