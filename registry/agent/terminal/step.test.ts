import { expect, test } from 'vitest';
import { brief, spoken } from './step.ts';

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
  [{ deployed: '1.4.2', to: 'production', deployment: 't_1:7' }, 'ok'],
  ['two\nlines', 'two lines'],
  ['x'.repeat(300), `${'x'.repeat(200)} ... (300 characters)`],
])('in short, %j is %s', (result, text) => {
  expect(brief(result)).toBe(text);
});

test.each([
  [{ intent: 'done', message: 'Shipped.' }, 'Shipped.'],
  [{ intent: 'ask', question: 'Which?', options: null }, 'Which?'],
  [{ intent: 'ask', question: 'Which?', options: ['a'] }, '{"question":"Which?","options":["a"]}'],
  [{ intent: 'done' }, ''],
])('%j says "%s"', (step, text) => {
  expect(spoken(step)).toBe(text);
});
