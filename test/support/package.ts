import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSources } from '../../src/io/read-sources.ts';
import { openTemplates } from '../../src/io/open-templates.ts';
import {
  type InstalledState,
  type ChangeRequest,
  requestNothing,
  requestUpdate,
} from '../../src/pipeline/resolve/change-request.ts';
import { combineRegistries } from '../../src/pipeline/resolve/catalogue.ts';
import { parseComponent } from '../../src/pipeline/registry/manifest.ts';
import { type Existing, render } from '../../src/pipeline/render/render.ts';
import { resolve } from '../../src/pipeline/resolve/resolve.ts';
import { withInstalledWires } from '../../src/pipeline/resolve/installed-wires.ts';
import type { Component } from '../../src/pipeline/registry/component.ts';
import type { Lock } from '../../src/pipeline/lock/lock-file.ts';
import type { Registry } from '../../src/pipeline/registry/registry-json.ts';
import type { Request } from '../../src/pipeline/resolve/request.ts';
import type { Selection } from '../../src/pipeline/resolve/selection.ts';
import type { Templates } from '../../src/pipeline/render/templates.ts';
import type { Wanted } from '../../src/pipeline/render/wanted.ts';

/** Our own package. */
export const home = fileURLToPath(new URL('../..', import.meta.url));

/** The components as their manifests say. */
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
const from = () => ours;

/** What a request comes to, with our components and templates, in a new project. */
export const renderOurs = (asked: Request): Promise<Wanted> =>
  renderSelection(resolve(asked, components, templates.base));

async function renderSelection(selection: Selection, installed?: Existing): Promise<Wanted> {
  const texts = await readSources(selection, from, templates);
  const materials = {
    texts,
    renderers: templates.renderers,
    from,
    tool: '0.1.0',
    manager: 'npm',
  } as const;
  return render(selection, installed ? { ...materials, installed } : materials);
}

/** A repo with what is installed in it, as commands open it. */
export const openOurs = (lock: Lock | undefined): InstalledState => ({
  lock,
  config: { dir: lock?.dir ?? 'src/agent', registries: {} },
  tests: true,
  templates: templates.offered,
  catalogue: combineRegistries({ named: ours, replaces: false, locked: new Map() }, lock),
});

/** What a wish comes to in a repo that is there. */
export async function renderWish(wish: ChangeRequest, opened: InstalledState): Promise<Wanted> {
  const { lock, catalogue } = opened;
  const resolved = ({ request, actions: standing }: ChangeRequest) =>
    resolve(...withInstalledWires({ request, components: catalogue.components, standing, lock }));
  if (!lock) return renderSelection(resolved(wish));
  const { actions: standing } = wish;
  const leaving = catalogue.components.filter(({ name }) => standing.get(name) === 'remove');
  const { wiring } = resolved(requestNothing(opened));
  return renderSelection(resolved(wish), { lock, wiring, standing, leaving });
}

/** The installed components that are not as our registry has them. */
export async function newsIn(opened: InstalledState): Promise<ReadonlySet<string>> {
  const { lock } = opened;
  const wanted = await renderWish(requestUpdate(opened, [], new Set()), opened);
  const all = Object.entries(lock?.components ?? {});
  return new Set(
    all.flatMap(([name, { hash }]) => (wanted.lock.components[name]?.hash === hash ? [] : [name])),
  );
}
