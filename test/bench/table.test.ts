import { expect, it } from 'vitest';
import { atMost } from '../../bench/figures.ts';
import { formatNumber, formatTable } from '../../bench/table.ts';

it('shows ours, floor, peers, and each value with its bar and verdict', () => {
  const figures = [
    {
      what: 'add one',
      unit: 'ms',
      ours: 120,
      floor: 40,
      peers: { other: 800.4 },
      judged: [{ value: 3, of: 'x floor', bar: atMost(3) }],
    },
    { what: 'memory', unit: 'MiB', ours: 90, judged: [{ value: 90, of: 'MiB', bar: atMost(80) }] },
  ];
  expect(formatTable([{ row: 'add', about: 'one file', figures }])).toBe(
    [
      '  what     ours    floor  peers      result',
      '',
      'add: one file',
      '  add one  120 ms  40     other 800  3 x floor (<= 3) pass',
      '  memory   90 MiB                    90 MiB (<= 80) MISSED',
    ].join('\n'),
  );
});

it('tells of a row that could not be measured', () => {
  const failed = { row: 'add', about: 'one file', figures: [], failed: 'Error: no network' };
  expect(formatTable([failed])).toContain('add: one file\n  MISSED: Error: no network');
});

it('tells of a row that was left out', () => {
  const absent = { row: 'add', about: 'one file', figures: [], absent: 'there is no shop' };
  expect(formatTable([absent])).toContain('add: one file\n  left out: there is no shop');
});

it.each([
  [1234.5, '1235'],
  [12.345, '12.3'],
  [0.012345, '0.0123'],
  [0, '0'],
  [Number.NaN, 'n/a'],
])('shows %d as %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});
