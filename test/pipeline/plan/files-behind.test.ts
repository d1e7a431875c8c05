import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/pipeline/plan/change.ts';
import { filesBehind } from '../../../src/pipeline/plan/files-behind.ts';
import type { Decision, FileAction } from '../../../src/pipeline/decide/decision.ts';

const path = 'src/agent/core/loop.ts';
const kept: FileAction = { kind: 'keep-mine', why: 'why' };
const deleted: FileAction = { kind: 'keep-mine', isBehind: true };

const decision = (some: Partial<Decision>): Decision => ({
  path,
  role: 'source',
  owner: 'loop',
  before: undefined,
  mine: `import { a } from './a.js';\nimport { b } from '@/agent/core/b';\n`,
  theirs: 'theirs',
  base: 'base',
  adaptedTheirs: 'theirs',
  edited: true,
  action: kept,
  ...some,
});
const change = (name: string, text: string, some: Partial<Change> = {}): Change =>
  ({ kind: 'take-theirs', path: `src/agent/${name}`, role: 'source', text, ...some }) as Change;
const aliases = (name: string) => (name.startsWith('@/') ? [`src/${name.slice(2)}`] : []);
const statesOf = (one: Decision, changes: readonly Change[] = []) =>
  filesBehind([one], changes, aliases);

describe('a file stays behind', () => {
  it.each<[string, Partial<Decision>, string]>([
    ['whose hunks were refused', { skipped: true }, 'keeps your lines'],
    ['that is no text and was skipped', { skipped: true, mine: undefined }, 'stays as it is'],
    ['that the user deleted', { mine: undefined, action: deleted }, 'stays deleted'],
    [
      'that still has markers',
      { action: { kind: 'conflict', why: '', unfinished: true } },
      'still has conflict markers',
    ],
  ])('%s', (_, some, state) => {
    expect(statesOf(decision(some))).toEqual([{ path, state, changed: [] }]);
  });

  it.each<[string, Partial<Decision>]>([
    ['that upstream did not change', { action: { kind: 'keep-mine' }, mine: undefined }],
    ['that upstream removed', { theirs: undefined }],
    ['that is deleted, about which a sentence is said', { mine: undefined }],
    ['that was merged', { action: { kind: 'merged', text: 'x' } }],
    ['that is kept with the user’s edits', {}],
  ])('but not one %s', (_, some) => {
    expect(statesOf(decision(some))).toEqual([]);
  });
});

describe('with a file that stays behind', () => {
  const changedWith = (changes: readonly Change[], some: Partial<Decision> = {}) =>
    statesOf(decision({ skipped: true, ...some }), changes).flatMap(({ changed }) => changed);

  it('those are named that it imports or that import it, tests last', () => {
    const changes = [
      change('core/loop.test.ts', `import './loop.ts';`, { role: 'test' }),
      change('core/a.ts', ''),
      change('core/b.ts', ''),
      change('core/c.ts', ''),
      change('server/d.ts', `import { loop } from '../core/loop.ts';`),
    ];
    expect(changedWith(changes)).toEqual([
      'src/agent/core/a.ts',
      'src/agent/core/b.ts',
      'src/agent/server/d.ts',
      'src/agent/core/loop.test.ts',
    ]);
  });

  it.each<[string, Change]>([
    ['that does not change', change('core/a.ts', '', { kind: 'unchanged' }) as Change],
    ['that has the same text', change('core/a.ts', 'x', { mine: 'x' })],
    ['of the tool itself', change('core/a.ts', 'x', { role: 'own' })],
    ['that the user shares', change('core/a.ts', 'x', { role: 'shared' })],
  ])('none is named %s', (_, one) => {
    const { text: _text, ...rest } = one as { text?: string };
    const unchanged = one.kind === 'unchanged' ? (rest as Change) : one;
    expect(changedWith([unchanged])).toEqual([]);
  });

  it('its text after the command counts', () => {
    const action: FileAction = { kind: 'merged', text: `import './new.ts';` };
    expect(changedWith([change('core/new.ts', ''), change('core/a.ts', '')], { action })).toEqual([
      'src/agent/core/new.ts',
    ]);
  });
});
