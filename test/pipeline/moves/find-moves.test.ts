import { expect, it } from 'vitest';
import { findMoves } from '../../../src/pipeline/moves/find-moves.ts';
import type { Component, Renamed } from '../../../src/pipeline/registry/component.ts';
import type { Registry } from '../../../src/pipeline/registry/registry-json.ts';
import { component, installed, lock, locked } from '../../support/pipeline/fixtures.ts';

const one = (name: string, paths: readonly string[], renamed?: Renamed): Component =>
  component(name, {
    files: paths.map((to) => ({ from: `agent/${to}`, to, role: 'source' })),
    ...(renamed && { renamed }),
  });
/** A lock with the files of each component. */
const lockOf = (owners: Readonly<Record<string, readonly string[]>>, template?: string) =>
  lock({
    ...(template !== undefined && { template }),
    components: Object.fromEntries(
      Object.keys(owners)
        .filter((name) => name !== template)
        .map((name) => [name, installed('you', { source: 'ours' })]),
    ),
    files: Object.fromEntries(
      Object.entries(owners).flatMap(([owner, paths]) =>
        paths.map((path) => [`src/agent/${path}`, locked('', { owner })]),
      ),
    ),
  });

type Found = readonly (readonly [from: string, to: string, givers: string, taker: string])[];

it.each<[string, ReturnType<typeof lockOf>, readonly Component[], Found]>([
  ['nothing moved', lockOf({ a: ['a.ts'] }), [one('a', ['a.ts'])], []],
  [
    'a file moved',
    lockOf({ a: ['a.ts'] }),
    [one('a', ['x/a.ts'], { 'x/a.ts': 'a.ts' })],
    [['a.ts', 'x/a.ts', 'a', 'a']],
  ],
  ['it moved before', lockOf({ a: ['x/a.ts'] }), [one('a', ['x/a.ts'], { 'x/a.ts': 'a.ts' })], []],
  [
    'it moved twice',
    lockOf({ a: ['a.ts'] }),
    [one('a', ['c.ts'], { 'b.ts': 'a.ts', 'c.ts': 'b.ts' })],
    [['a.ts', 'c.ts', 'a', 'a']],
  ],
  [
    'files were folded, in the order of the fold',
    lockOf({ a: ['a.ts'], b: ['b.ts'] }),
    [one('a', ['x.ts'], { 'x.ts': ['b.ts', 'a.ts'] }), one('b', [])],
    [['b.ts, a.ts', 'x.ts', 'b, a', 'a']],
  ],
  [
    'a file is in a component that is not installed',
    lockOf({ a: ['a.ts'] }),
    [one('a', []), one('b', ['a.ts'])],
    [['a.ts', 'a.ts', 'a', 'b']],
  ],
  [
    'its component is gone',
    lockOf({ a: ['a.ts'] }),
    [one('b', ['a.ts'])],
    [['a.ts', 'a.ts', 'a', 'b']],
  ],
  ['two components have the file', lockOf({ a: ['a.ts'] }), [one('a', ['a.ts'])], []],
  ['a file that was dropped', lockOf({ a: ['a.ts', 'b.ts'] }), [one('a', ['a.ts'])], []],
  [
    'a file of the template moved',
    lockOf({ a: [], start: ['p.ts'] }, 'start'),
    [one('a', ['x/p.ts'], { 'x/p.ts': 'p.ts' })],
    [['p.ts', 'x/p.ts', 'start', 'a']],
  ],
  [
    'a file of the template stays',
    lockOf({ a: [], start: ['p.ts'] }, 'start'),
    [one('a', ['p.ts'])],
    [],
  ],
])('%s', (_, installedNow, components, expected) => {
  const ours: Registry = { source: 'ours', version: '1.0.0', components, read: async () => '' };
  const short = (path: string) => path.replace('src/agent/', '');
  const found = findMoves(installedNow, () => ours).map(({ from, to, givers, taker }) => [
    from.map(short).join(', '),
    short(to),
    givers.join(', '),
    taker,
  ]);
  expect(found).toEqual(expected);
});

it('a registry moves only files that were copied from it', () => {
  const registry = (source: string, components: readonly Component[]): Registry => {
    return { source, version: '1.0.0', components, read: async () => '' };
  };
  const ours = registry('ours', [one('a', ['a.ts'])]);
  const theirs = registry('theirs', [one('b', ['b.ts'], { 'b.ts': 'a.ts' })]);
  const both = lockOf({ a: ['a.ts'], b: [] });
  expect(findMoves(both, (name) => (name === 'a' ? ours : theirs))).toEqual([]);
});
