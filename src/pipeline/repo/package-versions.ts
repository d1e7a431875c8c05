import semver from 'semver';
import { UserError } from '../../errors.ts';
import type { Entries } from '../text/entries.ts';
import { allPackages } from './edit-package-json.ts';

/** A package whose range in package.json and whose needed range share no version. */
export type VersionConflict = {
  readonly name: string;
  readonly has: string;
  readonly wants: string;
};

/** Finds the needed packages that package.json has in a range without a version in common. */
export function versionConflicts(
  packageJson: string,
  dependencies: Entries,
): readonly VersionConflict[] {
  const present = allPackages(packageJson);
  return Object.entries(dependencies).flatMap(([name, wants]) => {
    const has = present[name];
    if (has === undefined || mayMeet(has, wants)) return [];
    return [{ name, has, wants }];
  });
}

function mayMeet(has: string, wants: string): boolean {
  // `workspace:*`, `catalog:`, tags and URLs are not ranges: there is nothing to compare.
  const isRange = semver.validRange(has) !== null;
  return !isRange || semver.intersects(has, wants);
}

/**
 * Refuses packages that the repo has in another major version. The tool never changes a range of
 * the user's. `install` returns the command that installs a spec.
 * @throws UserError
 */
export function checkCompatible(
  packageJson: string,
  dependencies: Entries,
  install: (spec: string) => string,
): void {
  const [conflict] = versionConflicts(packageJson, dependencies);
  if (!conflict) return;
  const { name, has, wants } = conflict;
  throw new UserError(`package.json has ${name} ${has}, but this needs ${name} ${wants}.`, {
    code: 'incompatible',
    hint: `Change it first: ${install(`${name}@${wants}`)}`,
  });
}

/**
 * Returns a note for each package that is installed in an older version than the tested ones.
 * `install` returns the command that installs a spec.
 */
export function olderVersionNotes(
  installed: Entries,
  dependencies: Entries,
  install: (spec: string) => string,
): readonly string[] {
  return Object.entries(dependencies).flatMap(([name, wants]) => {
    const has = semver.valid(installed[name]);
    if (has === null || !semver.ltr(has, wants)) return [];
    return [`${name} ${has} is installed, ${wants} was tested: ${install(`${name}@${wants}`)}`];
  });
}
