import { describe, expect, it } from 'vitest';
import {
  changeClosing,
  danglingNotes,
  keptNotes,
  leftNotes,
  orphanNotes,
  takerNotes,
} from '../../../src/pipeline/report/change-messages.ts';
import type { FileBehind } from '../../../src/pipeline/plan/files-behind.ts';
import type { Change, Plan } from '../../../src/pipeline/plan/change.ts';
import { catalogue, component, installed, lock } from '../../support/pipeline/fixtures.ts';

it('each orphan is named with its registry', () => {
  const here = lock({
    components: { a: installed('you', { source: '../x' }), b: installed(), c: installed() },
  });
  const known = catalogue([component('c')], [component('a'), component('b')]);
  expect(orphanNotes(here, known, here)).toEqual([
    'a was not found in ../x: it stays as it is.',
    'b was not found in built-in: it stays as it is.',
  ]);
  expect(orphanNotes(here, known, { components: { c: installed() } })).toEqual([]);
});

it('a component that has files of another one is named, and what is part of it now', () => {
  const moves = [
    { from: ['src/agent/x.ts'], to: 'src/agent/new/x.ts', givers: ['a'], taker: 'new' },
    { from: ['src/agent/y.ts'], to: 'src/agent/new/y.ts', givers: ['a', 'b'], taker: 'new' },
  ];
  const before = lock({ components: { a: installed(), b: installed() } });
  const after = { components: { b: installed(), new: installed(), other: installed() } };
  expect(takerNotes(moves, before, after)).toEqual([
    'Adds new: it has files that were in a, b.',
    'a is now part of new.',
  ]);
});

it('a file that still names a moved one is for the user to change', () => {
  expect(leftNotes([['package.json', ['src/agent/x.ts', 'src/agent/y.ts']]])).toEqual([
    'package.json still names src/agent/x.ts, src/agent/y.ts: change it by hand.',
  ]);
});

it('an import of a deleted file is named', () => {
  expect(danglingNotes([['src/index.ts', 'src/agent/errors.ts']])).toEqual([
    'src/index.ts imports src/agent/errors.ts, which will be deleted.',
  ]);
});

it.each([
  [[], [], []],
  [['zod', '@types/node'], [], ['package.json keeps zod, @types/node: still used by other code.']],
  [[], ['.agent/'], ['.gitignore keeps .agent/: still on disk.']],
] as const)(
  'kept packages and lines are named with the reason: %j %j',
  (packages, ignored, notes) => {
    expect(keptNotes(packages, ignored)).toEqual(notes);
  },
);

describe('the last lines of a command that wrote', () => {
  const conflict: Change = {
    kind: 'conflict',
    path: 'src/agent/loop.ts',
    role: 'source',
    why: 'it is a link',
  };
  const marked = '<<<<<<< yours\na\n=======\nb\n>>>>>>> upstream\n';
  const planOf = (changes: readonly Change[]): Plan => ({
    changes,
    lock: lock(),
    install: [],
    uninstall: [],
    nextSteps: [],
  });

  const kept: FileBehind = { path: 'src/agent/loop.ts', state: 'keeps your lines', changed: [] };

  it.each<[string, readonly Change[], readonly FileBehind[], string]>([
    ['say how to undo it, and what to do next', [], [], 'Done.'],
    [
      'name the conflicts',
      [conflict],
      [kept],
      'Written. 1 conflict left to resolve: src/agent/loop.ts (it is a link)',
    ],
    [
      'count each place that both changed',
      [{ ...conflict, mine: `${marked}mine\n${marked}` }],
      [kept],
      'Written. 2 conflicts left to resolve: src/agent/loop.ts:1-5, 7-11',
    ],
    [
      'name the files that stay behind',
      [],
      [kept, { ...kept, path: 'a.ts' }],
      'Written. Without all of upstream’s changes: src/agent/loop.ts, a.ts',
    ],
  ])('%s', (_, changes, behind, head) => {
    expect(changeClosing(planOf(changes), behind, 'yarn', ['Go on.'])).toEqual([
      head,
      expect.stringMatching(/^To undo: .*create-12-factor-agent.* undo$/),
      'Go on.',
    ]);
  });
});
