import { expect, it } from 'vitest';
import { toPlan } from '../../bench/million/plan.ts';
import { rowsToMeasure } from '../../bench/row.ts';

const rows = [{ name: 'loop' }, { name: 'million', isLong: true }, { name: 'add' }];

it.each([
  [undefined, ['loop', 'add']],
  [['million'], ['million']],
  [
    ['add', 'million'],
    ['million', 'add'],
  ],
])('with --row %j, the bench measures %j', (names, expected) => {
  expect(rowsToMeasure(rows, names).map(({ name }) => name)).toEqual(expected);
});

const byIndex = { 'Node Type': 'Index Scan' };

it.each([
  ['a scan of an index', { 'Node Type': 'Limit', Plans: [byIndex] }, { others: 0, inVain: 0 }],
  [
    'one that reads too much',
    { 'Node Type': 'Limit', Plans: [{ ...byIndex, 'Rows Removed by Filter': 7 }] },
    { others: 0, inVain: 7 },
  ],
  [
    'a scan of the table',
    { 'Node Type': 'Limit', Plans: [{ 'Node Type': 'Seq Scan', 'Rows Removed by Filter': 9 }] },
    { others: 1, inVain: 9 },
  ],
  [
    'a sort',
    { 'Node Type': 'Limit', Plans: [{ 'Node Type': 'Sort', Plans: [byIndex] }] },
    { others: 1, inVain: 0 },
  ],
])('sums up the plan of %s', (_, root, expected) => {
  expect(toPlan(root)).toEqual(expected);
});
