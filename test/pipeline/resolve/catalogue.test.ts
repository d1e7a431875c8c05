import { describe, expect, it } from 'vitest';
import {
  type Catalogue,
  combineRegistries,
  type Sources,
} from '../../../src/pipeline/resolve/catalogue.ts';
import type { Component } from '../../../src/pipeline/registry/component.ts';
import type { Registry } from '../../../src/pipeline/registry/registry-json.ts';
import { component, installed, lock, wire } from '../../support/pipeline/fixtures.ts';

const registry = (
  source: string,
  version: string,
  ...components: readonly Component[]
): Registry => ({
  source,
  version,
  components,
  read: async (from) => `${source}: ${from}`,
});
const ours = registry('built-in', '0.2.0', component('loop'), component('slack'));
const mine = registry('../mine', '1.0.0', component('slack'), component('jira'));
const other = registry('../other', '3.0.0', component('mail'));
const combining = (some: Partial<Sources>, components: Record<string, string> = {}) =>
  combineRegistries(
    {
      named: ours,
      replaces: false,
      locked: new Map([ours, mine, other].map((one) => [one.source, one])),
      ...some,
    },
    lock({
      components: Object.fromEntries(
        Object.entries(components).map(([name, source]) => [name, installed('you', { source })]),
      ),
    }),
  );
/** The source of each component's registry; `none` for an orphan. */
const sources = ({ components, orphans, registryOf }: Catalogue) =>
  Object.fromEntries(
    components.map(({ name }) => [name, orphans.has(name) ? 'none' : registryOf(name).source]),
  );

describe('a component', () => {
  it.each<[string, Partial<Sources>, Record<string, string>, Record<string, string>]>([
    [
      'that is new comes from the registry that is named',
      { named: mine },
      {},
      { slack: '../mine', jira: '../mine' },
    ],
    [
      'that is installed comes from where it came',
      {},
      { slack: '../mine' },
      { loop: 'built-in', slack: '../mine' },
    ],
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
      { loop: 'built-in', slack: 'none' },
    ],
    [
      'whose registry cannot be opened is nobody’s',
      { locked: new Map() },
      { slack: '../mine' },
      { loop: 'built-in', slack: 'none' },
    ],
    [
      'whose registry cannot be opened is nobody’s even where one is named that has it',
      { named: mine, locked: new Map() },
      { slack: '../other' },
      { jira: '../mine', slack: 'none' },
    ],
    [
      'whose registry cannot be opened comes from the one that is named, where that is said',
      { named: mine, replaces: true, locked: new Map() },
      { slack: '../other', mail: '../other' },
      { slack: '../mine', jira: '../mine', mail: 'none' },
    ],
    [
      'goes back to our own, where that is said',
      { replaces: true },
      { slack: '../mine' },
      { loop: 'built-in', slack: 'built-in' },
    ],
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
    const { registryOf } = combining({}, { mail: '../other' });
    expect(registryOf('mail').version).toBe('3.0.0');
    expect(await registryOf('mail').read('mail.ts')).toBe('../other: mail.ts');
  });

  it('that is nobody’s is known by what came for it and what it has wired', () => {
    const wires = [wire('model', 'old')];
    const here = lock({
      components: {
        old: installed('you', { source: '../gone' }),
        loop: installed('old'),
        mail: installed('old', { source: '../gone' }),
        slack: installed(),
      },
      wires: { old: wires },
    });
    const { components, orphans } = combineRegistries(
      { named: ours, replaces: false, locked: new Map() },
      here,
    );
    expect([...orphans]).toEqual(['old', 'mail']);
    expect(components.find(({ name }) => name === 'old')).toMatchObject({
      requires: ['loop', 'mail'],
      wires,
      files: [],
      dependencies: {},
      env: [],
    });
  });

  it('that is nobody’s is asked for by a bug alone', () => {
    expect(() => combining({}).registryOf('nothing')).toThrow('No registry has nothing.');
  });
});

it('without a lock there is the named registry', () => {
  expect(
    sources(combineRegistries({ named: ours, replaces: false, locked: new Map() }, undefined)),
  ).toEqual({
    loop: 'built-in',
    slack: 'built-in',
  });
});
