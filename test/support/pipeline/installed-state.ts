import type { Lock } from '../../../src/pipeline/lock/lock-file.ts';
import type { Component } from '../../../src/pipeline/registry/component.ts';
import type { InstalledState } from '../../../src/pipeline/resolve/change-request.ts';
import { catalogue, component, registry } from './fixtures.ts';

/** The smallest registry, and a component that requires two others. */
export const components: readonly Component[] = [
  ...registry,
  component('human', { factors: [7] }),
  component('server', { requires: ['loop'], factors: [11] }),
  component('slack', { requires: ['server', 'human'], factors: [7, 11] }),
];

/** The state of a project with this lock, and a registry with `components`. */
export const stateOf = (lock: Lock): InstalledState => ({
  lock,
  config: { dir: 'src/agent', registries: {} },
  tests: true,
  canRunTests: true,
  templates: [],
  catalogue: catalogue(components),
});
