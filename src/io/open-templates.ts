import { join } from 'node:path';
import fs from 'node:fs/promises';
import { renderers } from 'virtual:templates';
import { parseTemplate } from '../pipeline/registry/manifest.ts';
import type { Template } from '../pipeline/registry/component.ts';
import type { Templates } from '../pipeline/render/templates.ts';
import { readText } from './read-text.ts';
import { folderReader } from './open-registry.ts';

/** Opens our package's folder of templates: every folder of it that has a `template.json`. */
export async function openTemplates(folder: string): Promise<Templates> {
  const all = (
    await Promise.all((await fs.readdir(folder)).map((name) => open(folder, name)))
  ).flat();
  const base = all.find((template) => template.name === 'base');
  if (!base) throw new Error(`There is no base template in ${folder}.`);
  return {
    base,
    offered: all.filter((template) => template !== base),
    renderers,
    read: folderReader(folder),
  };
}

async function open(folder: string, name: string): Promise<readonly Template[]> {
  const text = await readText(join(folder, name, 'template.json'));
  return text === undefined ? [] : [parseTemplate(text, `templates/${name}/template.json`)];
}
