import { expect, it } from 'vitest';
import { checkNode, neededNode } from '../../../src/pipeline/resolve/needed-node.ts';
import { component, wire } from '../../support/pipeline/fixtures.ts';

const engines = { node: '>=22.13' };
const components = [
  component('store-new', { engines, wires: [wire('store', 'new')] }),
  component('store-old', { wires: [wire('store', 'old')] }),
];
const wired = { slots: { store: 'store-new' } };
const others = { slots: { store: 'store-old' } };

it('a component that the agent runs is refused where Node is too old', () => {
  expect(() => checkNode(neededNode(components, wired, { running: '20.19.0' }))).toThrow(
    'store-new needs Node 22.13 or later, and this is Node 20.19.0.',
  );
});

it.each([
  [
    'is only noted',
    others,
    '20.19.0',
    ['store-new needs Node 22.13 or later, and this is Node 20.19.0.'],
  ],
  ['is fine on a newer Node', others, '24.0.0', []],
])('one that waits for --use %s', (_, lock, running, notes) => {
  expect(checkNode(neededNode(components, lock, { running }))).toEqual(notes);
});

it('engines of package.json that also allow an older Node are noted', () => {
  const versions = { running: '24.0.0', engines: '>=18' };
  expect(checkNode(neededNode(components, wired, versions))).toEqual([
    'store-new needs Node 22.13 or later: "engines" in package.json allows others, too.',
  ]);
});
