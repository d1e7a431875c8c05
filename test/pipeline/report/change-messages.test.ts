import { describe, expect, it } from 'vitest';
import { type InstalledState } from '../../../src/pipeline/resolve/change-request.ts';
import { requestAdd } from '../../../src/pipeline/resolve/request-add.ts';
import { requestRemove } from '../../../src/pipeline/resolve/request-remove.ts';
import {
  addedHeadline,
  changeClosing,
  danglingNotes,
  orphanNotes,
  removedHeadline,
  statusClosing,
  statusHeadline,
  keptNotes,
  undoNote,
} from '../../../src/pipeline/report/change-messages.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import type { Status } from '../../../src/pipeline/report/component-status.ts';
import type { Change, Plan } from '../../../src/pipeline/plan/change.ts';
import type { Component } from '../../../src/pipeline/registry/component.ts';
import type { Lock } from '../../../src/pipeline/lock/lock-file.ts';
import {
  catalogue,
  component,
  installed,
  lock,
  registry,
} from '../../support/pipeline/fixtures.ts';

const components: readonly Component[] = [
  ...registry,
  component('human', { factors: [7] }),
  component('server', { requires: ['loop'], factors: [11] }),
  component('slack', { requires: ['server', 'human'], factors: [7, 11] }),
];
const base = (here: Lock): InstalledState => ({
  lock: here,
  config: { dir: 'src/agent', registries: {} },
  tests: true,
  templates: [],
  catalogue: catalogue(components),
});
const having = (...names: readonly string[]) =>
  base(lock({ components: Object.fromEntries(names.map((name) => [name, installed()])) }));
const adding = (there: InstalledState, ...names: readonly string[]) =>
  addedHeadline(
    names,
    there,
    resolve(requestAdd(there, names, false, new Set()).request, components),
    'pnpm',
  );

describe('what is added is said in a line', () => {
  it.each([
    [
      'with its factors and what it brings',
      having('loop'),
      ['slack'],
      ['slack 0.2.0 (factors 7, 11) brings server, human'],
    ],
    [
      'without what was here',
      having('loop', 'server'),
      ['slack'],
      ['slack 0.2.0 (factors 7, 11) brings human'],
    ],
    ['with one factor', having(), ['human'], ['human 0.2.0 (factor 7)']],
    ['without factors', having(), ['loop'], ['loop 0.2.0']],
    [
      'with others',
      having('loop'),
      ['human', 'server'],
      ['human 0.2.0 (factor 7), server 0.2.0 (factor 11)'],
    ],
    [
      'beside what is here',
      having('human'),
      ['human', 'loop'],
      ['loop 0.2.0', 'human: here already'],
    ],
    [
      'where all of it is here',
      having('human', 'loop'),
      ['human', 'loop'],
      ['human: here already', 'loop: here already'],
    ],
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

  describe('and what becomes of what fills a slot, or could', () => {
    const tool = 'pnpm dlx create-12-factor-agent@latest';
    const chosen = 'modelFor in policy.ts may choose it';
    const wired = (model: string, some: Partial<Lock> = {}) =>
      base(
        lock({
          slots: { model, store: 'store-file' },
          components: Object.fromEntries(
            ['loop', 'tools', 'agent', 'model-scripted', model, 'store-file'].map((name) => [
              name,
              installed(),
            ]),
          ),
          ...some,
        }),
      );
    const remote = {
      ...wired('model-scripted').lock?.components,
      'model-remote': installed('model-choose'),
    };

    it.each<[string, InstalledState, string, boolean, readonly string[]]>([
      [
        'a model is wired beside the one',
        wired('model-scripted'),
        'model-remote',
        false,
        [
          'model-remote 0.2.0',
          `agent.ts keeps its model, scripted(), and lists remote in models: ${chosen}. To make it the model: ${tool} add model-remote --use`,
        ],
      ],
      [
        'a model that was here is, too',
        wired('model-scripted', { components: remote }),
        'model-remote',
        false,
        ['model-remote: here already', expect.stringContaining('lists remote in models')],
      ],
      [
        'a model that is wired so already stays',
        wired('model-scripted', { components: remote, models: ['model-remote'] }),
        'model-remote',
        false,
        ['model-remote: here already'],
      ],
      [
        'a model that makes room stays to be chosen',
        wired('model-remote'),
        'model-scripted',
        true,
        [
          'model-scripted: here already',
          `agent.ts gets scripted() as its model, and lists remote in models: ${chosen}.`,
        ],
      ],
      [
        'a model that stands in for one is not wired',
        wired('model-remote'),
        'model-choose',
        false,
        [
          'model-choose 0.2.0',
          `agent.ts keeps its model, remote(). To wire model-choose instead: ${tool} add model-choose --use`,
        ],
      ],
      [
        'a store is not wired',
        wired('model-remote'),
        'store-memory',
        false,
        [
          'store-memory 0.2.0',
          `agent.ts keeps its store, file(). To wire store-memory instead: ${tool} add store-memory --use`,
        ],
      ],
    ])('%s', (_, there, name, use, said) => {
      const { request } = requestAdd(there, [name], use, new Set());
      expect(addedHeadline([name], there, resolve(request, components), 'pnpm')).toEqual(said);
    });
  });
});

describe('what is removed is said in a line', () => {
  const removing = (there: InstalledState, name: string) => {
    const { request } = requestRemove(there, [name]);
    return removedHeadline(
      there.lock ?? lock(),
      resolve(request, there.catalogue.components),
      request.slots,
    );
  };
  const by = {
    server: installed('slack'),
    human: installed('slack'),
    slack: installed(),
    loop: installed(),
  };

  it.each([
    ['with what came for its sake', by, 'removes server, human, slack'],
    ['without what stays', { ...by, human: installed() }, 'removes server, slack'],
  ])('%s', (_, there, said) => {
    expect(removing(base(lock({ components: there })), 'slack')).toEqual([said]);
  });

  it('without those that no registry has any more', () => {
    const there = base(lock({ components: { ...by, old: installed() } }));
    const withOld = { ...there, catalogue: catalogue(components, [component('old')]) };
    expect(removing(withOld, 'slack')).toEqual(['removes server, human, slack']);
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

it('what no registry has any more is said, one by one', () => {
  const here = lock({
    components: { a: installed('you', { source: '../x' }), b: installed(), c: installed() },
  });
  expect(orphanNotes(here, catalogue([component('c')], [component('a'), component('b')]))).toEqual([
    'a is not in ../x any more: it stays as it is.',
    'b is not in built-in any more: it stays as it is.',
  ]);
});

it('what imports something that goes is said', () => {
  expect(danglingNotes([['src/index.ts', 'src/agent/errors.ts']])).toEqual([
    'src/index.ts imports src/agent/errors.ts, which goes.',
  ]);
});

it.each([
  [[], [], []],
  [['zod', '@types/node'], [], ['package.json keeps zod, @types/node: other code here uses it.']],
  [[], ['.agent/'], ['.gitignore keeps .agent/: it is still there.']],
] as const)('what stays though nothing needs it is said: %j %j', (packages, ignored, said) => {
  expect(keptNotes(packages, ignored)).toEqual(said);
});

describe('undo says what it did', () => {
  it('where it takes an undo back', () => {
    expect(
      undoNote({ command: 'undo of update', restored: ['a', 'b'], kept: [] }, 'npm install'),
    ).toEqual(['update is in again: 2 files are as it left them. Run undo again to take it back.']);
  });

  const again = 'as before it. Run undo again to have it back.';

  it.each([
    [['a'], [], [`update taken back: 1 file is ${again}`]],
    [['a', 'b'], ['c'], [`update taken back: 2 files are ${again}`, 'Edited since, and kept: c']],
    [['.12-factor/lock.json'], [], [`update taken back: everything is ${again}`]],
    [
      ['.12-factor/lock.json'],
      ['c'],
      [`update taken back: none of your files is ${again}`, 'Edited since, and kept: c'],
    ],
    [
      ['a', 'package.json'],
      [],
      [`update taken back: 2 files are ${again}`, 'package.json changed: npm install'],
    ],
  ])('%j, kept %j', (restored, kept, said) => {
    expect(undoNote({ command: 'update', restored, kept }, 'npm install')).toEqual(said);
  });
});

describe('status', () => {
  const one = (name: string, some: Partial<Status> = {}): Status => ({
    name,
    you: 'as it was',
    upstream: 'as it was',
    news: [],
    edited: [],
    deleted: [],
    unfinished: [],
    ...some,
  });
  const marked = one('loop', { you: 'edited', unfinished: ['src/agent/loop.ts'] });
  const tool = 'npx create-12-factor-agent@latest';

  it.each([
    ['nothing', [one('loop')], 'none has news', []],
    [
      'an edit',
      [one('loop', { you: 'edited' })],
      'none has news',
      [`See your changes: ${tool} diff loop`],
    ],
    [
      'news',
      [one('loop', { upstream: 'newer' }), one('thread', { upstream: 'newer', you: 'edited' })],
      '2 have news',
      [`See it: ${tool} diff loop`, `Take it: ${tool} update`],
    ],
    [
      'markers, which are no news, and which update would not merge',
      [marked],
      'none has news',
      ['Take out the markers first: src/agent/loop.ts', `See your changes: ${tool} diff loop`],
    ],
    [
      'markers and news',
      [marked, one('thread', { upstream: 'newer' })],
      '1 has news',
      [
        'Take out the markers first: src/agent/loop.ts',
        `See it: ${tool} diff thread`,
        `Take it: ${tool} update`,
      ],
    ],
  ])('counts %s and says how to go on', (_, all, head, closing) => {
    const here = lock({ components: { loop: installed(), thread: installed() } });
    expect(statusHeadline(here, all, '0.2.0')).toBe(
      `written by 0.1.0 · this is 0.2.0 · 2 components, ${head}`,
    );
    expect(statusClosing(all, 'npm', undefined)).toEqual(closing);
  });
});

describe('a command that wrote says last', () => {
  const conflict: Change = {
    kind: 'conflict',
    path: 'src/agent/loop.ts',
    role: 'source',
    why: 'it is a link',
  };
  const planOf = (changes: readonly Change[]): Plan => ({
    changes,
    lock: lock(),
    install: [],
    uninstall: [],
    nextSteps: [],
  });

  it.each([
    ['how to go back, and what to do next', [], 'Done.'],
    [
      'what it left',
      [conflict],
      'Written. 1 conflict is left for you: src/agent/loop.ts (it is a link)',
    ],
  ])('%s', (_, changes, head) => {
    expect(changeClosing(planOf(changes), 'yarn', ['Go on.'])).toEqual([
      head,
      expect.stringMatching(/^Take it back: .*create-12-factor-agent.* undo$/),
      'Go on.',
    ]);
  });
});
