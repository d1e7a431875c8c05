import { describe, expect, it } from 'vitest';
import type { Lock } from '../../../src/pipeline/lock/lock-file.ts';
import { noNeeds } from '../../../src/pipeline/registry/needs.ts';
import type { Materials } from '../../../src/pipeline/render/materials.ts';
import { render } from '../../../src/pipeline/render/render.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import type { Component } from '../../../src/pipeline/registry/component.ts';
import type { ComponentAction } from '../../../src/pipeline/resolve/request.ts';
import {
  asked,
  component,
  installed,
  lock,
  registry,
  request,
  template,
  wire,
} from '../../support/pipeline/fixtures.ts';

const shown = (context: object) => JSON.stringify(context);
const materials: Materials = {
  texts: new Map([
    ['src/agent/loop.ts', 'loop\n'],
    ['src/agent/prompt.ts', 'prompt\n'],
    ['package.json', '{"scripts":{"start":"x"}}'],
    ['.gitignore', 'dist/\n'],
  ]),
  renderers: {
    'wiring/agent.ts.hbs': shown,
    'wiring/tools.ts.hbs': shown,
    'base/README.md.hbs': shown,
  },
  registryOf: () => ({ source: 'built-in', version: '0.3.0', read: async () => '' }),
  tool: '0.1.0',
  manager: 'pnpm',
};
const base = template('base', {
  files: [
    { from: 'base/package.json', to: 'package.json', role: 'seed' },
    { from: 'base/_gitignore', to: '.gitignore', role: 'seed' },
    { from: 'base/README.md.hbs', to: 'README.md', role: 'seed' },
  ],
});
const starter = template('starter', {
  nextSteps: ['Go on.'],
  files: [{ from: 'starter/_gitignore', to: '.gitignore', role: 'seed' }],
});
const [byTemplate, chosen] = [
  [{ name: 'agent', by: 'template' as const }],
  { model: 'model-choose' },
];
const asking = request({ template: starter, components: byTemplate, slots: chosen });
const created = render(resolve(asking, registry, base), materials);
const textOf = (path: string) => created.files.find((file) => file.path === path)?.text;

describe('a file', () => {
  it('is copied as it is', () => expect(textOf('src/agent/loop.ts')).toBe('loop\n'));

  it('that follows from the selection is filled with the wiring', () => {
    expect(JSON.parse(textOf('src/agent/agent.ts') ?? '')).toMatchObject({
      model: 'choose()',
      store: 'file()',
    });
  });

  it('of a template that ends in .hbs is filled with the project', () => {
    expect(JSON.parse(textOf('README.md') ?? '')).toMatchObject({
      name: 'my-agent',
      dir: 'src/agent',
      template: { name: 'starter', example: 'hello' },
      run: { start: 'pnpm start' },
      served: false,
      env: [{ name: 'REMOTE_API_KEY', about: 'A key.', value: '' }],
    });
  });

  it('of a template can link to the line that declares a name', () => {
    const linking = (link: string) => {
      const renderers = { ...materials.renderers, 'base/README.md.hbs': () => link };
      const loop = "import { run } from './x.ts';\nexport async function run() {\n  stop() {}\n";
      const texts = new Map([...materials.texts, ['src/agent/loop.ts', loop]]);
      const { files } = render(resolve(asking, registry, base), { ...materials, renderers, texts });
      return files.find(({ path }) => path === 'README.md')?.text;
    };
    expect(linking('[run](loop.ts#)')).toBe('[run in loop.ts:2](src/agent/loop.ts#L2)');
    expect(linking('[stop](loop.ts#)')).toBe('[stop in loop.ts:3](src/agent/loop.ts#L3)');
    expect(() => linking('[gone](loop.ts#)')).toThrow('No line of loop.ts declares gone.');
  });

  it('that is edited by key is not among the files', () => {
    expect(created.files.map((file) => file.path)).not.toContain('package.json');
    expect(Object.fromEntries(created.initialTexts)).toEqual({
      'package.json': '{"scripts":{"start":"x"}}',
      '.gitignore': 'dist/\n',
    });
  });
});

it('the lock says what fills the slots and who asked', () => {
  expect(created.lock).toMatchObject({
    tool: '0.1.0',
    template: 'starter',
    slots: { model: 'model-choose', store: 'store-file' },
    components: { agent: { source: 'built-in', requestedBy: 'template' } },
  });
});

it.each([
  ['the models that are listed besides', ['model-remote'], { models: ['model-remote'] }],
  ['nothing of them where there are none', [], {}],
])('the lock says %s', (_, models, said) => {
  const { lock } = render(resolve({ ...asking, models }, registry), materials);
  expect(Object.fromEntries(Object.entries(lock).filter(([name]) => name === 'models'))).toEqual(
    said,
  );
});

it('what the shared files need is that of all components', () => {
  expect(created.needs).toEqual({
    dependencies: { zod: '^4.6.7' },
    devDependencies: {},
    scripts: {},
    env: { REMOTE_API_KEY: '# A key.\nREMOTE_API_KEY=\n' },
    gitignore: ['.agent/'],
  });
  expect(created.name).toBe('my-agent');
  expect([...created.newNames]).toEqual(
    expect.arrayContaining(['zod', 'REMOTE_API_KEY', '.agent/']),
  );
  expect(created.removableNames).toBeUndefined();
});

it('next steps come in order, the template last', () => {
  expect(created.nextSteps).toEqual(['Go on.']);
});

describe('scripts', () => {
  const server = component('server', {
    scripts: { serve: 'tsx {dir}/main.ts' },
    nextSteps: ['It needs a key.', 'Serve it: {script:serve}', 'Add a tool: {tool} add tool'],
  });
  const wanted = (template: typeof starter | undefined, before?: Partial<Lock>) => {
    const { needs, nextSteps } = render(
      resolve(request({ template, components: asked('server') }), [server]),
      {
        ...materials,
        ...(before && {
          installed: {
            lock: lock(before),
            wiring: resolve(request({}), []).wiring,
            actions: new Map(),
            removed: [],
          },
        }),
      },
    );
    return [Object.keys(needs.scripts), nextSteps[0]];
  };
  const written = { ...noNeeds, scripts: { serve: 'tsx' }, files: [], sections: [] };

  it.each<[string, ReturnType<typeof wanted>, string]>([
    ['of a new project', wanted(starter), 'serve'],
    ['of a project that create made', wanted(undefined, { template: 'starter' }), 'serve'],
    ['of another repo', wanted(undefined, {}), 'agent:serve'],
    ['of a first add to a repo', wanted(undefined), 'agent:serve'],
    ['that an earlier run wrote', wanted(undefined, { contributed: written }), 'serve'],
  ])('%s', (_, names, script) => {
    expect(names).toEqual([[script], `Serve it: {script:${script}}`]);
  });
});

describe('next steps', () => {
  const steps = (names: readonly string[], dir = 'src/agent') =>
    render(resolve(request({ dir, components: asked(...names) }), [lower, upper]), materials)
      .nextSteps;
  const lower = component('lower', {
    nextSteps: ['Read {dir}/x.ts, then go on.', 'More: {tool} add upper'],
  });
  const upper = component('upper', {
    requires: ['lower'],
    nextSteps: ['Start: {run} tsx {dir}/x.ts'],
  });
  const start = 'Start: pnpm exec tsx src/agent/x.ts';

  it('begin with commands, and leave out what is done', () => {
    expect(steps(['lower', 'upper'])).toEqual([start, 'Read src/agent/x.ts, then go on.']);
  });

  it('quote a path with a space', () => {
    expect(steps(['lower', 'upper'], 'my agent')[0]).toBe('Start: pnpm exec tsx "my agent/x.ts"');
  });
});

describe("a component's hash", () => {
  const hashOf = (loop: Component, text: string) => {
    const texts = new Map([['src/agent/loop.ts', text]]);
    return render(resolve(request({ components: asked('loop') }), [loop]), { ...materials, texts })
      .lock.components.loop?.hash;
  };
  const files = [{ from: 'agent/loop.ts', to: 'loop.ts', role: 'source' as const }];

  it('is the same for the same', () =>
    expect(hashOf(component('loop', { files }), 'a')).toBe(
      hashOf(component('loop', { files }), 'a'),
    ));
  it('differs by a text', () =>
    expect(hashOf(component('loop', { files }), 'a')).not.toBe(
      hashOf(component('loop', { files }), 'b'),
    ));
  it('differs by its manifest', () => {
    expect(hashOf(component('loop', { files }), 'a')).not.toBe(
      hashOf(component('loop', { files, factors: [6] }), 'a'),
    );
  });
});

describe('in a project that is there', () => {
  const before = lock({
    tool: '0.2.0',
    template: 'starter',
    components: {
      agent: installed('template', { version: '0.1.0' }),
      loop: installed('agent'),
      tools: installed('agent'),
      'model-choose': installed('you'),
      'model-remote': installed('model-choose'),
      'model-scripted': installed('model-choose'),
      'store-file': installed('agent'),
      old: installed('you', { source: '../other' }),
    },
    wires: { old: [wire('tools', 'old')], 'model-choose': [wire('model', 'choose')] },
  });
  const slack = component('slack', {
    wires: [wire('tools', 'slack')],
    env: [{ name: 'SLACK_TOKEN', about: 'A token.' }],
    nextSteps: ['Read {dir}/slack.ts.'],
  });
  // No registry has it.
  const old = component('old', { wires: before.wires.old ?? [] });
  const mail = component('mail', {
    env: [{ name: 'MAIL_URL', about: 'A URL.' }],
    gitignore: ['mail/'],
  });
  const components = [...registry, slack, old];
  const there = Object.entries(before.components).map(([name, { requestedBy: by }]) => ({
    name,
    by,
  }));
  const request1 = request({ template: starter, installed: there, slots: chosen });
  /** Renders a change that updates some components, adds others, and removes others. */
  const inRepo = (
    updated: readonly string[],
    added: readonly string[] = [],
    removed: readonly Component[] = [],
  ) =>
    render(resolve({ ...request1, components: asked(...added) }, components), {
      ...materials,
      installed: {
        lock: before,
        wiring: resolve(request1, components).wiring,
        actions: new Map<string, ComponentAction>([
          ...[...there.map(({ name }) => name), 'starter'].map(
            (name) => [name, updated.includes(name) ? 'update' : 'keep'] as const,
          ),
          ...removed.map(({ name }) => [name, 'remove'] as const),
        ]),
        removed,
      },
    });
  const all = [...there.map(({ name }) => name), 'starter'];
  const added = inRepo([], ['slack']);

  it('only what is new needs anything, and what the others need is kept', () => {
    expect(added.needs.env).toEqual({ SLACK_TOKEN: '# A token.\nSLACK_TOKEN=\n' });
    expect(added.needs.dependencies).toEqual({});
    expect([...added.keepNames]).toEqual(
      expect.arrayContaining(['zod', 'REMOTE_API_KEY', 'SLACK_TOKEN', '.agent/']),
    );
  });

  it('what something new needs is told from what something needs that was here', () => {
    expect([...added.newNames]).toEqual(['SLACK_TOKEN']);
    expect([...inRepo(['tools'], ['slack']).newNames]).toEqual(['SLACK_TOKEN']);
    expect([...inRepo(all).newNames]).toEqual([]);
  });

  it.each([
    ['something new comes', added],
    ['some are renewed', inRepo(['tools', 'agent'])],
    [
      'all are renewed but for one that no registry has',
      inRepo(all.filter((name) => name !== 'old')),
    ],
  ])('nothing that was given is taken out where %s: others may have needed it', (_, wanted) => {
    expect(wanted.removableNames).toEqual(new Set());
  });

  it('only what those need that leave may be taken out', () => {
    expect(inRepo([], [], [mail]).removableNames).toEqual(new Set(['MAIL_URL', 'mail/']));
  });

  it('whatever nothing needs may be taken out where all are renewed', () => {
    expect(inRepo(all).removableNames).toBeUndefined();
  });

  it('what becomes of each is handed on', () => {
    expect(Object.fromEntries(inRepo(['tools'], ['slack'], [mail]).actions)).toMatchObject({
      agent: 'keep',
      old: 'keep',
      starter: 'keep',
      tools: 'update',
      slack: 'add',
      mail: 'remove',
    });
  });

  it('rendered files come with what they were before', () => {
    const tools = added.files.find((file) => file.path === 'src/agent/tools.ts');
    const names = (text = '') =>
      (JSON.parse(text) as { tools: { name: string }[] }).tools.map(({ name }) => name);
    expect([names(tools?.text), names(tools?.before)]).toEqual([
      ['done', 'old', 'slack'],
      ['done', 'old'],
    ]);
  });

  it('rendered files that are to be updated come with their old wiring too', () => {
    const tools = inRepo(['tools', 'agent']).files.find(
      (file) => file.path === 'src/agent/tools.ts',
    );
    expect(tools?.before).toContain('done');
  });

  it('shared files and what was composed once are not begun again', () => {
    expect([[...added.initialTexts], added.name]).toEqual([[], undefined]);
    expect(added.files.map((file) => file.path)).not.toContain('README.md');
  });

  it('the lock keeps the others, and those that no registry has any more', () => {
    expect(added.lock).toMatchObject({
      tool: '0.1.0',
      template: 'starter',
      components: {
        agent: { version: '0.1.0', hash: before.components['agent']?.hash },
        slack: { version: '0.3.0', requestedBy: 'you' },
        old: { source: '../other' },
      },
    });
    expect(inRepo(['agent']).lock.components['agent']?.version).toBe('0.3.0');
  });

  it('the lock has what each has wired, those included that no registry has any more', () => {
    expect(added.lock.wires).toMatchObject({ old: [{ name: 'old' }], slack: [{ name: 'slack' }] });
    expect(added.lock.slots).toEqual({ model: 'model-choose', store: 'store-file' });
  });

  it('next steps are of what is new alone', () => {
    expect(added.nextSteps).toEqual(['Read src/agent/slack.ts.']);
    expect(inRepo(['agent', 'starter'], ['agent']).nextSteps).toEqual([]);
  });
});
