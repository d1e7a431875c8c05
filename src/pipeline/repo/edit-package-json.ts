import { parse, type ParseError } from 'jsonc-parser';
import semver from 'semver';
import { UserError } from '../../errors.ts';
import type { Entries } from '../text/entries.ts';
import { removeEntry, setEntry } from './edit-json.ts';

/** What components need of package.json. */
export type Packages = {
  readonly dependencies: Entries;
  readonly devDependencies: Entries;
  readonly scripts: Entries;
};

const keys = ['scripts', 'dependencies', 'devDependencies'] as const;
const otherKinds = ['peerDependencies', 'optionalDependencies'];

/** Whether a range begins at a higher version than another; of what is no range, no. */
export function isHigher(range: string, than: string): boolean {
  const [low, high] = [than, range].map((one) =>
    semver.validRange(one) === null ? null : semver.minVersion(one),
  );
  return low && high ? semver.gt(high, low) : false;
}

/** What to change in a package.json: `add` what is missing, `set` what is there, `drop` by name. Of `sections` none is left empty. */
export type PackageJsonEdit = {
  readonly name?: string | undefined;
  readonly add?: Partial<Packages>;
  readonly set?: Partial<Packages>;
  readonly drop?: Partial<Packages>;
  readonly sections?: readonly string[];
};

/** Edits a package.json key by key; what it is not asked for stays as it is, formatting included. */
export function editPackageJson(
  text: string,
  { name, add = {}, set = {}, drop = {}, sections = [] }: PackageJsonEdit,
): string {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let edited = text.slice(bom.length);
  if (name !== undefined) edited = setEntry(edited, ['name'], name);
  for (const key of keys) {
    edited = addAll(edited, key, Object.fromEntries(missing(edited, key, add[key] ?? {})));
    for (const [one, value] of Object.entries(set[key] ?? {}))
      edited = setEntry(edited, [key, one], value);
    edited = dropAll(edited, key, Object.keys(drop[key] ?? {}), sections.includes(key));
  }
  return bom + edited;
}

/** A new section goes where npm would have it: `dependencies` before those for development, else at the end. */
function addAll(text: string, key: keyof Packages, entries: Entries): string {
  const names = Object.keys(entries);
  if (names.length === 0) return text;
  if (!isSection(text, key)) {
    const sorted = key === 'scripts' ? names : names.toSorted();
    const section = Object.fromEntries(sorted.map((name) => [name, entries[name]]));
    return setEntry(
      text,
      [key],
      section,
      (other) => key === 'dependencies' && other === 'devDependencies',
    );
  }
  const place = (name: string) => (other: string) => key !== 'scripts' && other > name;
  return names.reduce(
    (edited, name) => setEntry(edited, [key, name], entries[name], place(name)),
    text,
  );
}

function dropAll(
  text: string,
  key: keyof Packages,
  names: readonly string[],
  goesEmpty: boolean,
): string {
  const there = names.filter((name) => Object.hasOwn(readPackages(text)[key], name));
  if (there.length === 0) return text;
  const edited = there.reduce((rest, name) => removeEntry(rest, [key, name]), text);
  const isEmpty = Object.keys(readPackages(edited)[key]).length === 0;
  return goesEmpty && isEmpty ? removeEntry(edited, [key]) : edited;
}

/** The sections of a package.json that we may write to. */
export function sectionsOf(text: string): readonly string[] {
  return keys.filter((key) => isSection(text, key));
}

const isSection = (text: string, key: keyof Packages): boolean => {
  const section: unknown = Reflect.get(read(text), key);
  return typeof section === 'object' && section !== null;
};

/** What a package.json has of the kinds that we edit. @throws UserError when it is not an object */
export function readPackages(text: string): Packages {
  const there = read(text);
  return Object.fromEntries(keys.map((key) => [key, entriesOf(there[key])])) as Packages;
}

/** Package name to range, of every kind of dependency; one that is installed for production wins. */
export function allPackages(text: string): Entries {
  const there = read(text);
  const kinds = [...otherKinds, 'devDependencies', 'dependencies'];
  return Object.assign({}, ...kinds.map((kind) => entriesOf(Reflect.get(there, kind)))) as Entries;
}

/** Of `entries` what `editPackageJson` would add: a package of any kind that is there is not asked for twice. */
export function missing(
  text: string,
  key: keyof Packages,
  entries: Entries,
): readonly (readonly [string, string])[] {
  const taken = key === 'scripts' ? readPackages(text).scripts : allPackages(text);
  return Object.entries(entries).filter(([name]) => !Object.hasOwn(taken, name));
}

/** The names of a package.json's scripts. */
export function scriptsOf(text: string): readonly string[] {
  return Object.keys(readPackages(text).scripts);
}

function entriesOf(value: unknown): Entries {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([, one]) => typeof one === 'string'),
  ) as Entries;
}

function read(text: string): Partial<Packages> {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { disallowComments: true });
  if (errors.length === 0 && typeof value === 'object' && value !== null && !Array.isArray(value))
    return value;
  throw new UserError('package.json does not hold a JSON object.', {
    code: 'bad-usage',
    hint: 'Correct it, then run this again.',
  });
}
