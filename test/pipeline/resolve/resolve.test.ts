import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import type { Component } from '../../../src/pipeline/registry/component.ts';
import type { Request } from '../../../src/pipeline/resolve/request.ts';
import type { Selection } from '../../../src/pipeline/resolve/selection.ts';
import {
  asked,
  component,
  registry,
  request,
  template,
  wire,
} from '../../support/pipeline/fixtures.ts';

const names = ({ components: picked }: Selection) => picked.map((one) => one.component.name);
const asking = (some: Partial<Request>, components: readonly Component[] = registry) =>
  resolve(request(some), components);

describe('components', () => {
  it('come after what they require, each once', () => {
    expect(names(asking({ components: asked('agent', 'loop') }))).toEqual([
      'loop',
      'tools',
      'agent',
      'model-scripted',
      'store-file',
    ]);
  });

  it('say who asked for them', () => {
    const by = Object.fromEntries(
      asking({ components: asked('agent', 'tools') }).components.map((one) => [
        one.component.name,
        one.by,
      ]),
    );
    expect(by).toMatchObject({ agent: 'you', loop: 'agent', tools: 'you', 'store-file': 'agent' });
  });

  it('may require each other', () => {
    const circle = [component('a', { requires: ['b'] }), component('b', { requires: ['a'] })];
    expect(names(asking({ components: asked('a') }, circle))).toEqual(['b', 'a']);
  });

  it('are wanted for their own sake if anybody wants them so', () => {
    const both = [...asked('agent'), { name: 'agent', by: 'template' as const }];
    const by = (components: Request['components']) => asking({ components }).components.at(2)?.by;
    expect([by(both), by(both.toReversed())]).toEqual(['you', 'you']);
  });

  it('that a template and another component want are the template’s', () => {
    const components = [...asked('agent'), { name: 'loop', by: 'template' as const }];
    const by = (wanted: Request['components']) =>
      asking({ components: wanted }).components.find((one) => one.component.name === 'loop')?.by;
    expect([by(components), by(components.toReversed())]).toEqual(['template', 'template']);
  });

  describe('that come with others', () => {
    const companion = component('remote', { comesWith: ['server', 'terminal'] });
    const all = [companion, component('server'), component('terminal'), component('other')];
    const selected = (installed: readonly string[], added: readonly string[]) =>
      names(asking({ installed: asked(...installed), components: asked(...added) }, all));

    it.each<[string, readonly string[], readonly string[], boolean]>([
      ['are selected with all of them', [], ['server', 'terminal'], true],
      ['are selected with the one that was missing', ['terminal'], ['server'], true],
      ['are not selected with some of them', [], ['server'], false],
      ['stay away once they were removed', ['server', 'terminal'], ['other'], false],
    ])('%s', (_, installed, added, isSelected) => {
      expect(selected(installed, added).includes('remote')).toBe(isSelected);
    });

    it('are requested by the first of them', () => {
      const { components } = asking({ components: asked('terminal', 'server') }, all);
      expect(components.find((one) => one.component === companion)?.by).toBe('server');
    });
  });

  it('that are unknown are refused', () => {
    const refused = {
      message: 'There is no component "lop".',
      hint: 'Did you mean "loop"?',
      code: 'unknown-component',
    };
    expect(() => asking({ components: asked('lop') })).toThrow(expect.objectContaining(refused));
  });
});

describe('an exclusive slot', () => {
  const remoteInMemory = { model: 'model-remote', store: 'store-memory' };

  it.each<[string, Partial<Request>, string | undefined, string | undefined]>([
    ['stays empty where nothing needs it', { components: asked('loop') }, undefined, undefined],
    ['that is needed gets the keyless default', { components: asked('agent') }, 'scripted', 'file'],
    [
      'holds what was asked for',
      { components: asked('agent'), slots: remoteInMemory },
      'remote',
      'memory',
    ],
    [
      'takes the first that is there',
      { components: asked('agent', 'model-remote') },
      'remote',
      'file',
    ],
    [
      'takes the first that was asked for, before its keyless default',
      { components: asked('agent', 'model-remote', 'model-scripted') },
      'remote',
      'file',
    ],
    [
      'holds what was asked for and not what came later',
      {
        components: asked('agent', 'model-scripted', 'model-remote'),
        slots: { model: 'model-remote' },
      },
      'remote',
      'file',
    ],
    [
      'stays empty where only what fills it is there',
      { components: asked('model-remote') },
      undefined,
      undefined,
    ],
  ])('%s', (_, some, model, store) => {
    const { wiring } = asking(some);
    expect([wiring.model?.key, wiring.store?.key]).toEqual([model, store]);
  });

  it('that was filled unasked is said aloud', () => {
    expect(asking({ components: asked('agent') }).notes).toEqual([
      expect.stringContaining('model-scripted'),
      expect.stringContaining('store-file'),
    ]);
  });

  it('that was filled as asked is not', () => {
    expect(asking({ components: asked('agent'), slots: remoteInMemory }).notes).toEqual([]);
  });

  it('brings an explicit model alone', () => {
    const brought = names(asking({ components: asked('agent'), slots: { model: 'model-remote' } }));
    expect(brought).toContain('model-remote');
    expect(brought).not.toContain('model-scripted');
  });

  it('says who asked for what fills it', () => {
    const { components: picked } = asking({ components: asked('agent'), slots: remoteInMemory });
    expect(Object.fromEntries(picked.map((one) => [one.component.name, one.by]))).toMatchObject({
      'model-remote': 'agent',
      'store-memory': 'agent',
    });
  });
});

describe('models beside the one that is wired', () => {
  const local = component('model-local', { wires: [wire('model', 'local')] });
  const impostor = component('model-other', { wires: [wire('model', 'local')] });
  const listing = (models: readonly string[], some: Partial<Request> = {}) =>
    asking({ components: asked('agent', 'model-remote', 'model-local'), models, ...some }, [
      ...registry,
      local,
      impostor,
    ]).wiring.models.map(({ key }) => key);
  const scripted = { slots: { model: 'model-scripted' } };

  it.each<[string, readonly string[], Partial<Request>, readonly string[]]>([
    [
      'are those that are asked for, in that order',
      ['model-local', 'model-remote'],
      scripted,
      ['local', 'remote'],
    ],
    ['are each there once', ['model-local', 'model-local'], scripted, ['local']],
    [
      'leave out the one itself',
      ['model-local', 'model-remote'],
      { slots: { model: 'model-local' } },
      ['remote'],
    ],
    [
      'leave out what stands in for one',
      ['model-scripted', 'model-choose'],
      { slots: { model: 'model-local' } },
      [],
    ],
    ['leave out what is no model', ['store-file', 'loop'], scripted, []],
    ['leave out what is not there', ['model-other'], scripted, []],
    ['are not those that only came along', [], { components: asked('agent', 'model-choose') }, []],
    [
      'are none without an agent',
      ['model-local'],
      { components: asked('model-local', 'model-remote') },
      [],
    ],
  ])('%s', (_, models, some, keys) => {
    expect(listing(models, some)).toEqual(keys);
  });

  it('of one name are refused', () => {
    const components = asked('agent', 'model-local', 'model-other');
    expect(() => listing(['model-local', 'model-other'], { ...scripted, components })).toThrow(
      'Two models are called "local".',
    );
  });
});

describe('tools', () => {
  const deploy = wire('tools', 'deploy');

  it('of the template come before those of components', () => {
    const { wiring } = asking({
      template: template('starter', { wires: [deploy] }),
      components: asked('agent'),
    });
    expect(wiring.tools.map((tool) => tool.key)).toEqual(['deploy', 'done']);
  });

  it('of one name are refused', () => {
    const twice = template('starter', { wires: [deploy, deploy] });
    expect(() => asking({ template: twice })).toThrow(UserError);
  });
});

describe('files', () => {
  const seeded = (role: 'seed' | 'source') =>
    template('starter', {
      files: [{ from: 'starter/prompt.ts', to: 'src/agent/prompt.ts', role }],
    });

  it('of components land in dir', () => {
    expect(
      asking({ components: asked('loop'), dir: 'lib/bot' }).files.map((file) => file.to),
    ).toEqual(['lib/bot/loop.ts']);
  });

  it.each(['lib/bot', 'src/agent2', 'src/agent/inner'])(
    'of a template’s own agent land in %s as well',
    (dir) => {
      const mine = template('starter', {
        files: [
          { from: 'starter/deploy.ts', to: 'src/agent/tools/deploy.ts', role: 'seed' },
          { from: 'starter/index.ts', to: 'src/index.ts', role: 'seed' },
          { from: 'starter/other.ts', to: 'src/agent2.ts', role: 'seed' },
        ],
      });
      expect(asking({ template: mine, dir }).files.map(({ to }) => to)).toEqual([
        `${dir}/tools/deploy.ts`,
        'src/index.ts',
        'src/agent2.ts',
      ]);
    },
  );

  it('of a template replace a component’s seed in the folder that the user moved as well', () => {
    const moved = asking({ template: seeded('seed'), components: asked('prompt'), dir: 'lib/bot' });
    expect(moved.files.map(({ to, owner }) => [to, owner])).toEqual([
      ['lib/bot/prompt.ts', 'starter'],
    ]);
  });

  it("of a template replace a component's seed", () => {
    const files = asking({ template: seeded('seed'), components: asked('prompt') }).files.filter(
      (file) => file.to === 'src/agent/prompt.ts',
    );
    expect(files).toEqual([
      {
        from: 'starter/prompt.ts',
        to: 'src/agent/prompt.ts',
        role: 'seed',
        origin: 'templates',
        owner: 'starter',
      },
    ]);
  });

  it("of a template replace the base's", () => {
    const file = { to: 'README.md', role: 'seed' as const };
    const base = template('base', { files: [{ from: 'base/README.md', ...file }] });
    const mine = template('starter', { files: [{ from: 'starter/README.md', ...file }] });
    expect(
      resolve(request({ template: mine }), registry, base).files.map(({ from }) => from),
    ).toContain('starter/README.md');
  });

  it("of a template never replace a component's source", () => {
    const bold = template('bold', {
      files: [{ from: 'bold/loop.ts', to: 'src/agent/loop.ts', role: 'seed' }],
    });
    expect(() => asking({ template: bold, components: asked('loop') })).toThrow(
      'bold would replace src/agent/loop.ts, which belongs to loop.',
    );
  });

  const tested = component('a', {
    files: [
      { from: 'agent/a.ts', to: 'a.ts', role: 'source' },
      { from: 'agent/a.test.ts', to: 'a.test.ts', role: 'test' },
      { from: 'agent/toy.ts', to: 'toy.ts', role: 'test' },
      { from: 'agent/mine.test.ts', to: 'mine.test.ts', role: 'seed' },
      { from: 'agent/b.test.ts', to: 'b.test.ts', role: 'test', onlyWithAllTests: true },
      { from: 'agent/more.ts', to: 'more.ts', role: 'test', onlyWithAllTests: true },
    ],
  });
  const shipped = ['a.ts', 'a.test.ts', 'toy.ts', 'mine.test.ts'];

  it.each<[string, Request['tests'], readonly string[]]>([
    ['stay out if the repo has no tests', false, ['a.ts']],
    ['are those that a user needs', true, shipped],
    ['are all, if all are requested', 'all', [...shipped, 'b.test.ts', 'more.ts']],
  ])('for tests %s', (_, tests, names) => {
    const { files } = asking({ components: asked('a'), dir: 'bot', tests }, [tested]);
    expect(files.map(({ to }) => to)).toEqual(names.map((name) => `bot/${name}`));
  });
});

it.each(['outbox', 'prefetch'] as const)('two wires of the slot %s are refused', (slot) => {
  const pair = ['one', 'other'].map((name) => component(name, { wires: [wire(slot, name)] }));
  const withFirst = asking({ components: asked('agent', 'one') }, [...registry, ...pair]);
  expect(withFirst.wiring[slot].map(({ key }) => key)).toEqual(['one']);
  const withBoth = request({ components: asked('agent', 'one', 'other') });
  expect(() => resolve(withBoth, [...registry, ...pair])).toThrow(
    new UserError(`one and other cannot both be the ${slot} of agent.ts.`, {
      code: 'bad-registry',
      hint: 'Leave out the component of one.',
    }),
  );
});
