import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSources } from '../../../src/io/read-sources.ts';
import { openTemplates } from '../../../src/io/open-templates.ts';
import {
  type InstalledState,
  type ChangeRequest,
  requestNothing,
} from '../../../src/pipeline/resolve/change-request.ts';
import { combineRegistries } from '../../../src/pipeline/resolve/catalogue.ts';
import { parseComponent } from '../../../src/pipeline/registry/manifest.ts';
import type { PackageManager } from '../../../src/pipeline/repo/package-manager.ts';
import type { Materials } from '../../../src/pipeline/render/materials.ts';
import { changedComponents } from '../../../src/pipeline/render/render-lock.ts';
import { render } from '../../../src/pipeline/render/render.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import {
  installedWiring,
  resolveChange,
  selectInstalled,
} from '../../../src/pipeline/resolve/resolve-change.ts';
import type { Component } from '../../../src/pipeline/registry/component.ts';
import type { Lock } from '../../../src/pipeline/lock/lock-file.ts';
import type { Registry } from '../../../src/pipeline/registry/registry-json.ts';
import type { Request } from '../../../src/pipeline/resolve/request.ts';
import type { Selection } from '../../../src/pipeline/resolve/selection.ts';
import type { Templates } from '../../../src/pipeline/render/templates.ts';
import type { Wanted } from '../../../src/pipeline/render/wanted.ts';

/** Our own package. */
export const homeUrl = new URL('../../../', import.meta.url);
export const home = fileURLToPath(homeUrl);

/** The components of our registry, from their manifests. */
export const components: readonly Component[] = readdirSync(join(home, 'registry/components'))
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .map((name) =>
    parseComponent(readFileSync(join(home, 'registry/components', name), 'utf8'), name),
  );

/** Reads a component's file. */
const readComponent = async (from: string): Promise<string> =>
  readFileSync(join(home, 'registry', from), 'utf8');

/** Our templates. */
export const templates: Templates = await openTemplates(join(home, 'templates'));

const ours: Registry = { source: 'built-in', version: '0.1.0', components, read: readComponent };
const registryOf = () => ours;

/** Renders a request for a new project, with our components and templates. */
export const renderOurs = async (
  asked: Request,
  manager: PackageManager = 'npm',
): Promise<Wanted> => {
  const selection = resolve(asked, components, templates.base);
  return render(selection, { ...(await materialsFor(selection)), manager });
};

const materialsFor = async (selection: Selection): Promise<Materials> => ({
  texts: await readSources(selection, registryOf, templates),
  renderers: templates.renderers,
  registryOf,
  tool: '0.1.0',
  manager: 'npm',
});

/** The installed state of a repo with a lock, with our registry and templates. */
export const openOurs = (lock: Lock | undefined): InstalledState => ({
  lock,
  config: { dir: lock?.dir ?? 'src/agent', registries: {} },
  tests: true,
  canRunTests: true,
  templates: templates.offered,
  catalogue: combineRegistries({ named: ours, replaces: false, locked: new Map() }, lock),
});

/** Renders a change to an installed project. */
export async function renderChange(change: ChangeRequest, state: InstalledState): Promise<Wanted> {
  const { lock, catalogue } = state;
  const selection = resolveChange(change, state);
  const materials = await materialsFor(selection);
  if (!lock) return render(selection, materials);
  const { actions } = change;
  const removed = catalogue.components.filter(({ name }) => actions.get(name) === 'remove');
  const installed = { lock, wiring: installedWiring(lock), actions, removed };
  return render(selection, { ...materials, installed });
}

/** Returns the installed components of which our registry has another version. */
export async function newsIn(state: InstalledState): Promise<ReadonlySet<string>> {
  const { lock, catalogue } = state;
  if (!lock) return new Set();
  const selection = selectInstalled(requestNothing(state), state);
  const materials = await materialsFor(selection);
  return changedComponents(lock, catalogue.orphans, selection, materials);
}
