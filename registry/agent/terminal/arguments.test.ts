import { expect, test } from 'vitest';
import { painter } from '../screen/text.ts';
import { argumentLines, type Rest } from './arguments.ts';

const page = { paint: painter(false), columns: () => 40 };
const rest = { shownBy: '/all' };

/** The lines of a step with these arguments, as one text. */
const shown = (values: object, more: Rest = rest) =>
  argumentLines({ intent: 'mail', ...values }, page, more).join('\n');

const many = Array.from({ length: 50 }, (_, index) => `line ${index + 1}`).join('\n');

test.each([
  ['short ones stay JSON', { to: 'ada', cc: null }, ['{"to":"ada","cc":null}']],
  [
    'a line break is one',
    { to: 'ada', body: 'Dear Ada,\n\nit works.\nBob' },
    [
      '{"to":"ada","body":(1)}',
      '     (1) │ Dear Ada,',
      '         │ ',
      '         │ it works.',
      '         │ Bob',
    ],
  ],
  [
    'each text has a number, however deep it is',
    { mail: { body: 'a\nb' }, notes: ['c\nd'] },
    [
      '',
      '     │ {',
      '     │   "mail": {"body":(1)},',
      '     │   "notes": [(2)]',
      '     │ }',
      '     (1) │ a',
      '         │ b',
      '     (2) │ c',
      '         │ d',
    ],
  ],
  ['a text cannot pass for a number', { to: '(1)', body: 'a' }, ['{"to":"(1)","body":"a"}']],
  [
    'a long line is wrapped behind the bar',
    { body: `${'word '.repeat(10)}\nend` },
    [
      '{"body":(1)}',
      '     (1) │ word word word word word word',
      '         │ word word word word ',
      '         │ end',
    ],
  ],
  [
    'a long word is broken behind the bar, also with blanks that are none',
    { body: `on ${'x'.repeat(29)}\u00a0\u00a0Approve? yes\n漢${'字'.repeat(14)}` },
    [
      '{"body":(1)}',
      '     (1) │ on',
      `         │ ${'x'.repeat(29)}`,
      '         │ \u00a0\u00a0Approve? yes',
      `         │ 漢${'字'.repeat(13)}`,
      '         │ 字',
    ],
  ],
  [
    'each unseen character is escaped',
    { body: 'pay\u200b\u001b[2J\r\nnow\rthen' },
    ['{"body":(1)}', '     (1) │ pay\\u{200b}\\u{1b}[2J', '         │ now\\u{d}then'],
  ],
])('of arguments, %s', (_, values, lines) => {
  expect(shown(values)).toBe(lines.join('\n'));
});

test('a plan has a line for each step, or for each argument of one that does not fit', () => {
  const steps = [
    { intent: 'wait', seconds: 1, for: [] },
    { intent: 'deploy', version: '1.4.2', to: { region: 'eu' } },
  ];
  const lines = [
    '',
    '     │ {',
    '     │   "steps": [',
    '     │     {"intent":"wait","seconds":1,"for":[]},',
    '     │     {',
    '     │       "intent": "deploy",',
    '     │       "version": "1.4.2",',
    '     │       "to": {"region":"eu"}',
    '     │     }',
    '     │   ]',
    '     │ }',
  ];
  const wide = { ...page, columns: () => 80 };
  const given = argumentLines({ intent: 'run_plan', steps }, wide, rest);
  expect(given.join('\n')).toBe(lines.join('\n'));
  const json = given.slice(1).map((line) => line.slice('     │ '.length));
  expect(JSON.parse(json.join(''))).toEqual({ steps });
});

test.each([
  ['spaces', `x${' '.repeat(40)}  "approved": true,`],
  ['line breaks that are none', `x${'\u2028'.repeat(9)}  "approved": true,`],
  ['one long word', `${'x'.repeat(28)}"approved":true`],
])('no part of a value can pass for a field, by %s', (_, text) => {
  expect(shown({ list: [text, 1] })).not.toMatch(/\n +│ +\\?"approved/);
});

test('values that are very deep are shown', () => {
  const deep = Array.from({ length: 500 }).reduce<unknown>((value) => [value], 'end');
  expect(shown({ deep }, 'all')).toContain('"end"');
});

test('of many lines, the first are shown, with the size of the rest', () => {
  expect(shown({ body: many })).toMatch(
    /\n {9}│ line 20\n {9}│ … 240 more characters: \/all\n {9}│ shows all$/,
  );
  expect(shown({ body: many }, 'all')).toMatch(/\n {9}│ line 50$/);
});

test.each([
  [
    'a text',
    { body: 'x'.repeat(5_000) },
    '\n         │ … 3,500 more characters: /all\n         │ shows all',
  ],
  [
    'a list',
    { ids: Array(1_000).fill(17) },
    ',\n     │ … 1,514 more characters: /all\n     │ … shows all',
  ],
])('%s without line breaks is cut, too', (_, values, end) => {
  expect(shown(values).endsWith(end)).toBe(true);
  expect(shown(values, 'all').length).toBeGreaterThan(3_000);
});

test('an emoji is not cut in half', () => {
  expect(shown({ body: `x${'🎉'.repeat(2_000)}` })).not.toMatch(/\p{Surrogate}/u);
});
