import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSources } from '../../src/io/sources.ts';
import { openTemplates } from '../../src/io/templates.ts';
import { parseComponent } from '../../src/pipeline/manifest.ts';
import { render } from '../../src/pipeline/render.ts';
import { resolve } from '../../src/pipeline/resolve.ts';
import type { Component, Request, Templates, Wanted } from '../../src/types.ts';

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

/** What a request comes to, with our components and templates. */
export async function renderOurs(asked: Request): Promise<Wanted> {
  const selection = resolve(asked, components, templates.base);
  const texts = await readSources(selection, { read: readComponent }, templates);
  const registry = { source: 'built-in' };
  return render(selection, { texts, renderers: templates.renderers, registry, tool: '0.1.0', manager: 'npm' });
}
