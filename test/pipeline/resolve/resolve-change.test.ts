import { expect, it } from 'vitest';
import type { ComponentAction } from '../../../src/pipeline/resolve/request.ts';
import { installedWiring, resolveChange } from '../../../src/pipeline/resolve/resolve-change.ts';
import {
  asked,
  installed,
  catalogue,
  component,
  lock,
  request,
  template,
  wire,
} from '../../support/pipeline/fixtures.ts';

const [old, now] = [
  wire('model', 'anthropic'),
  wire('model', 'anthropic', { name: 'claude', value: 'claude()' }),
];
const deploy = wire('tools', 'deploy');
const here = lock({ wires: { 'model-anthropic': [old], starter: [deploy] } });
const model = component('model-anthropic', { wires: [now] });

it.each<[string, ComponentAction | undefined, typeof here | undefined, typeof now | undefined]>([
  ['is kept wires what the lock says', 'keep', here, old],
  ['is kept and has wired nothing wires nothing', 'keep', lock(), undefined],
  ['is updated wires what its registry says', 'update', here, now],
  ['is added wires what its registry says', 'add', here, now],
  ['is not named wires what its registry says', undefined, here, now],
  ['is of a repo without a lock wires what its registry says', undefined, undefined, now],
])('a component that %s', (_, action, there, expected) => {
  const actions = new Map(action === undefined ? [] : [['model-anthropic', action]]);
  const change = { request: request({ components: asked('model-anthropic') }), actions };
  const { components } = resolveChange(change, { lock: there, catalogue: catalogue([model]) });
  expect(components.map((one) => one.component.wires)).toEqual([
    expected === undefined ? [] : [expected],
  ]);
});

it('a template that is kept wires what the lock says', () => {
  const starter = template('starter', { wires: [wire('tools', 'other')] });
  const change = {
    request: request({ template: starter }),
    actions: new Map([['starter', 'keep' as const]]),
  };
  const { wiring } = resolveChange(change, { lock: here, catalogue: catalogue([]) });
  expect(wiring.tools).toEqual([deploy]);
});

it('the installed wiring is what the lock says, with the tools of the template first', () => {
  const [model, other, store] = [
    wire('model', 'anthropic'),
    wire('model', 'openai'),
    wire('store', 'file'),
  ];
  const tool = wire('tools', 'slack');
  const command = wire('commands', 'slack');
  const wiring = installedWiring(
    lock({
      template: 'starter',
      slots: { model: 'model-anthropic', store: 'store-file' },
      models: ['model-openai'],
      components: {
        slack: installed(),
        'model-anthropic': installed(),
        'model-openai': installed(),
        'store-file': installed(),
      },
      wires: {
        slack: [tool, command],
        starter: [deploy],
        'model-anthropic': [model],
        'model-openai': [other],
        'store-file': [store],
      },
    }),
  );
  expect(wiring).toEqual({
    model,
    models: [other],
    store,
    outbox: [],
    channels: [],
    triggers: [],
    agents: [],
    prefetch: [],
    tools: [deploy, tool],
    commands: [command],
  });
});
