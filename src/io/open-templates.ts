import { join } from 'node:path';
import fs from 'node:fs/promises';
import { renderers } from 'virtual:templates';
import { parseTemplate } from '../pipeline/registry/manifest.ts';
import type { Template } from '../pipeline/registry/component.ts';
import type { Templates } from '../pipeline/render/templates.ts';
import { readText } from './read-text.ts';
import { folderReader } from './open-registry.ts';

/** Opens the templates of our own package: the subfolders that have a `template.json`. */
export async function openTemplates(folder: string): Promise<Templates> {
  const names = await fs.readdir(folder);
  const opened = await Promise.all(names.map((name) => openTemplate(folder, name)));
  const all = opened.filter((template) => template !== undefined);
  const base = all.find((template) => template.name === 'base');
  if (!base) throw new Error(`There is no base template in ${folder}.`);
  return {
    base,
    offered: all.filter((template) => template !== base),
    renderers,
    read: folderReader(folder),
  };
}

async function openTemplate(folder: string, name: string): Promise<Template | undefined> {
  const text = await readText(join(folder, name, 'template.json'));
  if (text === undefined) return undefined;
  return parseTemplate(text, `templates/${name}/template.json`);
}
