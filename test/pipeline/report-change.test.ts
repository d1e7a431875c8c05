import { describe, expect, it } from 'vitest';
import { type Base, wishAdded, wishRemoved } from '../../src/pipeline/change-request.ts';
import { addedHeadline, alreadyHere, goneNote, removedHeadline, undoNote } from '../../src/pipeline/report-change.ts';
import { resolve } from '../../src/pipeline/resolve.ts';
import type { Component, Lock } from '../../src/types.ts';
import { component, installed, lock, registry } from '../support/fixtures.ts';

const components: readonly Component[] = [
  ...registry,
  component('human', { factors: [7] }),
  component('server', { requires: ['loop'], factors: [11] }),
  component('slack', { requires: ['server', 'human'], factors: [7, 11] }),
];
const base = (here: Lock): Base => ({
  lock: here,
  config: { dir: 'src/agent', registries: {} },
  tests: true,
  templates: [],
  catalogue: { components, from: () => ({ source: 'built-in', version: '0.2.0', read: async () => '' }) },
});
const having = (...names: readonly string[]) =>
  base(lock({ components: Object.fromEntries(names.map((name) => [name, installed()])) }));
const adding = (there: Base, ...names: readonly string[]) =>
  addedHeadline(names, there, resolve(wishAdded(there, names, false).request, components));

describe('what is added is said in a line', () => {
  it.each([
    [
      'with its factors and what it brings',
      having('loop'),
      ['slack'],
      ['slack 0.2.0 (factors 7, 11) brings server, human'],
    ],
    ['without what was here', having('loop', 'server'), ['slack'], ['slack 0.2.0 (factors 7, 11) brings human']],
    ['with one factor', having(), ['human'], ['human 0.2.0 (factor 7)']],
    ['without factors', having(), ['loop'], ['loop 0.2.0']],
    ['with others', having('loop'), ['human', 'server'], ['human 0.2.0 (factor 7), server 0.2.0 (factor 11)']],
    ['beside what is here', having('human'), ['human', 'loop'], ['loop 0.2.0', 'human: here already']],
  ])('%s', (_, there, names, said) => {
    expect(adding(there, ...names)).toEqual(said);
  });

  it('and what was chosen unasked', () => {
    expect(adding(having(), 'agent')).toEqual([
      expect.stringMatching(/^agent 0\.2\.0 brings loop, tools/),
      expect.stringContaining('model-scripted'),
      expect.stringContaining('store-file'),
    ]);
  });

  it('and that a model which is added is not the one that is wired', () => {
    const there = base(
      lock({
        slots: { model: 'model-scripted', store: 'store-file' },
        components: Object.fromEntries(
          ['loop', 'tools', 'agent', 'model-scripted', 'store-file'].map((name) => [name, installed()]),
        ),
      }),
    );
    expect(adding(there, 'model-remote')[1]).toMatch(/keeps its model.*--use/);
  });
});

describe('what is removed is said in a line', () => {
  const removing = (there: Base, name: string) => {
    const { request, gone } = wishRemoved(there, [name]);
    return removedHeadline(there.lock ?? lock(), resolve(request, components), gone);
  };
  const by = { server: installed('slack'), human: installed('slack'), slack: installed(), loop: installed() };

  it.each([
    ['with what came for its sake', by, 'removes server, human, slack'],
    ['without what stays', { ...by, human: installed() }, 'removes server, slack'],
    ['without those that no registry has any more', { ...by, old: installed() }, 'removes server, human, slack'],
  ])('%s', (_, there, said) => {
    expect(removing(base(lock({ components: there })), 'slack')).toEqual([said]);
  });

  it('and what takes the place of a model that was wired', () => {
    const names = ['loop', 'tools', 'agent', 'model-remote', 'store-file'];
    const there = base(
      lock({
        slots: { model: 'model-remote', store: 'store-file' },
        components: Object.fromEntries(names.map((name) => [name, installed()])),
      }),
    );
    expect(removing(there, 'model-remote')).toEqual([
      'removes model-remote',
      expect.stringContaining('model-scripted'),
    ]);
  });
});

it('what is here already is said', () => {
  expect(alreadyHere(['a', 'b'])).toBe('a, b: here already. Nothing was changed.');
});

it('what no registry has any more is said, one by one', () => {
  expect(goneNote({ a: installed('you', { source: '../x' }), b: installed() })).toEqual([
    'a is not in ../x any more: it stays as it is.',
    'b is not in built-in any more: it stays as it is.',
  ]);
});

it.each([
  [['a'], [], ['1 file is as before. Run undo again to have it back.']],
  [['a', 'b'], ['c'], ['2 files are as before. Run undo again to have it back.', 'Edited since, and kept: c']],
])('undo says what it did: %j, kept %j', (restored, kept, said) => {
  expect(undoNote(restored, kept)).toEqual(said);
});
