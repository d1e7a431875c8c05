import { join } from 'node:path';
import type { Random } from '../../support/random.ts';
import { editLines, textOf } from '../merges/edits.ts';
import { type Draft, type Item, writeRegistry } from '../support/registries.ts';

/**
 * Writes three versions of our registry into a folder, each one with changes to the one before;
 * where they are.
 */
export async function writeVersions(
  folder: string,
  random: Random,
): Promise<readonly [string, string, string]> {
  const changes: ((draft: Draft) => void)[] = [];
  const paths = [join(folder, 'v1'), join(folder, 'v2'), join(folder, 'v3')] as const;
  for (const [n, path] of paths.entries()) {
    await writeRegistry(path, (draft) => changes.forEach((change) => change(draft)));
    const seed = random.below(2 ** 30);
    changes.push((draft) => develop(draft, n + 2, repeatable(seed)));
  }
  return paths;
}

type Repeatable = (name: string, end: number) => number;

/** The same number for the same name, however often and in whatever order it is asked for. */
function repeatable(seed: number): Repeatable {
  return (name, end) => {
    let mixed = seed;
    for (const letter of name) mixed = Math.imul(mixed ^ (letter.codePointAt(0) ?? 0), 0x01000193);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % end;
  };
}

/** What happens to a registry from one version to the next. */
function develop({ items, texts }: Draft, version: number, pick: Repeatable): void {
  const wired = new Set(
    items.flatMap(({ meta }) => wiresOf(meta).map(({ from }) => `agent/${from.slice(2)}`)),
  );
  for (const item of items) {
    for (const file of item.files) {
      const role = item.meta.roles[file.path];
      if (role === 'rendered') continue;
      const isOurs = role !== 'seed' && !wired.has(file.path);
      const fate = pick(file.path, 20);
      if (fate < 10) change(texts, file.path, version, pick);
      else if (fate === 10 && isOurs) drop(item, texts, file.path);
      else if (fate === 11 && isOurs) renameUntold(item, texts, file.path, version);
      else if (fate === 12 && isOurs) move(item, texts, file.path, version);
    }
    if (pick(`${item.name} new`, 5) === 0) create(item, texts, version);
    require(item, version, pick(`${item.name} needs`, 8));
    item.meta.changes = [
      { version: `0.${version}.0`, sentence: `Version ${version}.` },
      ...item.meta.changes,
    ];
  }
}

const wiresOf = (meta: Item['meta']) => (Reflect.get(meta, 'wires') ?? []) as { from: string }[];

function change(texts: Draft['texts'], path: string, version: number, pick: Repeatable): void {
  let times = 0;
  const below = (end: number) => pick(`${path} ${(times += 1)}`, end);
  const random: Random = {
    below,
    one: (all) => all[below(all.length)] ?? all[0],
    some: (all) => all.filter(() => below(2) === 0),
  };
  const { lines } = editLines(texts.get(path) ?? '', 't', random, pick(`${path} rough`, 3) === 0);
  texts.set(path, `${textOf(lines)}// version ${version}\n`);
}

function drop(item: Item, texts: Draft['texts'], path: string): void {
  item.files = item.files.filter((file) => file.path !== path);
  delete item.meta.roles[path];
  texts.delete(path);
  forget(item, path);
}

/** Nothing can move to a file that is gone. */
function forget({ meta }: Item, path: string): void {
  const target = path.slice('agent/'.length);
  const source = meta.renamed?.[target];
  if (meta.renamed === undefined || source === undefined) return;
  const { [target]: _, ...renamed } = meta.renamed;
  meta.renamed = renamed;
  forget({ meta } as Item, `agent/${source}`);
}

/** Within its folder, as a registry may. */
function rename(item: Item, texts: Draft['texts'], path: string, version: number): void {
  const renamed = (one: string) => one.replace(/([\w-]+)((\.test)?\.ts)$/, `$1-${version}$2`);
  const text = texts.get(path) ?? '';
  const role = item.meta.roles[path];
  item.files = item.files.map((file) =>
    file.path === path ? { ...file, path: renamed(path), target: renamed(file.target) } : file,
  );
  delete item.meta.roles[path];
  if (role !== undefined) item.meta.roles[renamed(path)] = role;
  texts.delete(path);
  texts.set(renamed(path), text);
}

function create(item: Item, texts: Draft['texts'], version: number): void {
  const path = `agent/${item.name}-new-${version}.ts`;
  item.files = [...item.files, { path, type: 'registry:file', target: `src/${path}` }];
  texts.set(path, `export const version = ${version};\n`);
}

/** A rename that the manifest does not tell. */
function renameUntold(item: Item, texts: Draft['texts'], path: string, version: number): void {
  forget(item, path);
  rename(item, texts, path, version);
}

/** A rename that the manifest tells, so that edits move along. */
function move(item: Item, texts: Draft['texts'], path: string, version: number): void {
  const before = new Set(texts.keys());
  rename(item, texts, path, version);
  const to = [...texts.keys()].find((one) => !before.has(one));
  const short = (one: string) => one.slice('agent/'.length);
  if (to !== undefined) item.meta.renamed = { ...item.meta.renamed, [short(to)]: short(path) };
}

/** It needs more of package.json, .env.example and .gitignore, or less. */
function require(item: Item, version: number, kind: number): void {
  const { meta, name } = item;
  if (kind === 0) item.dependencies = [...item.dependencies, `needed-by-${name}-${version}@^1.0.0`];
  if (kind === 1) item.dependencies = [];
  if (kind === 2)
    meta.env = [
      ...meta.env,
      { name: `NEEDED_${version}_${item.files.length}`, about: `for ${name}` },
    ];
  if (kind === 3) meta.gitignore = [...meta.gitignore, `.${name}-${version}/`];
  if (kind === 4) meta.scripts = { ...meta.scripts, [`${name}-run`]: `tsx ${version}.ts` };
  if (kind === 5) meta.env = [];
  if (kind === 6) item.registryDependencies = item.registryDependencies.slice(1);
}
