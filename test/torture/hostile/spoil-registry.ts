import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item } from '../support/registries.ts';
import { copy } from '../support/scratch.ts';
import type { Vector } from './vector.ts';

const quick = ['--no-install', '--yes'];
/** A file of a component, where it says that it goes. */
export const fileOf = (to: string, path = 'agent/evil.ts') => ({
  path,
  type: 'registry:file',
  target: `src/agent/${to}`,
});

/**
 * Two registries, each with something wrong in one component: in an installed one to update, in a
 * new one to add.
 */
export function spoil(change: (item: Item) => unknown): Vector['prepare'] {
  return async ({ registry }) => {
    const other = `${registry}-2`;
    await copy(registry, other);
    await spoilItem(registry, 'thread', change);
    await spoilItem(other, 'loop', change);
    return [
      ['update', '--registry', registry, '--on-conflict', 'overwrite', ...quick],
      ['add', 'loop', '--registry', other, '--on-conflict', 'overwrite', ...quick],
    ];
  };
}

async function spoilItem(
  registry: string,
  component: string,
  change: (item: Item) => unknown,
): Promise<void> {
  const file = join(registry, 'registry.json');
  const all = JSON.parse(await readFile(file, 'utf8')) as { items: Item[] };
  const item = all.items.find(({ name }) => name === component);
  if (!item) throw new Error(`There is no ${component} to spoil.`);
  change(item);
  await writeFile(join(registry, 'agent/evil.ts'), 'evil\n');
  if (item.files.some(({ path }) => path === 'agent/big.ts'))
    await writeFile(join(registry, 'agent/big.ts'), 'x'.repeat(6_000_000));
  await writeFile(file, JSON.stringify(all));
}

export const asTarget = (path: string) => spoil((item) => item.files.push(fileOf(path)));
export const asWholeTarget = (path: string) =>
  spoil((item) => item.files.push({ ...fileOf(''), target: path }));
export const asFrom = (path: string) => spoil((item) => item.files.push(fileOf('fine.ts', path)));
