import { describe, expect, it } from 'vitest';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { isReported, writesOf } from '../../../src/pipeline/plan/writes.ts';
import type { Change } from '../../../src/pipeline/plan/change.ts';
import type { FileAction } from '../../../src/pipeline/decide/decision.ts';
import { lock, nothing } from '../../support/pipeline/fixtures.ts';

const path = 'src/agent/loop.ts';
const changed = (verdict: FileAction, mine?: string): Change => ({
  ...verdict,
  path,
  role: 'source',
  ...(mine === undefined ? {} : { mine }),
});
const writes = (change: Change, project = nothing) =>
  writesOf({ changes: [change], lock: lock(), install: [], uninstall: [], nextSteps: [] }, project);

describe('what is written', () => {
  it.each<[string, Change, readonly object[]]>([
    [
      'a new file',
      changed({ kind: 'create', text: 'a' }),
      [{ path, before: undefined, content: 'a' }],
    ],
    [
      'an empty file',
      changed({ kind: 'create', text: '' }),
      [{ path, before: undefined, content: '' }],
    ],
    [
      'a replaced one',
      changed({ kind: 'take-theirs', text: 'b' }, 'a'),
      [{ path, before: hash('a'), content: 'b' }],
    ],
    [
      'a replaced empty one',
      changed({ kind: 'merged', text: 'b' }, ''),
      [{ path, before: hash(''), content: 'b' }],
    ],
    [
      'one that goes',
      changed({ kind: 'delete' }, 'a'),
      [{ path, before: hash('a'), content: undefined }],
    ],
    ['nothing of what is kept', changed({ kind: 'keep-mine', why: 'you edited it' }, 'a'), []],
    ['nothing of what is as it was', changed({ kind: 'unchanged' }, 'a'), []],
    ['nothing of a conflict', changed({ kind: 'conflict', why: 'both', theirs: 'b' }, 'a'), []],
  ])('is %s', (_, change, expected) => {
    expect(writes(change)).toEqual(expected);
  });

  it('over bytes is told by their hash', () => {
    const project = {
      ...nothing,
      obstacles: new Map([[path, { why: 'it is not text', hash: hash('bytes') }]]),
    };
    expect(writes(changed({ kind: 'take-theirs', text: 'b' }), project)).toEqual([
      { path, before: hash('bytes'), content: 'b' },
    ]);
  });
});

it.each<[boolean, Change]>([
  [true, changed({ kind: 'create', text: 'a' })],
  [true, changed({ kind: 'delete' }, 'a')],
  [true, changed({ kind: 'conflict', why: 'both' }, 'a')],
  [true, changed({ kind: 'keep-mine', why: 'you edited it' }, 'a')],
  [false, changed({ kind: 'keep-mine' }, 'a')],
  [false, changed({ kind: 'unchanged' }, 'a')],
  [false, { ...changed({ kind: 'create', text: 'a' }), role: 'own' }],
])('is news: %s for %j', (news, change) => {
  expect(isReported(change)).toBe(news);
});
