import { expect, it } from 'vitest';
import { wiringContext } from '../../../src/pipeline/render/wiring-context.ts';
import type { Wire } from '../../../src/pipeline/registry/component.ts';
import { wire } from '../../support/pipeline/fixtures.ts';

const wiring = {
  model: wire('model', 'remote', { uses: [{ name: 'key', from: './key.ts' }] }),
  models: [],
  store: wire('store', 'file', { uses: [{ name: 'key', from: './key.ts' }] }),
  outbox: [],
  channels: [],
  triggers: [],
  agents: [],
  prefetch: [],
  runner: undefined,
  tools: [wire('tools', 'deploy'), wire('tools', 'list_releases', { name: 'listReleases' })],
  commands: [
    wire('commands', 'list', { from: './terminal/list.ts', value: 'list' }),
    wire('commands', 'show-svg', { name: 'svg', from: './terminal/svg.ts', value: 'svg' }),
    wire('commands', 'page', { from: './pager/page.ts', value: 'page' }),
  ],
};

it('imports for agent.ts what model and store need, each once', () => {
  expect(wiringContext('agent.ts', wiring).imports).toEqual([
    { names: 'remote', from: './model/remote.ts' },
    { names: 'key', from: './key.ts' },
    { names: 'file', from: './store/file.ts' },
  ]);
});

it('imports models by their paths, whichever of them is the one', () => {
  const [one, other] = [wire('model', 'local'), wire('model', 'remote')];
  const names = (model: Wire, models: readonly Wire[]) =>
    wiringContext('agent.ts', { ...wiring, model, models }).imports.map(({ names }) => names);
  expect(names(other, [one])).toEqual(['local', 'remote', 'file', 'key']);
  expect(names(one, [other])).toEqual(['local', 'remote', 'file', 'key']);
});

it('names a model by its key, in quotes where it has to be', () => {
  const models = [
    wire('model', 'remote'),
    wire('model', 'my-own', { name: 'myOwn', value: 'myOwn()' }),
  ];
  expect(wiringContext('agent.ts', { ...wiring, models }).models).toEqual([
    'remote: remote()',
    "'my-own': myOwn()",
  ]);
});

it('imports what tells people, each once', () => {
  const people = { name: 'people', from: './channels/people.ts' };
  const from = './channels/outbox.ts';
  const outbox = [wire('outbox', 'outbox', { from, value: 'outbox', uses: [people] })];
  const channels = [wire('channels', 'chat', { from: './chat/channel.ts', value: 'chat()' })];
  const triggers = [
    wire('triggers', 'chat', { name: 'hear', value: 'hear(people)', uses: [people] }),
  ];
  const ways = { ...wiring, outbox, channels, triggers };
  const { imports, ...context } = wiringContext('agent.ts', ways);
  const names = ['remote', 'key', 'file', 'outbox', 'people', 'chat', 'hear'];
  expect(imports.map((one) => one.names)).toEqual(names);
  expect(context.hasOutbox).toBe(true);
  expect(context.channels).toEqual(['chat: chat()']);
  expect(context.triggers).toEqual(['chat: hear(people)']);
});

it('imports what fetches values, and what it fetches', () => {
  const uses = [{ name: 'values', from: './fetch/values.ts' }];
  const from = './fetch/fetch.ts';
  const prefetch = [wire('prefetch', 'prefetch', { from, value: 'prefetch(values)', uses })];
  const { imports, ...context } = wiringContext('agent.ts', { ...wiring, prefetch });
  expect(imports.map((one) => one.names)).toEqual(['remote', 'key', 'file', 'prefetch', 'values']);
  expect(context.prefetch).toBe('prefetch(values)');
});

it('imports for tools.ts the tools', () => {
  expect(wiringContext('tools.ts', wiring).imports.map(({ names }) => names)).toEqual([
    'deploy',
    'listReleases',
  ]);
});

it('imports for terminal/commands.ts the commands, by paths from its folder', () => {
  expect(wiringContext('terminal/commands.ts', wiring).imports).toEqual([
    { names: 'list', from: './list.ts' },
    { names: 'svg', from: './svg.ts' },
    { names: 'page', from: '../pager/page.ts' },
  ]);
});

it('imports all names of one module together', () => {
  const from = './terminal/transfer.ts';
  const commands = [wire('commands', 'export', { from }), wire('commands', 'import', { from })];
  expect(wiringContext('terminal/commands.ts', { ...wiring, commands }).imports).toEqual([
    { names: 'export, import', from: './transfer.ts' },
  ]);
});

it('names a command by its key, in quotes where it has to be', () => {
  expect(wiringContext('terminal/commands.ts', wiring).commands).toEqual([
    'list',
    "'show-svg': svg",
    'page',
  ]);
});

it('writes an entry short where key and name are one', () => {
  expect(wiringContext('tools.ts', wiring).tools.map(({ entry }) => entry)).toEqual([
    'deploy',
    'list_releases: listReleases',
  ]);
});

it('leaves nothing undefined, which a strict template would refuse', () => {
  const empty = wiringContext('agent.ts', {
    model: undefined,
    models: [],
    store: undefined,
    outbox: [],
    channels: [],
    triggers: [],
    agents: [],
    prefetch: [],
    runner: undefined,
    tools: [],
    commands: [],
  });
  expect(empty).toEqual({
    imports: [],
    model: '',
    models: [],
    store: '',
    runner: '',
    hasOutbox: false,
    channels: [],
    triggers: [],
    agents: [],
    prefetch: '',
    tools: [],
    commands: [],
  });
});
