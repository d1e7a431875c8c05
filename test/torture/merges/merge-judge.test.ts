import { expect, it } from 'vitest';
import type { Decision } from '../../../src/pipeline/decide/decision.ts';
import { linesOf } from './edits.ts';
import type { MergeCase } from './merge-case.ts';
import { faultsOf } from './merge-judge.ts';

const [second, third] = ['the second line of the file\n', 'the third line of the file\n'];
const base = `a\n${second}${third}d\ne\nf\n`;
const mine = `a\nmine zqu1\n${second}${third}d\nf\n`;
const theirs = `a\n${second}${third}d\ne\nf\ntheirs zqt1\n`;
const merged = `a\nmine zqu1\n${second}${third}d\nf\ntheirs zqt1\n`;
const edited = (text: string) => ({ lines: linesOf(text), done: [], moved: new Set<string>() });

const one: MergeCase = {
  name: 'a.ts',
  how: 'by hand',
  base,
  mine,
  theirs,
  format: async () => undefined,
  user: edited(mine),
  upstream: edited(theirs),
  expected: undefined,
};

const decided = (verdict: Decision['action']): Decision => ({
  path: 'a.ts',
  role: 'source',
  owner: 'loop',
  before: undefined,
  mine,
  theirs,
  base,
  adaptedTheirs: theirs,
  edited: true,
  action: verdict,
});

it('a right merge has no faults', () => {
  expect(faultsOf(one, decided({ kind: 'merged', text: merged }))).toEqual([]);
});

it.each([
  ["loses the user's line", merged.replace('mine zqu1\n', '')],
  ["has the user's line twice", merged.replace('mine zqu1\n', 'mine zqu1\nmine zqu1\n')],
  ["changes the user's line", merged.replace('mine zqu1', ' mine zqu1')],
  ["loses upstream's line", merged.replace('theirs zqt1\n', '')],
  ['brings back what the user deleted', merged.replace('\nd\n', '\nd\ne\n')],
  ['deletes what nobody did', merged.replace(third, '')],
  ['changes the order', merged.replace(second + third, third + second)],
  ['changes the line endings', merged.replaceAll('\n', '\r\n')],
])('a merge that %s has', (_, text) => {
  expect(faultsOf(one, decided({ kind: 'merged', text }))).not.toEqual([]);
});

it.each<[string, Decision['action']]>([
  ['overwrites an edited file', { kind: 'take-theirs', text: theirs }],
  ['keeps a file that upstream changed', { kind: 'keep-mine' }],
  ['is a conflict that can only be overwritten', { kind: 'conflict', why: 'both', theirs }],
  [
    'has markers around less than there is',
    {
      kind: 'conflict',
      why: 'both',
      theirs,
      sides: { yours: theirs, upstream: theirs, marked: theirs, places: [] },
    },
  ],
])('a decision that %s has faults', (_, verdict) => {
  expect(faultsOf(one, decided(verdict))).not.toEqual([]);
});
