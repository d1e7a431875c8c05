import { describe, expect, it } from 'vitest';
import { reconcile } from '../../src/pipeline/decide/reconcile.ts';
import type { Merge } from '../../src/types.ts';
import { noTools } from '../support/fixtures.ts';

const lost = Symbol('lost');
const none = undefined;

function sides(base: string | typeof lost | undefined, mine: string | undefined, theirs: string | undefined) {
  return { known: base !== undefined, base: base === lost ? undefined : base, mine, theirs };
}

describe('one file', () => {
  it.each([
    ['is created', none, none, 'x', 'create'],
    ['that is the same already is adopted', none, 'x', 'x', 'unchanged'],
    ['that we never wrote is never overwritten', none, 'm', 't', 'conflict'],
    ['that nobody changed stays', 'x', 'x', 'x', 'unchanged'],
    ['that only the user changed stays', 'x', 'y', 'x', 'keep-mine'],
    ['that only upstream changed is taken', 'x', 'x', 'y', 'take-theirs'],
    ['that both changed alike is adopted', 'x', 'y', 'y', 'unchanged'],
    ['that the user deleted stays deleted', 'x', none, 'x', 'keep-mine'],
    ['that the user deleted and upstream changed stays deleted', 'x', none, 'y', 'keep-mine'],
    ['that both deleted is forgotten', 'x', none, none, 'unchanged'],
    ['that upstream withdrew is deleted', 'x', 'x', none, 'delete'],
    ['that upstream withdrew and the user edited stays', 'x', 'y', none, 'keep-mine'],
    ['without its base is never guessed', lost, 'm', 't', 'conflict'],
    ['without its base that is the same is adopted', lost, 'x', 'x', 'unchanged'],
    ['without its base that upstream withdrew stays', lost, 'm', none, 'keep-mine'],
    ['without its base that the user deleted stays deleted', lost, none, 't', 'keep-mine'],
    ['that neither has is nothing', none, none, none, 'unchanged'],
    ['that is empty is a file', none, '', 'x', 'conflict'],
  ] as const)('%s', async (_, base, mine, theirs, kind) => {
    expect((await reconcile(sides(base, mine, theirs), noTools.merge)).kind).toBe(kind);
  });

  it.each([
    ['upstream changed a file that the user deleted', 'x', none, 'y'],
    ['upstream withdrew a file that the user edited', 'x', 'y', none],
    ['a base is lost', lost, 'm', 't'],
  ] as const)('says so when %s', async (_, base, mine, theirs) => {
    expect((await reconcile(sides(base, mine, theirs), noTools.merge)).why).toBeTruthy();
  });

  it('that both changed is merged by the function handed in', async () => {
    const merge: Merge = async (base, mine, theirs) => ({ kind: 'merged', text: [base, mine, theirs].join('|') });
    expect(await reconcile(sides('abc', 'Abc', 'abC'), merge)).toEqual({ kind: 'merged', text: 'abc|Abc|abC' });
  });

  it('is a conflict when the merge says so', async () => {
    const merge: Merge = async () => ({ kind: 'conflict', why: 'both changed line 1' });
    expect(await reconcile(sides('a', 'b', 'c'), merge)).toEqual({
      kind: 'conflict',
      why: 'both changed line 1',
      theirs: 'c',
    });
  });

  it('offers the text with markers where the merge made one', async () => {
    const merge: Merge = async (base, mine, theirs) => ({ kind: 'conflict', why: 'both', marked: `${mine}${theirs}` });
    expect(await reconcile(sides('a\n', 'b\r\n', 'c\n'), merge)).toEqual({
      kind: 'conflict',
      why: 'both',
      theirs: 'c\r\n',
      marked: 'b\r\nc\r\n',
    });
  });
});

describe('line endings', () => {
  it.each([
    ['alone are no edit', 'a\nb\n', 'a\r\nb\r\n', 'a\nb\n', { kind: 'unchanged' }],
    ['of mine are kept when upstream is taken', 'a\n', 'a\r\n', 'b\n', { kind: 'take-theirs', text: 'b\r\n' }],
    ['of upstream are not taken', 'a\n', 'a\n', 'b\r\n', { kind: 'take-theirs', text: 'b\n' }],
    ['of an adopted file are no conflict', none, 'a\r\n', 'a\n', { kind: 'unchanged' }],
  ] as const)('%s', async (_, base, mine, theirs, verdict) => {
    expect(await reconcile(sides(base, mine, theirs), noTools.merge)).toEqual(verdict);
  });

  it('are one kind inside a merge, and mine after it', async () => {
    const merge: Merge = async (base, mine, theirs) => ({ kind: 'merged', text: `${base}${mine}${theirs}` });
    const verdict = await reconcile(sides('a\n', 'b\r\n', 'c\r\n'), merge);
    expect(verdict).toEqual({ kind: 'merged', text: 'a\r\nb\r\nc\r\n' });
  });
});
