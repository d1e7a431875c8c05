import { join } from 'node:path';
import { formatRegistry } from '../../../src/pipeline/registry/registry-json.ts';
import type { Component, Renamed } from '../../../src/pipeline/registry/component.ts';
import { component } from '../pipeline/fixtures.ts';
import { writeFiles } from '../project/repos.ts';

/** A component of a small registry: the texts of its files by path, and what is special. */
export type SmallComponent = {
  readonly files?: Readonly<Record<string, string>>;
  readonly seeds?: Readonly<Record<string, string>>;
  readonly renamed?: Renamed;
  readonly requires?: readonly string[];
};

/** Writes a registry with a few components, by name, into a folder. */
export async function writeSmallRegistry(
  folder: string,
  components: Readonly<Record<string, SmallComponent>>,
): Promise<void> {
  const all = Object.entries(components).map(([name, small]): Component => {
    const { files = {}, seeds = {}, renamed, requires = [] } = small;
    const refs = (texts: object, role: 'source' | 'seed') =>
      Object.keys(texts).map((to) => ({ from: `agent/${to}`, to, role }));
    return component(name, {
      requires,
      files: [...refs(files, 'source'), ...refs(seeds, 'seed')],
      ...(renamed && { renamed }),
    });
  });
  const texts = Object.values(components).flatMap(({ files = {}, seeds = {} }) =>
    Object.entries({ ...files, ...seeds }),
  );
  await writeFiles(folder, {
    'registry.json': formatRegistry(all, { version: '1.0.0', homepage: 'https://example.org' }),
    ...Object.fromEntries(texts.map(([path, text]) => [join('agent', path), text])),
  });
}
