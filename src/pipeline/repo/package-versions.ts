import semver from 'semver';
import { UserError } from '../../errors.ts';
import type { Entries } from '../text/entries.ts';
import { allPackages } from './edit-package-json.ts';

/** A package that is there in a range that does not meet the one which is needed. */
export type VersionConflict = {
  readonly name: string;
  readonly has: string;
  readonly wants: string;
};

/** The packages of a package.json that no version could satisfy together with what is needed. */
export function versionConflicts(
  packageJson: string,
  dependencies: Entries,
): readonly VersionConflict[] {
  const there = allPackages(packageJson);
  return Object.entries(dependencies).flatMap(([name, wants]) => {
    const has = there[name];
    // `workspace:*`, `catalog:`, tags and addresses say nothing that can be compared.
    if (has === undefined || semver.validRange(has) === null || semver.intersects(has, wants))
      return [];
    return [{ name, has, wants }];
  });
}

/** Refuses components whose packages the repo has in another major version; nothing is bumped for the user. @throws UserError */
export function checkCompatible(
  packageJson: string,
  dependencies: Entries,
  install: (spec: string) => string,
): void {
  const [clash] = versionConflicts(packageJson, dependencies);
  if (!clash) return;
  const { name, has, wants } = clash;
  throw new UserError(`package.json has ${name} ${has}, and this needs ${name} ${wants}.`, {
    code: 'incompatible',
    hint: `Move to it first: ${install(`${name}@${wants}`)}`,
  });
}

/** What to say of packages that are installed in an older version than what was tested; `add` gives the command. */
export function olderVersionNotes(
  installed: Entries,
  dependencies: Entries,
  add: (spec: string) => string,
): readonly string[] {
  return Object.entries(dependencies).flatMap(([name, wants]) => {
    const has = semver.valid(installed[name]);
    if (has === null || !semver.ltr(has, wants)) return [];
    return [`${name} ${has} is installed, and ${wants} was tested: ${add(`${name}@${wants}`)}`];
  });
}
