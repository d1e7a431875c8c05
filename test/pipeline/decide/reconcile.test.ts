import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../src/pipeline/decide/reconcile.ts';
import type { Merge } from '../../../src/pipeline/text/merge.ts';
import { noTools } from '../../support/pipeline/fixtures.ts';
import { lineEndings, lost, none, oneFile, type Text } from '../../support/pipeline/three-texts.ts';

function sides(base: Text | typeof lost, mine: Text, theirs: Text) {
  return { known: base !== undefined, base: base === lost ? undefined : base, mine, theirs };
}

describe('one file', () => {
  it.each(oneFile)('%s', async (_, base, mine, theirs, kind) => {
    expect((await reconcile(sides(base, mine, theirs), noTools.merge)).kind).toBe(kind);
  });

  it('that neither has is nothing', async () => {
    expect(await reconcile(sides(none, none, none), noTools.merge)).toEqual({ kind: 'unchanged' });
  });

  it.each([
    ['upstream changed a file that the user deleted', 'x', none, 'y'],
    ['upstream withdrew a file that the user edited', 'x', 'y', none],
    ['a base is lost', lost, 'm', 't'],
  ] as const)('says so when %s', async (_, base, mine, theirs) => {
    expect((await reconcile(sides(base, mine, theirs), noTools.merge)).why).toBeTruthy();
  });

  it('that both changed is merged by the function handed in', async () => {
    const merge: Merge = async (base, mine, theirs) => ({
      kind: 'merged',
      text: [base, mine, theirs].join('|'),
    });
    expect(await reconcile(sides('abc', 'Abc', 'abC'), merge)).toEqual({
      kind: 'merged',
      text: 'abc|Abc|abC',
    });
  });

  it('is a conflict when the merge says so', async () => {
    const merge: Merge = async () => ({ kind: 'conflict', why: 'both changed line 1' });
    expect(await reconcile(sides('a', 'b', 'c'), merge)).toEqual({
      kind: 'conflict',
      why: 'both changed line 1',
      theirs: 'c',
    });
  });

  it('has both sides where the merge found the hunks', async () => {
    const merge: Merge = async () => ({
      kind: 'conflict',
      why: 'both',
      parts: [{ yours: ['b'], upstream: ['c'] }, { lines: ['d', ''] }],
    });
    expect(await reconcile(sides('a\n', 'b\r\n', 'c\n'), merge)).toEqual({
      kind: 'conflict',
      why: 'both',
      theirs: 'c\r\nd\r\n',
      sides: {
        yours: 'b\r\nd\r\n',
        upstream: 'c\r\nd\r\n',
        marked: '<<<<<<< yours\r\nb\r\n=======\r\nc\r\n>>>>>>> upstream\r\nd\r\n',
        places: [{ line: 1, yours: ['b'], upstream: ['c'] }],
      },
    });
  });
});

describe('line endings of mine', () => {
  it.each(lineEndings)('%s', async (_, base, mine, theirs, verdict) => {
    expect(await reconcile(sides(base, mine, theirs), noTools.merge)).toEqual(verdict);
  });

  it('are one kind inside a merge, and mine after it', async () => {
    const merge: Merge = async (base, mine, theirs) => ({
      kind: 'merged',
      text: `${base}${mine}${theirs}`,
    });
    const verdict = await reconcile(sides('a\n', 'b\r\n', 'c\r\n'), merge);
    expect(verdict).toEqual({ kind: 'merged', text: 'a\r\nb\r\nc\r\n' });
  });
});
