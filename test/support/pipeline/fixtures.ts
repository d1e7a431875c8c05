import type { Tools } from '../../../src/pipeline/decide/decide.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { noNeeds } from '../../../src/pipeline/registry/needs.ts';
import type { RequestedComponent, Request } from '../../../src/pipeline/resolve/request.ts';
import type { Catalogue } from '../../../src/pipeline/resolve/catalogue.ts';
import type { Component, Template, Wire } from '../../../src/pipeline/registry/component.ts';
import type { Lock, LockedComponent, LockedFile } from '../../../src/pipeline/lock/lock-file.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import type { Wanted, WantedFile } from '../../../src/pipeline/render/wanted.ts';

const empty = {
  factors: [],
  requires: [],
  comesWith: [],
  files: [],
  dependencies: {},
  devDependencies: {},
  scripts: {},
  env: [],
  wires: [],
  gitignore: [],
  nextSteps: [],
  changes: [{ version: '0.1.0', sentence: 'First version.' }],
};

/** A component that is empty except for `some`. */
export function component(name: string, some: Partial<Component> = {}): Component {
  return { ...empty, name, summary: `what ${name} is for`, ...some };
}

/** A template that is empty except for `some`. */
export function template(name: string, some: Partial<Template> = {}): Template {
  return { ...empty, name, title: name, summary: `what ${name} is for`, example: 'hello', ...some };
}

/** A wire that imports `key` and calls it, for example `anthropic()`. */
export function wire(slot: Wire['slot'], key: string, some: Partial<Wire> = {}): Wire {
  return { slot, key, name: key, from: `./${slot}/${key}.ts`, value: `${key}()`, ...some };
}

/** The smallest registry in which an agent can be wired. */
export const registry: readonly Component[] = [
  component('loop', { files: [{ from: 'agent/loop.ts', to: 'loop.ts', role: 'source' }] }),
  component('tools', {
    files: [{ from: 'agent/tools.ts', to: 'tools.ts', role: 'rendered' }],
    dependencies: { zod: '^4.6.7' },
    wires: [wire('tools', 'done', { from: './tools/done.ts', value: 'done' })],
  }),
  component('agent', {
    requires: ['loop', 'tools'],
    files: [{ from: 'agent/agent.ts', to: 'agent.ts', role: 'rendered' }],
  }),
  component('prompt', { files: [{ from: 'agent/prompt.ts', to: 'prompt.ts', role: 'seed' }] }),
  component('model-scripted', { wires: [wire('model', 'scripted')] }),
  component('model-remote', {
    wires: [wire('model', 'remote')],
    env: [{ name: 'REMOTE_API_KEY', about: 'A key.', required: true }],
  }),
  component('model-choose', {
    requires: ['model-remote', 'model-scripted'],
    wires: [wire('model', 'choose')],
  }),
  component('store-file', { wires: [wire('store', 'file')], gitignore: ['.agent/'] }),
  component('store-memory', { wires: [wire('store', 'memory')] }),
];

/** A catalogue of one registry, and orphans. */
export const catalogue = (
  components: readonly Component[],
  orphans: readonly Component[] = [],
): Catalogue => ({
  components: [...components, ...orphans],
  orphans: new Set(orphans.map(({ name }) => name)),
  registryOf: () => ({ source: 'built-in', version: '0.2.0', read: async () => '' }),
  moves: [],
});

/** Components that the user requests. */
export const asked = (...names: readonly string[]): readonly RequestedComponent[] =>
  names.map((name) => ({ name, by: 'you' }));

/** A request for components in an existing repo. */
export function request(some: Partial<Request> = {}): Request {
  return {
    name: 'my-agent',
    dir: 'src/agent',
    template: undefined,
    installed: [],
    components: [],
    slots: {},
    models: [],
    tests: true,
    ...some,
  };
}

/** An empty disk. */
export const nothing: Project = {
  lock: undefined,
  bases: new Map(),
  disk: new Map(),
  obstacles: new Map(),
};

/** Tools that format and rewrite nothing, and must not merge. */
export const noTools: Tools = {
  merge: async () => {
    throw new Error('Nothing was to be merged.');
  },
  format: async (files) => files.map(() => undefined),
  specifiers: '.ts',
};

/** A component in a lock. */
export const installed = (
  requestedBy = 'you',
  some: Partial<LockedComponent> = {},
): LockedComponent => ({
  source: 'built-in',
  version: '0.1.0',
  hash: hash(requestedBy),
  requestedBy,
  ...some,
});

/** A file in a lock, written as `base`. */
export const locked = (base: string, some: Partial<LockedFile> = {}): LockedFile => ({
  owner: 'loop',
  role: 'source',
  base: hash(base),
  written: hash(base),
  ...some,
});

/** A lock that is empty except for `some`. */
export const lock = (some: Partial<Lock> = {}): Lock => ({
  format: 1,
  tool: '0.1.0',
  dir: 'src/agent',
  tests: true,
  slots: {},
  components: {},
  wires: {},
  contributed: { ...noNeeds, files: [], sections: [] },
  files: {},
  ...some,
});

/** A wanted file. */
export const file = (path: string, text: string, some: Partial<WantedFile> = {}): WantedFile => ({
  path,
  text,
  role: 'source',
  owner: 'loop',
  ...some,
});

/** Wanted files. The rest is empty except for `some`. */
export function wanted(files: readonly WantedFile[] = [], some: Partial<Wanted> = {}): Wanted {
  const { files: _, contributed, ...rest } = lock({ components: { loop: installed() } });
  return {
    files,
    initialTexts: new Map(),
    name: undefined,
    needs: noNeeds,
    newNames: new Set(),
    namesInUse: new Set(),
    keepNames: new Set(),
    removableNames: undefined,
    config: { dir: 'src/agent', registries: {} },
    lock: rest,
    actions: new Map(),
    nextSteps: [],
    manager: 'npm',
    ...some,
  };
}
