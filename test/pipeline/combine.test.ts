import { describe, expect, it } from 'vitest';
import { combine, type Sources } from '../../src/pipeline/combine.ts';
import type { Component, Registry } from '../../src/types.ts';
import { component, installed, lock } from '../support/fixtures.ts';

const registry = (source: string, version: string, ...components: readonly Component[]): Registry => ({
  source,
  version,
  components,
  read: async (from) => `${source}: ${from}`,
});
const ours = registry('built-in', '0.2.0', component('loop'), component('slack'));
const mine = registry('../mine', '1.0.0', component('slack'), component('jira'));
const other = registry('../other', '3.0.0', component('mail'));
const combining = (some: Partial<Sources>, components: Record<string, string> = {}) =>
  combine(
    { named: ours, replaces: false, locked: new Map([ours, mine, other].map((one) => [one.source, one])), ...some },
    lock({
      components: Object.fromEntries(
        Object.entries(components).map(([name, source]) => [name, installed('you', { source })]),
      ),
    }),
  );
const sources = (catalogue: ReturnType<typeof combine>) =>
  Object.fromEntries(catalogue.components.map(({ name }) => [name, catalogue.from(name).source]));

describe('a component', () => {
  it.each<[string, Partial<Sources>, Record<string, string>, Record<string, string>]>([
    ['that is new comes from the registry that is named', { named: mine }, {}, { slack: '../mine', jira: '../mine' }],
    ['that is installed comes from where it came', {}, { slack: '../mine' }, { loop: 'built-in', slack: '../mine' }],
    [
      'of a third registry is there as well',
      {},
      { mail: '../other' },
      { loop: 'built-in', slack: 'built-in', mail: '../other' },
    ],
    [
      'comes from the registry that is named, where that is said',
      { named: mine, replaces: true },
      { slack: 'built-in', loop: 'built-in' },
      { slack: '../mine', jira: '../mine', loop: 'built-in' },
    ],
    [
      'that its registry has no more is nobody’s, though another has the name',
      {},
      { slack: '../other' },
      { loop: 'built-in' },
    ],
    ['whose registry cannot be opened is nobody’s', { locked: new Map() }, { slack: '../mine' }, { loop: 'built-in' }],
    [
      'of the named registry is found without opening that again',
      { named: mine, locked: new Map() },
      { jira: '../mine' },
      { slack: '../mine', jira: '../mine' },
    ],
  ])('%s', (_, some, components, expected) => {
    expect(sources(combining(some, components))).toEqual(expected);
  });

  it('comes with its registry’s version and files', async () => {
    const { from } = combining({}, { mail: '../other' });
    expect(from('mail').version).toBe('3.0.0');
    expect(await from('mail').read('mail.ts')).toBe('../other: mail.ts');
  });

  it('that is nobody’s is asked for by a bug alone', () => {
    expect(() => combining({}).from('nothing')).toThrow('No registry has nothing.');
  });
});

it('without a lock there is the named registry', () => {
  expect(sources(combine({ named: ours, replaces: false, locked: new Map() }, undefined))).toEqual({
    loop: 'built-in',
    slack: 'built-in',
  });
});
