import semver from 'semver';
import { UserError } from '../../errors.ts';
import type { Entries } from '../text/entries.ts';
import { listedRanges } from './edit-package-json.ts';
import { allowsNodeTypes, oldestNodeTypes } from './node-types.ts';
import { plainRange, type VersionCatalogs } from './version-catalogs.ts';
import { acceptedRange, type ZodImport, zod3WithZod4 } from './zod-import.ts';

/** The packages of a repo: what package.json lists and what is installed. */
export type PackageFacts = {
  /** The text of package.json. */
  readonly packageJson: string;
  readonly catalogs: VersionCatalogs;
  /** Package name to version. Without the packages that are not installed, or not known. */
  readonly installed: Entries;
};

/** A package whose range in package.json and whose needed range share no version. */
export type VersionConflict = {
  readonly name: string;
  readonly has: string;
  readonly wants: string;
  /** The package and the range to install, such as `zod@^4.0.0`. */
  readonly fix: string;
};

/** The lowest `zod@3` to recommend to a repo that has an older one. */
const zod3Fix = 'zod@^3.25.76';

/** Finds the needed packages that package.json has in a range without a version in common. */
export function versionConflicts(
  facts: PackageFacts,
  dependencies: Entries,
): readonly VersionConflict[] {
  return Object.entries(dependencies).flatMap(([name, wants]) => {
    const ranges = listedRanges(facts.packageJson, name);
    const has = ranges.find((range) => !mayMeet(name, range, wants, facts));
    return has === undefined ? [] : [conflictOf(name, has, wants, facts)];
  });
}

function mayMeet(
  name: string,
  has: string,
  wants: string,
  { catalogs, installed }: PackageFacts,
): boolean {
  const version = semver.valid(installed[name]) ?? undefined;
  const range = plainRange(name, has, catalogs);
  // For a tag, a URL or another package, only the installed version tells.
  if (range === undefined) return version === undefined || isAccepted(name, version, wants);
  if (semver.intersects(range, wants)) return true;
  if (name !== 'zod') return false;
  const isCurrent = version !== undefined && semver.satisfies(version, range);
  return semver.satisfies(isCurrent ? version : lowest(range), zod3WithZod4);
}

function isAccepted(name: string, version: string, wants: string): boolean {
  return fitOf(version, acceptedRange(name, wants, 'zod/v4')) !== 'other';
}

const lowest = (range: string): string => semver.minVersion(range)?.version ?? '0.0.0';

function conflictOf(
  name: string,
  has: string,
  wants: string,
  { catalogs, installed }: PackageFacts,
): VersionConflict {
  const range = plainRange(name, has, catalogs) ?? installed[name];
  const isOlderZod = name === 'zod' && range !== undefined && semver.lt(lowest(range), '4.0.0');
  const shown = range === undefined || range === has ? has : `${has} (${range})`;
  return { name, has: shown, wants, fix: isOlderZod ? zod3Fix : `${name}@${wants}` };
}

/**
 * Refuses packages that the repo has in another major version. The tool never changes a range of
 * the user's. `install` returns the command that installs a spec.
 * @throws UserError
 */
export function checkCompatible(
  facts: PackageFacts,
  dependencies: Entries,
  install: (spec: string) => string,
): void {
  const [conflict] = versionConflicts(facts, dependencies);
  if (!conflict) return;
  const { name, has, wants, fix } = conflict;
  const needed = name === 'zod' ? `${wants} or ${zod3WithZod4}` : wants;
  throw new UserError(`package.json has ${name} ${has}, but this needs ${name} ${needed}.`, {
    code: 'incompatible',
    hint: `Change it first: ${install(fix)}`,
  });
}

/** How an installed version fits a range. `older`: only the tested version is higher. */
export type Fit = 'tested' | 'older' | 'other';

/** Compares an installed version with a tested range. */
export function fitOf(version: string, wants: string): Fit {
  if (semver.satisfies(version, wants, { includePrerelease: true })) return 'tested';
  // A caret range of a compatible older version includes the tested one, which is the last.
  const tested = lowest(wants.split('||').at(-1) ?? wants);
  return semver.satisfies(tested, `^${version}`) ? 'older' : 'other';
}

/** How the copied files import zod, and the command that installs a spec. */
type Fixing = {
  readonly zodImport: ZodImport;
  readonly install: (spec: string) => string;
};

/**
 * Returns a sentence for each package that is installed in a version with which the copied files do
 * not work.
 */
export function misfitHints(
  facts: PackageFacts,
  dependencies: Entries,
  { zodImport, install }: Fixing,
): readonly string[] {
  const hints = Object.entries(dependencies).flatMap(([name, wants]) => {
    const has = semver.valid(facts.installed[name]);
    const accepted = acceptedRange(name, wants, zodImport);
    if (has === null || fitOf(has, accepted) !== 'other') return [];
    const isZod3 = accepted !== wants;
    const fix = install(isZod3 ? zod3Fix : `${name}@${wants}`);
    return [`${name} ${has} is installed, but the copied code needs ${accepted}: ${fix}`];
  });
  return [...hints, ...nodeTypesHints(facts, install)];
}

/** The types of Node are checked by their range, too: they are often listed but not installed. */
function nodeTypesHints(
  { packageJson, catalogs, installed }: PackageFacts,
  install: Fixing['install'],
): readonly string[] {
  const name = '@types/node';
  const ranges = listedRanges(packageJson, name).map((one) => plainRange(name, one, catalogs));
  const has = semver.valid(installed[name]) ?? ranges.find((one) => one !== undefined);
  if (has === undefined || allowsNodeTypes(has)) return [];
  const fix = install(`${name}@^${oldestNodeTypes}`);
  const needs = `the copied code needs ${oldestNodeTypes} or later`;
  return [`The version of ${name} is ${has}, but ${needs}: ${fix}`];
}

/**
 * Returns a note for each package that is installed in a compatible version older than the tested
 * ones. `install` returns the command that installs a spec.
 */
export function olderVersionNotes(
  installed: Entries,
  dependencies: Entries,
  install: (spec: string) => string,
): readonly string[] {
  return Object.entries(dependencies).flatMap(([name, wants]) => {
    const has = semver.valid(installed[name]);
    if (has === null || fitOf(has, wants) !== 'older') return [];
    return [`${name} ${has} is installed, ${wants} was tested: ${install(`${name}@${wants}`)}`];
  });
}
