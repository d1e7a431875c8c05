import { describe, expect, it } from 'vitest';
import {
  conflictsLeft,
  describePlan,
  planSummary,
} from '../../../src/pipeline/report/describe-plan.ts';
import type { Change, Plan } from '../../../src/pipeline/plan/change.ts';
import { lock } from '../../support/pipeline/fixtures.ts';

const planOf = (changes: readonly Change[], some: Partial<Plan> = {}): Plan => ({
  changes,
  lock: lock(),
  install: [],
  uninstall: [],
  nextSteps: [],
  ...some,
});
const created = (path: string, text = 'a\n', role: Change['role'] = 'source'): Change => ({
  kind: 'create',
  path,
  role,
  owner: 'loop',
  text,
});
const at = { path: 'src/agent/loop.ts', role: 'source', owner: 'loop' } as const;
const marked = 'a\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> upstream\n';
const sides = { yours: '', upstream: '', marked, places: [] };
const rows = (...changes: readonly Change[]) =>
  describePlan(planOf(changes)).map((row) => Object.values(row));

describe('new files', () => {
  it.each<[string, readonly Change[], readonly string[][]]>([
    ['one', [created('src/agent/loop.ts', 'a\nb\n')], [['create', 'src/agent/loop.ts', '2 lines']]],
    ['one of one line', [created('loop.ts')], [['create', 'loop.ts', '1 line']]],
    [
      'of a folder together',
      [created('a/x.ts'), created('a/y.ts', 'a\nb')],
      [['create', 'a/{x,y}.ts', '3 lines']],
    ],
    [
      'that are not all code',
      [created('a/x.ts'), created('a/y.json')],
      [['create', 'a/{x.ts,y.json}', '2 lines']],
    ],
    [
      'of two folders apart',
      [created('a/x.ts'), created('b/x.ts')],
      [
        ['create', 'a/x.ts', '1 line'],
        ['create', 'b/x.ts', '1 line'],
      ],
    ],
    [
      'of a folder below apart',
      [created('a/x.ts'), created('a/b/x.ts')],
      [
        ['create', 'a/x.ts', '1 line'],
        ['create', 'a/b/x.ts', '1 line'],
      ],
    ],
    [
      'that are many by their number',
      ['1', '2', '3', '4', '5'].map((name) => created(`a/${name}.ts`)),
      [['create', 'a/ 5 files', '5 lines']],
    ],
    [
      'that are tests together',
      [created('a/x.test.ts', 'a\n', 'test'), created('b/y.test.ts', 'a\n', 'test')],
      [['create', '2 test files', '2 lines']],
    ],
    [
      'that is a test',
      [created('a/x.test.ts', 'a\n', 'test')],
      [['create', '1 test file', '1 line']],
    ],
    [
      'that are shared by their name',
      [created('.gitignore', 'a\n', 'shared')],
      [['create', '.gitignore', '']],
    ],
  ])('are summed up: %s', (_, changes, expected) => {
    expect(rows(...changes)).toEqual(expected);
  });
});

describe('a change', () => {
  it.each<[string, Change, readonly string[]]>([
    [
      'that takes upstream’s',
      { ...at, kind: 'take-theirs', text: 'b\n', mine: 'a\n' },
      ['replace', at.path, 'you had not edited it'],
    ],
    [
      'that overwrites',
      { ...at, kind: 'take-theirs', text: 'b\n', mine: 'a\n', why: 'overwritten' },
      ['replace', at.path, 'overwritten'],
    ],
    [
      'that merges',
      { ...at, kind: 'merged', text: '1\n2\n3\nx\ny\n', mine: '1\n2\n3\nz\n' },
      ['merge', at.path, '+2 -1 lines; your edits are kept'],
    ],
    [
      'that merges, whatever the line endings',
      { ...at, kind: 'merged', text: '1\r\n2\r\n3\r\n4\r\n', mine: '1\r\n2\r\n' },
      ['merge', at.path, '+2 lines; your edits are kept'],
    ],
    [
      'that merges one line',
      { ...at, kind: 'merged', text: '1\n2\n', mine: '1\n' },
      ['merge', at.path, '+1 line; your edits are kept'],
    ],
    [
      'that merges what only moves lines',
      { ...at, kind: 'merged', text: '2\n1\n', mine: '1\n2\n' },
      ['merge', at.path, 'your edits are kept'],
    ],
    [
      'that adds to a shared file',
      {
        path: '.env.example',
        role: 'shared',
        kind: 'merged',
        text: 'A=\nB=\n',
        mine: 'A=\n',
        why: '+ B',
      },
      ['merge', '.env.example', '+ B'],
    ],
    [
      'that is kept, and why',
      { ...at, kind: 'keep-mine', why: 'you edited it', mine: 'm' },
      ['keep', at.path, 'you edited it'],
    ],
    [
      'that deletes, and why',
      { ...at, kind: 'delete', mine: 'a\n', why: 'you edited it; --force' },
      ['delete', at.path, 'you edited it; --force'],
    ],
    [
      'that is a conflict, and where',
      { ...at, kind: 'conflict', why: 'both', sides },
      ['CONFLICT', at.path, '2-6 both'],
    ],
    [
      'that is a conflict without a place',
      { ...at, kind: 'conflict', why: 'it is a link' },
      ['CONFLICT', at.path, 'it is a link'],
    ],
  ])('is said: one %s', (_, change, row) => {
    expect(rows(change)).toEqual([row]);
  });

  it.each<[string, Change]>([
    [
      'of our own files',
      { path: '.12-factor/lock.json', role: 'own', kind: 'take-theirs', text: 'b', mine: 'a' },
    ],
    ['that is none', { ...at, kind: 'unchanged' }],
    ['that keeps what there is nothing to say of', { ...at, kind: 'keep-mine' }],
  ])('is not said: one %s', (_, change) => {
    expect(rows(change)).toEqual([]);
  });
});

describe('conflicts that are left', () => {
  it.each<[string, Change, readonly object[]]>([
    [
      'one that nobody settled',
      { ...at, kind: 'conflict', why: 'both', theirs: 'x', sides, mine: 'm' },
      [{ path: at.path, where: '', why: 'both' }],
    ],
    [
      'unfinished markers, and where',
      { ...at, kind: 'conflict', why: 'still', mine: marked },
      [{ path: at.path, where: '2-6', why: 'still' }],
    ],
    [
      'markers that are written, and where',
      { ...at, kind: 'merged', text: marked, mine: 'm' },
      [{ path: at.path, where: '2-6', why: 'both changed the same lines' }],
    ],
    ['none in what is merged', { ...at, kind: 'merged', text: 'm', mine: 'm' }, []],
    ['none in what is deleted', { ...at, kind: 'delete', mine: marked }, []],
    [
      'none in a base copy',
      { path: '.12-factor/base/x', role: 'own', kind: 'create', text: marked },
      [],
    ],
  ])('are: %s', (_, change, left) => {
    expect(conflictsLeft(planOf([change]))).toEqual(left);
  });
});

it('the document for scripts has what is news, without texts', () => {
  const changes: readonly Change[] = [
    created('a.ts'),
    { ...at, kind: 'keep-mine', why: 'you edited it', mine: 'm' },
    { ...at, kind: 'unchanged' },
    { path: 'package.json', role: 'shared', kind: 'merged', text: '{"a":1}', mine: '{}' },
  ];
  expect(planSummary(planOf(changes, { install: ['zod@^4'], uninstall: ['x'] }))).toEqual({
    changes: [
      { path: 'a.ts', kind: 'create', role: 'source', component: 'loop' },
      { path: at.path, kind: 'keep-mine', role: 'source', component: 'loop', why: 'you edited it' },
      { path: 'package.json', kind: 'merged', role: 'shared' },
    ],
    install: ['zod@^4'],
    uninstall: ['x'],
    conflicts: [],
  });
});
