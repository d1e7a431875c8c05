import { describe, expect, it } from 'vitest';
import {
  isBlocked,
  isChoosable,
  resolveConflict,
  shownConflict,
} from '../../../src/pipeline/decide/resolve-conflict.ts';
import type { Conflict, Decision, FileAction } from '../../../src/pipeline/decide/decision.ts';
import type { Sides } from '../../../src/pipeline/text/take-side.ts';

const decision = (verdict: FileAction, some: Partial<Decision> = {}): Decision => ({
  path: 'src/agent/loop.ts',
  role: 'source',
  owner: 'loop',
  before: undefined,
  mine: 'mine\n',
  theirs: 'theirs\n',
  base: 'base\n',
  adaptedTheirs: 'theirs\n',
  edited: true,
  action: verdict,
  ...some,
});
const place = { line: 1, yours: ['mine'], upstream: ['theirs'] };
const sides: Sides = {
  yours: 'mine, merged\n',
  upstream: 'theirs, merged\n',
  marked: 'marked\n',
  places: [place],
};
const unmarked: Conflict = { kind: 'conflict', why: 'both', theirs: 'theirs\n' };
const conflict: Conflict = { ...unmarked, sides };
const whole = '<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> upstream\n';

describe('a conflict', () => {
  it.each([
    ['skip', unmarked, { kind: 'keep-mine', why: 'skipped: yours stays' }],
    ['overwrite', unmarked, { kind: 'take-theirs', text: 'theirs\n' }],
    ['markers', conflict, { kind: 'merged', text: 'marked\n' }],
  ] as const)('becomes what was chosen: %s', (choice, one, verdict) => {
    expect(resolveConflict(decision(one), choice).action).toMatchObject(verdict);
  });

  it.each<[string, 'skip' | 'overwrite', Partial<Conflict>, Partial<Decision>, FileAction]>([
    [
      'skip writes all other hunks',
      'skip',
      { sides },
      {},
      {
        kind: 'merged',
        text: 'mine, merged\n',
        why: '1 hunk refused: your lines stay, the rest is merged',
      },
    ],
    [
      'skip writes nothing if there are no other hunks',
      'skip',
      { sides: { ...sides, yours: 'mine\n', places: [place, place] } },
      { mine: 'mine\r\n' },
      { kind: 'keep-mine', why: '2 hunks refused: your lines stay' },
    ],
    [
      'skip leaves the whole file if its wiring would be half',
      'skip',
      { sides },
      { leavesWiring: true },
      { kind: 'keep-mine', why: 'skipped: yours stays' },
    ],
    [
      'overwrite keeps the other edits, and does not count as upstream’s text',
      'overwrite',
      { sides, theirs: sides.upstream },
      {},
      {
        kind: 'merged',
        text: 'theirs, merged\n',
        why: '1 hunk overwritten; your other edits stay',
      },
    ],
    [
      'overwrite is upstream’s text if there are no other edits',
      'overwrite',
      { sides: { ...sides, upstream: 'theirs\n' } },
      {},
      { kind: 'take-theirs', text: 'theirs\n', why: 'overwritten' },
    ],
  ])('by hunk: %s', (_, choice, some, more, action) => {
    expect(resolveConflict(decision({ ...conflict, ...some }, more), choice).action).toEqual(
      action,
    );
  });

  it('is known to be skipped', () => {
    const skipped = (['skip', 'overwrite', 'markers'] as const).map(
      (one) => resolveConflict(decision(conflict), one).skipped,
    );
    expect(skipped).toEqual([true, undefined, undefined]);
  });

  it('is marked with markers alone', () => {
    const marked = (['skip', 'overwrite', 'markers'] as const).map(
      (one) => resolveConflict(decision(conflict), one).marked,
    );
    expect(marked).toEqual([undefined, undefined, true]);
  });

  it.each([
    ['both as a whole', 'mine\n', whole],
    ['both as a whole, on lines of their own', 'mine', whole],
    ['both as a whole, in the line endings of mine', 'mine\r\n', whole.replaceAll('\n', '\r\n')],
    [
      'what there is, where mine is empty',
      '',
      '<<<<<<< yours\n=======\ntheirs\n>>>>>>> upstream\n',
    ],
  ])('without a base is marked as %s', (_name, mine, text) => {
    expect(resolveConflict(decision(unmarked, { mine }), 'markers').action).toMatchObject({
      kind: 'merged',
      text,
    });
  });
});

describe('what cannot be chosen', () => {
  const link: Conflict = { kind: 'conflict', why: 'it is a link' };
  const others: readonly FileAction[] = [
    { kind: 'keep-mine' },
    { kind: 'delete' },
    { kind: 'create', text: 'x' },
    link,
  ];

  it.each(others)('stays as it is: %j', (verdict) => {
    const one = decision(verdict);
    expect(
      (['skip', 'overwrite', 'markers'] as const).map((choice) => resolveConflict(one, choice)),
    ).toEqual([one, one, one]);
    expect(isChoosable(one)).toBe(false);
  });

  it.each<[string, FileAction, boolean]>([
    ['a link in its place', link, true],
    ['markers that are to be taken out first', { ...link, unfinished: true }, false],
    ['something to choose', conflict, false],
    ['no conflict', { kind: 'keep-mine' }, false],
  ])('is in the way or not: %s', (_, verdict, blocked) => {
    expect(isBlocked(decision(verdict))).toBe(blocked);
  });

  it('with markers is what is no text: it is not overwritten instead', () => {
    const bytes = decision(
      { kind: 'conflict', why: 'it is not text', theirs: 'x' },
      { mine: undefined },
    );
    expect(resolveConflict(bytes, 'markers').action.kind).toBe('conflict');
    expect(resolveConflict(bytes, 'overwrite').action).toMatchObject({
      kind: 'take-theirs',
      text: 'x',
    });
    expect([isChoosable(bytes), shownConflict(bytes).canMark]).toEqual([true, false]);
  });
});

describe('a conflict that is shown', () => {
  it('has each place with both versions', () => {
    expect(shownConflict(decision(conflict))).toEqual({
      path: 'src/agent/loop.ts',
      why: 'both',
      canMark: true,
      isByHunk: true,
      places: [place],
    });
  });

  it('without a base has all of both', () => {
    expect(shownConflict(decision(unmarked)).places).toEqual([
      { line: 1, yours: ['mine'], upstream: ['theirs'] },
    ]);
  });

  it('is none for what is not one', () => {
    expect(shownConflict(decision({ kind: 'delete' })).why).toBe('');
  });
});
