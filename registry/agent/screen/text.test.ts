import { describe, expect, test } from 'vitest';
import { breakWords, duration, fit, painter, plain, width, wrap } from './text.ts';
import { printer } from './screen.ts';

test.each([
  ['two lines\nstay two', 80, 'two lines\n  stay two'],
  ['a b c d e f', 5, 'a b c\n  d e\n  f'],
  ['  indented text', 10, '  indented\n  text'],
  ['a-word-that-is-too-long for it', 8, 'a-word-that-is-too-long\n  for it'],
])('%j in %i columns', (text, columns, folded) => {
  expect(wrap(text, columns, '  ')).toBe(folded);
});

test.each([
  ['plain', 5],
  ['\u001b[31mred\u001b[0m', 3],
  ['漢字、', 6],
  ['👩‍👧', 2],
  ['❤️', 2],
  ['e\u0301', 1],
  ['한글', 4],
  ['', 0],
])('%j takes %i columns', (text, columns) => {
  expect(width(text)).toBe(columns);
});

test.each([
  ['fits', 4, 'fits'],
  ['too long', 5, 'too…'],
  ['漢字漢字', 8, '漢字漢字'],
  ['漢字漢字', 7, '漢字漢…'],
  ['漢字漢字', 6, '漢字…'],
  ['👩‍👧👩‍👧', 3, '👩‍👧…'],
])('%j in %i columns is %j', (text, columns, fitted) => {
  expect(fit(text, columns)).toBe(fitted);
});

test.each(['漢字', '👩‍👧', '🇩🇪🇫🇷', 'e\u0301'])('%j counts the same in a long text', (text) => {
  const times = 100_000 / text.length;
  expect(width(text.repeat(times))).toBe(width(text) * times);
});

test('a long word is broken, and others stay', () => {
  expect(breakWords('a abcdef  漢字漢字 e', 5)).toBe('a abcde f  漢字 漢字 e');
  const broken = breakWords('12'.repeat(50_000), 10);
  expect(broken.split(' ')).toEqual(Array(10_000).fill('1212121212'));
});

test('wide characters wrap in time', () => {
  expect(wrap('漢字 漢字 漢字', 10)).toBe('漢字 漢字\n漢字');
});

test.each([
  [1_234, '1.2 s'],
  [42_000, '42 s'],
  [180_000, '3 min'],
  [14 * 3_600_000, '14 h'],
  [3 * 86_400_000, '3 d'],
])('%i ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  ['\u001b[31mred\u0007', '\\u{1b}[31mred\\u{7}'],
  ['over\rwritten', 'over\\u{d}written'],
  ['\u009b2J', '\\u{9b}2J'],
  ['txt.\u202eexe', 'txt.\\u{202e}exe'],
  ['hid\u{e0041}den', 'hid\\u{e0041}den'],
  ['lines\r\nand\ttabs', 'lines\nand  tabs'],
  ['añ 漢字 👩‍👧', 'añ 漢字 👩‍👧'],
])('%j is printed as %j', (text, printed) => {
  expect(plain(text)).toBe(printed);
});

test('who speaks is coloured, where there is colour', () => {
  expect(painter(true)('agent', 'deploy')).toBe('\u001b[35mdeploy\u001b[0m');
  expect(painter(false)('agent', 'deploy')).toBe('deploy');
});

test.each([
  ['in its column', 80, '  1  write {}', 'ok', `  1  write {}${' '.repeat(48)}ok\n`],
  [
    'behind a long line',
    80,
    `  1  write ${'x'.repeat(50)}`,
    'ok',
    `  1  write ${'x'.repeat(50)}   ok\n`,
  ],
  [
    'below, if it does not fit',
    20,
    '  1  write {"a":1}',
    'ok, 1.2 s',
    '  1  write {"a":1}\n     ok, 1.2 s\n',
  ],
])('an outcome stands %s', (_, columns, line, outcome, printed) => {
  let text = '';
  const { begin, finish } = printer({
    colour: false,
    columns: () => columns,
    write: (more) => void (text += more),
  });
  begin(line);
  finish(outcome, line);
  expect(text).toBe(printed);
});

test('an outcome whose line has ended repeats it', () => {
  let text = '';
  const paper = printer({ colour: false, columns: () => 80, write: (more) => void (text += more) });
  paper.begin('  1  write {}');
  paper.print('     bob: wait');
  paper.finish('ok', '  1  write {}');
  expect(text).toBe(`  1  write {}\n     bob: wait\n  1  write {}${' '.repeat(48)}ok\n`);
});

describe('while the agent works', () => {
  /** The output to 40 columns `ms` after `act` has printed. */
  function drawn(act: (paper: ReturnType<typeof printer>) => void, ms: number, typed = '') {
    let sent = '';
    const write = (more: string) => void (sent += more);
    const paper = printer({ colour: false, columns: () => 40, write });
    act(paper);
    sent = '';
    paper.tick(Date.now() + ms, typed);
    const status = sent;
    paper.print('next');
    return { status: status.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, '*'), after: sent.slice(status.length) };
  }
  type Act = Parameters<typeof drawn>[0];

  test.each<[string, Act, string, string]>([
    ['the model thinks', ({ print }) => print('  t_1 started'), '', '  * thinking, 2 s'],
    ['a tool runs', ({ begin }) => begin('  1  write {}'), '', '   * 2 s'],
    [
      'a tool runs, and its line has ended',
      ({ begin, print }) => [begin('  1  write {}'), print('     bob: wait')],
      '',
      '  * working, 2 s',
    ],
    ['a person types', ({ print }) => print(''), 'go on', '  * thinking, 2 s   > go on'],
    [
      'a model tries again',
      ({ note }) => note('attempt 2 of 3: Acme \u001b is busy today'),
      '',
      '  * thinking, 2 s, attempt 2 of 3: Acm…',
    ],
    ['the open line is full', ({ begin }) => begin('x'.repeat(39)), '', ''],
    ['the open line has been wrapped', ({ begin }) => begin('x'.repeat(50)), '', '   * 2 s'],
  ])('%s: it says so, and then it is erased', (_, act, typed, text) => {
    const { status, after } = drawn(act, 2_100, typed);
    expect(status).toBe(text);
    const erase = text ? `\u001b[${width(text)}D\u001b[K` : '';
    expect(after.startsWith(erase)).toBe(true);
    expect(after.slice(erase.length)).toMatch(/^\n?next\n$/);
  });

  test('what takes no time is not shown', () => {
    expect(drawn(({ print }) => print('x'), 100).status).toBe('');
  });
});
