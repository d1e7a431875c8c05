import { applyEdits, modify, parse } from 'jsonc-parser';
import { UserError } from '../errors.ts';
import type { Component, Entries, Packages } from '../types.ts';

const keys = ['scripts', 'dependencies', 'devDependencies'] as const;

/** What several components need of package.json together. */
export function mergePackages(components: readonly Component[]): Packages {
  const all = (key: (typeof keys)[number]): Entries =>
    Object.assign({}, ...components.map((component) => component[key])) as Entries;
  const dependencies = all('dependencies');
  const devDependencies = Object.fromEntries(
    Object.entries(all('devDependencies')).filter(([name]) => !(name in dependencies)),
  );
  return { dependencies, devDependencies, scripts: all('scripts') };
}

/** Adds what is missing to a package.json, key by key; what is there stays as it is, formatting included. */
export function editPackageJson(text: string, add: Packages & { readonly name?: string | undefined }): string {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let edited = text.slice(bom.length);
  if (add.name !== undefined) edited = set(edited, ['name'], add.name);
  for (const key of keys) {
    for (const [name, value] of missing(edited, key, add)) edited = set(edited, [key, name], value, key !== 'scripts');
  }
  return bom + edited;
}

/** `name@range` of the packages that `editPackageJson` would add. */
export function missingPackages(text: string, add: Packages): readonly string[] {
  return [...missing(text, 'dependencies', add), ...missing(text, 'devDependencies', add)].map(
    ([name, range]) => `${name}@${range}`,
  );
}

/** The names of a package.json's scripts. */
export function scriptsOf(text: string): readonly string[] {
  return Object.keys(read(text).scripts ?? {});
}

function missing(text: string, key: (typeof keys)[number], add: Packages): readonly (readonly [string, string])[] {
  const there = read(text);
  // A package that is a dependency of either kind already is not asked for twice.
  const taken = key === 'scripts' ? { ...there.scripts } : { ...there.dependencies, ...there.devDependencies };
  return Object.entries(add[key]).filter(([name]) => !Object.hasOwn(taken, name));
}

function read(text: string): Partial<Packages> {
  const value: unknown = parse(text.replace(/^\uFEFF/, ''));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UserError('package.json does not hold a JSON object.', {
    code: 'bad-usage',
    hint: 'Correct it, then run this again.',
  });
}

function set(text: string, path: string[], value: string, sorted = false): string {
  const name = path.at(-1) ?? '';
  const place = (names: string[]) => names.findIndex((other) => other > name);
  const formattingOptions = {
    insertSpaces: !/^\t/m.test(text),
    tabSize: /^ +/m.exec(text)?.[0].length ?? 2,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  const getInsertionIndex = (names: string[]) => (sorted && place(names) >= 0 ? place(names) : names.length);
  return applyEdits(text, modify(text, path, value, { formattingOptions, getInsertionIndex }));
}
