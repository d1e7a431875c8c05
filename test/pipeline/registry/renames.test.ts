import { describe, expect, it } from 'vitest';
import { checkRegistry } from '../../../src/pipeline/registry/check-registry.ts';
import type { Component, Renamed } from '../../../src/pipeline/registry/component.ts';
import { renamesOf } from '../../../src/pipeline/registry/renames.ts';
import { component } from '../../support/pipeline/fixtures.ts';

const one = (name: string, paths: readonly string[], renamed?: Renamed): Component =>
  component(name, {
    files: paths.map((to) => ({ from: `agent/${to}`, to, role: 'source' })),
    ...(renamed && { renamed }),
  });

describe('the new path of a file', () => {
  const moved = one('loop', ['core/loop.ts'], { 'core/loop.ts': 'loop.ts' });
  const chain = one('c', ['c.ts'], { 'b.ts': 'a.ts', 'c.ts': 'b.ts' });
  const fold = one('people', ['people.ts'], { 'people.ts': ['human.ts', 'amend.ts'] });
  const swallow = one('human', ['human.ts'], { 'human.ts': ['human.ts', 'amend.ts'] });
  const foldOfMoved = one('p', ['p.ts'], { 'p.ts': ['b.ts', 'z.ts'], 'b.ts': 'a.ts' });
  const elsewhere = [one('x', [], { 'b.ts': 'a.ts' }), one('y', ['c.ts'], { 'c.ts': 'b.ts' })];

  it.each<[string, readonly Component[], string, string]>([
    ['that never moved is its own', [moved], 'errors.ts', 'errors.ts'],
    ['that moved', [moved], 'loop.ts', 'core/loop.ts'],
    ['that is there already is its own', [moved], 'core/loop.ts', 'core/loop.ts'],
    ['that moved twice is the last', [chain], 'a.ts', 'c.ts'],
    ['that moved once of two moves is the last', [chain], 'b.ts', 'c.ts'],
    ['that is part of a fold', [fold], 'amend.ts', 'people.ts'],
    ['that swallowed another one is its own', [swallow], 'human.ts', 'human.ts'],
    ['that another one swallowed', [swallow], 'amend.ts', 'human.ts'],
    ['that moved and is part of a fold then', [foldOfMoved], 'a.ts', 'p.ts'],
    ['that two components moved', elsewhere, 'a.ts', 'c.ts'],
  ])('%s', (_, components, from, to) => {
    expect(renamesOf(components).newPathOf(from)).toBe(to);
    expect(() => checkRegistry(components, 'here')).not.toThrow();
  });

  it.each<[string, Component, string, readonly string[]]>([
    ['of none', moved, 'errors.ts', []],
    ['of a move', moved, 'core/loop.ts', ['loop.ts']],
    ['of a chain, the oldest first', chain, 'c.ts', ['a.ts', 'b.ts']],
    ['of a fold, in its order', fold, 'people.ts', ['human.ts', 'amend.ts']],
    ['of a fold into one of them', swallow, 'human.ts', ['human.ts', 'amend.ts']],
    ['of a fold of moved files', foldOfMoved, 'p.ts', ['a.ts', 'b.ts', 'z.ts']],
  ])('and the old ones %s', (_, only, path, old) => {
    expect(renamesOf([only]).oldPathsOf(path)).toEqual(old);
  });
});

describe('a registry is refused', () => {
  it.each<[string, readonly Component[], string]>([
    ['with a source that leads out', [one('a', ['a.ts'], { 'a.ts': '../b.ts' })], '"../b.ts"'],
    ['with a source that is hidden', [one('a', ['a.ts'], { 'a.ts': '.git/b.ts' })], '".git/b.ts"'],
    ['with a source that is no TypeScript', [one('a', ['a.ts'], { 'a.ts': 'b.md' })], 'a .ts file'],
    ['with a target that leads out', [one('a', ['a.ts'], { '/b.ts': 'c.ts' })], '"/b.ts"'],
    [
      'with a source that is still a file',
      [one('a', ['a.ts', 'b.ts'], { 'a.ts': 'b.ts' })],
      'b.ts cannot move to a.ts: it is still a file',
    ],
    [
      'with a source that is still a file of another component',
      [one('a', ['a.ts'], { 'a.ts': 'b.ts' }), one('b', ['b.ts'])],
      'b.ts cannot move to a.ts: it is still a file',
    ],
    [
      'with two files that swap their names',
      [one('a', ['a.ts', 'b.ts'], { 'a.ts': 'b.ts', 'b.ts': 'a.ts' })],
      'b.ts cannot move to a.ts: it is still a file',
    ],
    [
      'with a file that moves to itself',
      [one('a', ['a.ts'], { 'a.ts': 'a.ts' })],
      'a.ts cannot move to a.ts',
    ],
    [
      'with two targets of a source',
      [one('a', ['a.ts', 'b.ts'], { 'a.ts': 'x.ts', 'b.ts': 'x.ts' })],
      'x.ts moves to both a.ts and b.ts',
    ],
    [
      'with a source twice in a fold',
      [one('a', ['a.ts'], { 'a.ts': ['x.ts', 'x.ts'] })],
      'x.ts moves to both a.ts and a.ts',
    ],
    [
      'with a target in two components',
      [one('a', ['a.ts'], { 'a.ts': 'x.ts' }), one('b', [], { 'a.ts': 'y.ts' })],
      'two components say what a.ts was before',
    ],
    [
      'with a circle',
      [one('a', ['a.ts'], { 'x.ts': 'y.ts', 'y.ts': 'x.ts' })],
      'moves in a circle',
    ],
    [
      'with a target that no component has',
      [one('a', ['a.ts'], { 'b.ts': 'x.ts' })],
      'a has no file b.ts',
    ],
    [
      'with a target of another component',
      [one('a', ['a.ts'], { 'b.ts': 'x.ts' }), one('b', ['b.ts'])],
      'a has no file b.ts',
    ],
    [
      'with too many',
      [
        one('a', ['a.ts'], {
          'a.ts': Array.from({ length: 2000 }, (_, index) => `x${index}.ts`),
        }),
      ],
      'it renames 2001 files',
    ],
  ])('%s', (_, components, why) => {
    expect(() => checkRegistry(components, 'here')).toThrow(why);
  });
});
