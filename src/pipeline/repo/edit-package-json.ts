import { parse, type ParseError } from 'jsonc-parser';
import semver from 'semver';
import { UserError } from '../../errors.ts';
import { withBomOf, withoutBom } from '../text/byte-order-mark.ts';
import type { Entries } from '../text/entries.ts';
import { removeEntry, setEntry } from './edit-json.ts';

/** The sections of package.json that components add to: package to range, script to command. */
export type Packages = {
  readonly dependencies: Entries;
  readonly devDependencies: Entries;
  readonly scripts: Entries;
};

export type Section = keyof Packages;

export const sectionNames = [
  'scripts',
  'dependencies',
  'devDependencies',
] as const satisfies readonly Section[];
const otherKinds = ['peerDependencies', 'optionalDependencies'];

/** Whether a range begins at a higher version than another. False if one of them is not a range. */
export function isHigher(range: string, than: string): boolean {
  const [high, low] = [minVersion(range), minVersion(than)];
  return high !== null && low !== null && semver.gt(high, low);
}

function minVersion(range: string): semver.SemVer | null {
  return semver.validRange(range) === null ? null : semver.minVersion(range);
}

/**
 * The changes to a package.json: `add` adds entries that are missing, `set` replaces values, `drop`
 * removes entries by name. `sections` are removed too once `drop` has emptied them.
 */
export type PackageJsonEdit = {
  readonly name?: string | undefined;
  readonly add?: Partial<Packages>;
  readonly set?: Partial<Packages>;
  readonly drop?: Partial<Packages>;
  readonly sections?: readonly string[];
};

/** Edits a package.json entry by entry. All other text stays, with its formatting. */
export function editPackageJson(
  text: string,
  { name, add = {}, set = {}, drop = {}, sections = [] }: PackageJsonEdit,
): string {
  let edited = withoutBom(text);
  if (name !== undefined) edited = setEntry(edited, ['name'], name);
  for (const section of sectionNames) {
    const added = missingEntries(edited, section, add[section] ?? {});
    edited = addAll(edited, section, Object.fromEntries(added));
    for (const [key, value] of Object.entries(set[section] ?? {}))
      edited = setEntry(edited, [section, key], value);
    const dropped = Object.keys(drop[section] ?? {});
    edited = dropAll(edited, section, dropped, sections.includes(section));
  }
  return withBomOf(text, edited);
}

function addAll(text: string, section: Section, entries: Entries): string {
  const names = Object.keys(entries);
  if (names.length === 0) return text;
  if (!isSection(text, section)) return addSection(text, section, entries);
  // Packages are in alphabetical order, as npm sorts them.
  const isAfter = (name: string) => (other: string) => section !== 'scripts' && other > name;
  return names.reduce(
    (edited, name) => setEntry(edited, [section, name], entries[name], isAfter(name)),
    text,
  );
}

/** Adds a section where npm would: `dependencies` before `devDependencies`, others at the end. */
function addSection(text: string, section: Section, entries: Entries): string {
  const names = Object.keys(entries);
  const ordered = section === 'scripts' ? names : names.toSorted();
  const value = Object.fromEntries(ordered.map((name) => [name, entries[name]]));
  const isNext = (other: string) => section === 'dependencies' && other === 'devDependencies';
  return setEntry(text, [section], value, isNext);
}

function dropAll(
  text: string,
  section: Section,
  names: readonly string[],
  dropEmpty: boolean,
): string {
  const current = readPackages(text)[section];
  const present = names.filter((name) => Object.hasOwn(current, name));
  if (present.length === 0) return text;
  const edited = present.reduce((rest, name) => removeEntry(rest, [section, name]), text);
  const isEmpty = Object.keys(readPackages(edited)[section]).length === 0;
  return dropEmpty && isEmpty ? removeEntry(edited, [section]) : edited;
}

/** Returns which of the sections in `Packages` a package.json has. */
export function sectionsOf(text: string): readonly string[] {
  return sectionNames.filter((section) => isSection(text, section));
}

function isSection(text: string, section: Section): boolean {
  const value: unknown = Reflect.get(read(text), section);
  return typeof value === 'object' && value !== null;
}

/**
 * Reads the sections of a package.json. A missing one is empty.
 * @throws UserError unless the text is a JSON object
 */
export function readPackages(text: string): Packages {
  const packageJson = read(text);
  return eachSection((section) => entriesOf(packageJson[section]));
}

/** Makes the entries of each section. */
export function eachSection(make: (section: Section) => Entries): Packages {
  return {
    scripts: make('scripts'),
    dependencies: make('dependencies'),
    devDependencies: make('devDependencies'),
  };
}

/**
 * Returns the range of each package in any kind of dependency. Of several ranges that of
 * `dependencies` wins, then that of `devDependencies`.
 */
export function allPackages(text: string): Entries {
  const packageJson = read(text);
  const kinds = [...otherKinds, 'devDependencies', 'dependencies'];
  const entries = kinds.map((kind) => entriesOf(Reflect.get(packageJson, kind)));
  return Object.assign({}, ...entries) as Entries;
}

/**
 * Returns the ranges of a package that decide its version: those of `dependencies` and
 * `devDependencies`, else of the other kinds. Package managers differ in which of two wins.
 */
export function listedRanges(text: string, name: string): readonly string[] {
  const packageJson = read(text);
  const rangesIn = (kinds: readonly string[]) =>
    kinds
      .map((kind) => entriesOf(Reflect.get(packageJson, kind)))
      .flatMap((entries) => (Object.hasOwn(entries, name) ? [entries[name] ?? ''] : []));
  const own = rangesIn(['dependencies', 'devDependencies']);
  return own.length > 0 ? own : rangesIn(otherKinds);
}

/**
 * Returns the entries that `editPackageJson` would add. A package is not missing if any kind of
 * dependency has it.
 */
export function missingEntries(
  text: string,
  section: Section,
  entries: Entries,
): readonly (readonly [string, string])[] {
  const present = section === 'scripts' ? readPackages(text).scripts : allPackages(text);
  return Object.entries(entries).filter(([name]) => !Object.hasOwn(present, name));
}

/** Returns the names of the scripts. */
export function scriptsOf(text: string): readonly string[] {
  return Object.keys(readPackages(text).scripts);
}

function entriesOf(value: unknown): Entries {
  if (!isObject(value)) return {};
  const entries = Object.entries(value).filter(([, one]) => typeof one === 'string');
  return Object.fromEntries(entries) as Entries;
}

function read(text: string): Partial<Packages> {
  const errors: ParseError[] = [];
  const value: unknown = parse(withoutBom(text), errors, { disallowComments: true });
  if (errors.length === 0 && isObject(value)) return value;
  throw new UserError('package.json is not a JSON object.', {
    code: 'bad-usage',
    hint: 'Fix it, then try again.',
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
