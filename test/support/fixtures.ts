import type { Component, Merge, Project, Request, Template, Wire } from '../../src/types.ts';

const empty = {
  factors: [],
  requires: [],
  files: [],
  dependencies: {},
  devDependencies: {},
  scripts: {},
  env: [],
  wires: [],
  nextSteps: [],
  changes: [{ version: '0.1.0', sentence: 'First version.' }],
};

/** A component with nothing but what is said. */
export function component(name: string, some: Partial<Component> = {}): Component {
  return { ...empty, name, summary: `what ${name} is for`, ...some };
}

/** A template with nothing but what is said. */
export function template(name: string, some: Partial<Template> = {}): Template {
  return { ...empty, name, title: name, summary: `what ${name} is for`, example: 'hello', ...some };
}

/** A wire of an exclusive slot, as `model('anthropic')`. */
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
  component('model-remote', { wires: [wire('model', 'remote')], env: [{ name: 'REMOTE_API_KEY', about: 'A key.' }] }),
  component('model-choose', { requires: ['model-remote', 'model-scripted'], wires: [wire('model', 'choose')] }),
  component('store-file', { wires: [wire('store', 'file')] }),
  component('store-memory', { wires: [wire('store', 'memory')] }),
];

/** A request for components in a repo that exists. */
export function request(some: Partial<Request> = {}): Request {
  const none = { template: undefined, model: undefined, store: undefined };
  return { name: 'my-agent', dir: 'src/agent', components: [], tests: true, ...none, ...some };
}

/** An empty disk. */
export const nothing: Project = { lock: undefined, bases: new Map(), disk: new Map() };

/** A merge for tests in which none may happen. */
export const noMerge: Merge = async () => {
  throw new Error('Nothing was to be merged.');
};
