import { expect, it } from 'vitest';
import type { Move } from '../../../src/pipeline/moves/find-moves.ts';
import { connectedByMoves, withTakers } from '../../../src/pipeline/resolve/take-over.ts';
import type { RequestedComponent } from '../../../src/pipeline/resolve/request.ts';
import {
  catalogue,
  component,
  installed,
  lock,
  request,
  wire,
} from '../../support/pipeline/fixtures.ts';

const move = (giver: string, taker: string): Move => ({
  from: [`src/agent/${giver}.ts`],
  to: `src/agent/${taker}/${giver}.ts`,
  givers: [giver],
  taker,
});

/** Adds the takers to a request. `requesters` has the installed components, with who asked. */
function take(
  requesters: Readonly<Record<string, string>>,
  gone: readonly string[],
  moves: readonly Move[],
  some: Parameters<typeof request>[0] = {},
) {
  const here = lock({
    components: Object.fromEntries(
      Object.entries(requesters).map(([name, by]) => [name, installed(by)]),
    ),
  });
  const offered = [
    component('core', { wires: [wire('model', 'one'), wire('store', 'file')] }),
    component('other'),
  ];
  const known = {
    ...catalogue(
      offered,
      gone.map((name) => component(name)),
    ),
    moves,
  };
  const all = Object.entries(requesters).map(([name, by]): RequestedComponent => ({ name, by }));
  const change = { request: request({ installed: all, ...some }), actions: new Map() };
  return withTakers(change, known, here, new Set(Object.keys(requesters)));
}

it.each<
  [
    string,
    Readonly<Record<string, string>>,
    readonly string[],
    readonly Move[],
    readonly RequestedComponent[],
    readonly RequestedComponent[],
  ]
>([
  ['nothing moved', { a: 'you' }, [], [], [{ name: 'a', by: 'you' }], []],
  [
    'a part of a component is a new one',
    { a: 'you' },
    [],
    [move('a', 'core')],
    [{ name: 'a', by: 'you' }],
    [{ name: 'core', by: 'a' }],
  ],
  [
    'a part of a component is an installed one',
    { a: 'you', core: 'a' },
    [],
    [move('a', 'core')],
    [
      { name: 'a', by: 'you' },
      { name: 'core', by: 'a' },
    ],
    [],
  ],
  [
    'a component has another name',
    { a: 'you' },
    ['a'],
    [move('a', 'core')],
    [],
    [{ name: 'core', by: 'you' }],
  ],
  [
    'a component is part of an installed one, which its requester has now',
    { core: 'b', a: 'you', b: 'you' },
    ['a'],
    [move('a', 'core')],
    [
      { name: 'core', by: 'b' },
      { name: 'b', by: 'you' },
    ],
    [{ name: 'core', by: 'you' }],
  ],
  [
    'what it requested is requested by the one that has its files',
    { a: 'you', b: 'a' },
    ['a'],
    [move('a', 'core')],
    [{ name: 'b', by: 'core' }],
    [{ name: 'core', by: 'you' }],
  ],
  [
    'its requester is part of the same one',
    { a: 'b', b: 'you' },
    ['a', 'b'],
    [move('a', 'core'), move('b', 'core')],
    [],
    [
      { name: 'core', by: 'you' },
      { name: 'core', by: 'you' },
    ],
  ],
  [
    'a file of the template is in a new component',
    { a: 'you' },
    [],
    [{ ...move('start', 'core'), givers: ['start', 'a'] }],
    [{ name: 'a', by: 'you' }],
    [
      { name: 'core', by: 'template' },
      { name: 'core', by: 'a' },
    ],
  ],
])('%s', (_, requesters, gone, moves, expected, components) => {
  const { request: next, actions } = take(requesters, gone, moves);
  expect(next.installed).toEqual(expected);
  expect(next.components).toEqual(components);
  expect([...actions]).toEqual(gone.map((name) => [name, 'remove']));
});

it('a component that is gone leaves its slots to the one that can fill them', () => {
  const some = { slots: { model: 'a', store: 'b' }, models: ['b', 'c'] };
  const { request: next } = take(
    { a: 'you', b: 'you' },
    ['a', 'b'],
    [move('a', 'core'), move('b', 'other')],
    some,
  );
  expect([next.slots, next.models]).toEqual([{ model: 'core' }, ['c']]);
});

it('a component is connected with those that share files with it', () => {
  const known = { ...catalogue([]), moves: [move('a', 'b'), move('c', 'd')] };
  expect([...connectedByMoves(new Set(['a']), known)].toSorted()).toEqual(['a', 'b']);
  expect([...connectedByMoves(new Set(['d']), known)].toSorted()).toEqual(['c', 'd']);
  expect([...connectedByMoves(new Set(['x']), known)]).toEqual([]);
});
