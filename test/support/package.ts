import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSources } from '../../src/io/sources.ts';
import { openTemplates } from '../../src/io/templates.ts';
import { type Base, installedRequest, type Wish } from '../../src/pipeline/change-request.ts';
import { parseComponent } from '../../src/pipeline/manifest.ts';
import { type Installed, render } from '../../src/pipeline/render.ts';
import { resolve } from '../../src/pipeline/resolve.ts';
import type { Component, Lock, Request, Templates, Wanted } from '../../src/types.ts';

/** Our own package. */
export const home = fileURLToPath(new URL('../..', import.meta.url));

/** The components as their manifests say. */
export const components: readonly Component[] = readdirSync(join(home, 'registry/components'))
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .map((name) => parseComponent(readFileSync(join(home, 'registry/components', name), 'utf8'), name));

/** Reads a component's file. */
const readComponent = async (from: string): Promise<string> => readFileSync(join(home, 'registry', from), 'utf8');

/** Our templates. */
export const templates: Templates = await openTemplates(join(home, 'templates'));

/** Where each of our components is taken from. */
const from = () => ({ source: 'built-in', version: '0.1.0', read: readComponent });

/** What a request comes to, with our components and templates. */
export async function renderOurs(asked: Request, installed?: Installed): Promise<Wanted> {
  const selection = resolve(asked, components, installed ? undefined : templates.base);
  const texts = await readSources(selection, from, templates);
  const materials = { texts, renderers: templates.renderers, from, tool: '0.1.0', manager: 'npm' } as const;
  return render(selection, installed ? { ...materials, installed } : materials);
}

/** A repo with what is installed in it, as commands open it. */
export const openOurs = (lock: Lock | undefined): Base => ({
  lock,
  config: { dir: lock?.dir ?? 'src/agent', registries: {} },
  tests: true,
  templates: templates.offered,
  catalogue: { components, from },
});

/** What a wish comes to in a repo that is there. */
export async function renderWish(wish: Wish, opened: Base): Promise<Wanted> {
  const { lock } = opened;
  if (!lock) return renderOurs(wish.request);
  const { wiring } = resolve(installedRequest(opened), components);
  return renderOurs(wish.request, { lock, wiring, scope: wish.scope, gone: wish.gone });
}
