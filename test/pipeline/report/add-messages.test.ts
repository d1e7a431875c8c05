import { describe, expect, it } from 'vitest';
import type { InstalledState } from '../../../src/pipeline/resolve/change-request.ts';
import { requestAdd } from '../../../src/pipeline/resolve/request-add.ts';
import { addedHeadline } from '../../../src/pipeline/report/add-messages.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import type { Lock } from '../../../src/pipeline/lock/lock-file.ts';
import { installed, lock } from '../../support/pipeline/fixtures.ts';
import { components, stateOf } from '../../support/pipeline/installed-state.ts';

const having = (...names: readonly string[]) =>
  stateOf(lock({ components: Object.fromEntries(names.map((name) => [name, installed()])) }));
const adding = (there: InstalledState, ...names: readonly string[]) =>
  addedHeadline(
    names,
    there,
    resolve(requestAdd(there, names, false, new Set()).request, components),
    'pnpm',
  );

describe('the headline of add', () => {
  it.each([
    [
      'has the factors, and the components that are added too',
      having('loop'),
      ['slack'],
      ['slack 0.2.0 (factors 7, 11); also adds server, human'],
    ],
    [
      'leaves out what is installed',
      having('loop', 'server'),
      ['slack'],
      ['slack 0.2.0 (factors 7, 11); also adds human'],
    ],
    ['has one factor', having(), ['human'], ['human 0.2.0 (factor 7)']],
    ['has no factors', having(), ['loop'], ['loop 0.2.0']],
    [
      'has several requested components',
      having('loop'),
      ['human', 'server'],
      ['human 0.2.0 (factor 7), server 0.2.0 (factor 11)'],
    ],
    [
      'names what is installed already',
      having('human'),
      ['human', 'loop'],
      ['loop 0.2.0', 'human: already installed'],
    ],
    [
      'names what an installed one came with',
      stateOf(lock({ components: { slack: installed(), human: installed('slack') } })),
      ['human'],
      ['human: already installed (with slack)'],
    ],
    [
      'names everything that is installed already',
      having('human', 'loop'),
      ['human', 'loop'],
      ['human: already installed', 'loop: already installed'],
    ],
  ])('%s', (_, there, names, lines) => {
    expect(adding(there, ...names)).toEqual(lines);
  });

  it('names what was chosen by default', () => {
    expect(adding(having(), 'agent')).toEqual([
      expect.stringMatching(/^agent 0\.2\.0; also adds loop, tools/),
      expect.stringContaining('model-scripted'),
      expect.stringContaining('store-file'),
    ]);
  });

  describe('names what could fill a slot and does not', () => {
    const tool = 'pnpm dlx create-12-factor-agent@latest';
    const chosen = 'modelFor in policy.ts can choose it';
    const wired = (model: string, some: Partial<Lock> = {}) =>
      stateOf(
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
          'agent.ts keeps its model, scripted(), and lists remote in models: ' +
            `${chosen}. To make it the model: ${tool} add model-remote --use`,
        ],
      ],
      [
        'a model that was here is, too',
        wired('model-scripted', { components: remote }),
        'model-remote',
        false,
        ['model-remote: already installed', expect.stringContaining('lists remote in models')],
      ],
      [
        'a model that is wired so already stays',
        wired('model-scripted', { components: remote, models: ['model-remote'] }),
        'model-remote',
        false,
        ['model-remote: already installed'],
      ],
      [
        'a model that makes room stays to be chosen',
        wired('model-remote'),
        'model-scripted',
        true,
        [
          'model-scripted: already installed',
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
          'agent.ts keeps its model, remote(). To wire ' +
            `model-choose instead: ${tool} add model-choose --use`,
        ],
      ],
      [
        'a store is not wired',
        wired('model-remote'),
        'store-memory',
        false,
        [
          'store-memory 0.2.0',
          'agent.ts keeps its store, file(). To wire ' +
            `store-memory instead: ${tool} add store-memory --use`,
        ],
      ],
    ])('%s', (_, there, name, use, lines) => {
      const { request } = requestAdd(there, [name], use, new Set());
      expect(addedHeadline([name], there, resolve(request, components), 'pnpm')).toEqual(lines);
    });
  });
});
