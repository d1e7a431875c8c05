import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item } from './registries.ts';
import type { Vector } from './vector.ts';

const quick = ['--no-install', '--yes'];
/** A file of a component, where it says that it goes. */
export const fileOf = (to: string, path = 'agent/evil.ts') => ({
  path,
  type: 'registry:file',
  target: `src/agent/${to}`,
});

/** A registry of which one component has something wrong. */
export function spoil(change: (item: Item) => unknown): Vector['prepare'] {
  return async ({ registry }) => {
    const file = join(registry, 'registry.json');
    const all = JSON.parse(await readFile(file, 'utf8')) as { items: Item[] };
    const item = all.items.find(({ name }) => name === 'thread');
    if (item) change(item);
    await writeFile(join(registry, 'agent/evil.ts'), 'evil\n');
    if (item?.files.some(({ path }) => path === 'agent/big.ts'))
      await writeFile(join(registry, 'agent/big.ts'), 'x'.repeat(6_000_000));
    await writeFile(file, JSON.stringify(all));
    return ['update', 'add'].map((command) => [
      command,
      ...(command === 'add' ? ['loop'] : []),
      '--registry',
      registry,
      '--on-conflict',
      'overwrite',
      ...quick,
    ]);
  };
}

export const asTarget = (path: string) => spoil((item) => item.files.push(fileOf(path)));
export const asWholeTarget = (path: string) => spoil((item) => item.files.push({ ...fileOf(''), target: path }));
export const asFrom = (path: string) => spoil((item) => item.files.push(fileOf('fine.ts', path)));
