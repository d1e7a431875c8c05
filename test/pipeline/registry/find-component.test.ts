import { expect, it } from 'vitest';
import { facts, findComponent, search } from '../../../src/pipeline/registry/find-component.ts';
import { component, registry } from '../../support/pipeline/fixtures.ts';

it.each([
  [
    undefined,
    [
      'agent',
      'loop',
      'model-choose',
      'model-remote',
      'model-scripted',
      'prompt',
      'store-file',
      'store-memory',
      'tools',
    ],
  ],
  ['STORE', ['store-file', 'store-memory']],
  ['what loop', ['loop']],
  ['zebra', []],
])('%j finds %j, the bundle first', (word, names) => {
  expect(search(registry, word).map(({ name }) => name)).toEqual(names);
});

it('suggests the component that was meant', () => {
  expect(() => findComponent('prmpt', registry)).toThrow(
    expect.objectContaining({ hint: 'Did you mean "prompt"?', code: 'unknown-component' }),
  );
});

it('shows what a component has, and leaves out what it has not', () => {
  expect(facts(component('loop', { factors: [6, 8], dependencies: { zod: '^4' } }), 62)).toEqual([
    ['factors', '6, 8'],
    ['packages', 'zod ^4'],
    ['newest', '0.1.0: First version.'],
    ['files', '0, 62 lines'],
  ]);
});
