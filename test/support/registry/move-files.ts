import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { filesUnder } from '../project/temp.ts';
import { changeRegistry, type Item } from './next-version.ts';
import { specifierSpans } from './specifier-spans.ts';

/** The new path of a file to its old path, or to the old paths of a fold, in the agent's folder. */
export type Renamed = Readonly<Record<string, string | readonly string[]>>;

/**
 * Moves and folds files in a folder's registry as an author would: the texts, their imports, the
 * manifests. `owners` names the component of a new path if it is another one than before.
 */
export async function moveFiles(
  folder: string,
  renamed: Renamed,
  owners: Readonly<Record<string, string>> = {},
): Promise<void> {
  const agent = join(folder, 'agent');
  const sources = Object.entries(renamed).map(([to, from]) => [to, [from].flat()] as const);
  const targets = new Map(sources.flatMap(([to, from]) => from.map((old) => [old, to] as const)));
  const texts = new Map<string, string>();
  for (const path of (await filesUnder(agent)).filter((one) => one.endsWith('.ts'))) {
    const text = await readFile(join(agent, path), 'utf8');
    texts.set(path, withImports(path, text, targets));
  }
  for (const [to, from] of sources) {
    const parts = from.map((old) => texts.get(old) ?? '');
    const text = parts.length === 1 ? (parts[0] ?? '') : fold(to, parts);
    for (const old of from) {
      texts.delete(old);
      await rm(join(agent, old));
    }
    texts.set(to, text);
  }
  for (const [path, text] of texts) {
    await mkdir(dirname(join(agent, path)), { recursive: true });
    await writeFile(join(agent, path), text);
  }
  await changeRegistry(folder, (items) => items.map((item) => moveIn(item, sources, owners)));
}

function withImports(path: string, text: string, targets: ReadonlyMap<string, string>): string {
  const own = targets.get(path) ?? path;
  return specifierSpans(path, text).reduceRight((result, { specifier, start, end }) => {
    if (!specifier.startsWith('.')) return result;
    const target = posix.join(posix.dirname(path), specifier);
    const next = posix.relative(posix.dirname(own), targets.get(target) ?? target);
    const written = next.startsWith('.') ? next : `./${next}`;
    return `${result.slice(0, start)}'${written}'${result.slice(end)}`;
  }, text);
}

function fold(path: string, texts: readonly string[]): string {
  const self = `./${posix.basename(path)}`;
  const parts = texts.map((text) => {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const imports = source.statements.filter((one) => ts.isImportDeclaration(one));
    const from = imports[0]?.getStart(source) ?? 0;
    const to = imports.at(-1)?.end ?? 0;
    const others = imports.filter(
      ({ moduleSpecifier }) => !moduleSpecifier.getText().includes(self),
    );
    const body = `${text.slice(0, from)}\n${text.slice(to)}`.trim();
    return { imports: others.map((one) => one.getText(source)), body };
  });
  const imports = new Set(parts.flatMap((part) => part.imports));
  return `${[[...imports].join('\n'), ...parts.map(({ body }) => body)].join('\n\n')}\n`;
}

type Sources = readonly (readonly [to: string, from: readonly string[]])[];

function moveIn(item: Item, sources: Sources, owners: Readonly<Record<string, string>>): Item {
  const had = new Set(item.files.map(({ path }) => path.slice('agent/'.length)));
  const isOwn = ([to, from]: Sources[number]) =>
    owners[to] === undefined ? had.has(from[0] ?? '') : owners[to] === item.name;
  const own = sources.filter(isOwn);
  const gone = new Set(sources.flatMap(([, from]) => from.map((path) => `agent/${path}`)));
  const newFiles = own.map(([to]) => ({
    path: `agent/${to}`,
    type: 'registry:file',
    target: `src/agent/${to}`,
  }));
  const roles = { ...item.meta.roles };
  for (const [to, [first = '']] of own) {
    const role = roles[`agent/${first}`] ?? (first.endsWith('.test.ts') ? 'test' : undefined);
    if (role !== undefined) roles[`agent/${to}`] = role;
  }
  for (const path of gone) delete roles[path];
  const newPath = new Map(sources.flatMap(([to, from]) => from.map((old) => [old, to] as const)));
  const wires = JSON.stringify(item.meta.wires).replaceAll(
    /"from":"\.\/([^"]+)"/g,
    (_, path: string) => `"from":"./${newPath.get(path) ?? path}"`,
  );
  const { moreTests = [] } = item.meta;
  const more = moreTests.map((path) => {
    const moved = newPath.get(path.slice('agent/'.length));
    return moved === undefined ? path : `agent/${moved}`;
  });
  const before = 'renamed' in item.meta ? (item.meta.renamed as Renamed) : {};
  const renamed = { ...before, ...Object.fromEntries(own) };
  return {
    ...item,
    files: [...item.files.filter(({ path }) => !gone.has(path)), ...newFiles],
    meta: {
      ...item.meta,
      roles,
      ...(more.length > 0 && { moreTests: more }),
      wires: JSON.parse(wires) as object[],
      ...(Object.keys(renamed).length > 0 && { renamed }),
    },
  };
}
