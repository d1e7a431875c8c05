import { expect, it } from 'vitest';
import {
  copyThreads,
  storeChange,
  storeHeadline,
} from '../../../src/pipeline/report/store-notes.ts';
import type { Selection } from '../../../src/pipeline/resolve/selection.ts';
import { component, installed, lock, request, wire } from '../../support/pipeline/fixtures.ts';

const store = (key: string) => wire('store', key, { name: `${key}Store`, value: `${key}Store()` });
const before = (key: string, components = {}) =>
  lock({
    slots: { store: `store-${key}` },
    wires: { [`store-${key}`]: [store(key)] },
    components,
  });
const next = (key: string, ...names: readonly string[]): Selection => ({
  request: request({}),
  components: names.map((name) => ({ component: component(name), by: 'you' })),
  files: [],
  wiring: {
    model: undefined,
    models: [],
    store: store(key),
    outbox: [],
    channels: [],
    triggers: [],
    agents: [],
    prefetch: [],
    runner: undefined,
    tools: [],
    commands: [],
  },
  notes: [],
});
const copy = 'npx tsx src/agent/terminal/main.ts import-from file';
const label = 'To copy them, stop all processes of the agent, then:';

it('the threads in the old store are named, with the command that copies them', () => {
  const change = storeChange(before('file'), next('sqlite'));
  expect(storeHeadline(change)).toEqual([
    'agent.ts gets sqliteStore() as its store, not fileStore(). ' +
      'The threads in fileStore() stay there, and the agent no longer sees them.',
  ]);
  expect(copyThreads(change, before('file'), next('sqlite'), 'npm')).toEqual([
    `${label} npx create-12-factor-agent@latest add transfer && ${copy}`,
  ]);
});

it.each([
  ['is installed', before('file', { transfer: installed('you') }), next('sqlite')],
  ['comes with it', before('file'), next('sqlite', 'transfer')],
])('the command is enough where transfer %s', (_, current, selection) => {
  const change = storeChange(current, selection);
  expect(copyThreads(change, current, selection, 'npm')).toEqual([`${label} ${copy}`]);
});

it('a store in memory has nothing to copy', () => {
  const change = storeChange(before('memory'), next('file'));
  expect(storeHeadline(change)).toEqual([
    'agent.ts gets fileStore() as its store, not memoryStore().',
  ]);
  expect(copyThreads(change, before('memory'), next('file'), 'npm')).toEqual([]);
});

it.each([
  ['the store stays', before('file'), next('file')],
  ['there was none', undefined, next('file')],
])('nothing is said where %s', (_, current, selection) => {
  expect(storeHeadline(storeChange(current, selection))).toEqual([]);
});
