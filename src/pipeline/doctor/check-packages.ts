import semver from 'semver';
import type { Entries } from '../text/entries.ts';
import { type PackageManager, addCommand, installCommand } from '../repo/package-manager.ts';
import { versionConflicts } from '../repo/package-versions.ts';
import { allPackages } from '../repo/edit-package-json.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** How packages come into the repo; `outside` says that a workspace around it does not take it in. */
export type Installer = { readonly manager: PackageManager; readonly outside: boolean };

/**
 * Checks the packages that components need (name to tested range) against a package.json and what is installed (name to
 * version); `installed` is `undefined` where that cannot be seen, as with Plug'n'Play.
 */
export function checkPackages(
  needed: Entries,
  packageJson: string,
  installed: Entries | undefined,
  { manager, outside }: Installer,
): readonly Finding[] {
  const there = allPackages(packageJson);
  const all = Object.entries(needed);
  const add = (name: string) => addCommand(manager, `${name}@${needed[name]}`);
  const unlisted = all.filter(([name]) => !(name in there));
  const clashing = versionConflicts(packageJson, needed);
  const listed = all.filter(
    ([name]) => name in there && !clashing.some((clash) => clash.name === name),
  );
  const absent = installed
    ? listed.filter(([name]) => !(name in installed)).map(([name]) => name)
    : [];
  const findings = [
    ...unlisted.map(([name]) => fail(`${name} is not in package.json`, add(name))),
    ...clashing.map(({ name, has, wants }) =>
      fail(`package.json has ${name} ${has}, not ${wants}`, add(name)),
    ),
    ...(absent.length === 0
      ? []
      : [fail(`not installed: ${absent.join(', ')}`, installCommand(manager, outside))]),
    ...listed.flatMap(([name, wants]) =>
      checkVersion({ name, wants, has: installed?.[name], add: add(name) }),
    ),
  ];
  if (findings.length > 0 || all.length === 0) return findings;
  const places = installed ? 'is in package.json, and installed' : 'is in package.json';
  return [
    ok(
      all.length === 1
        ? `${all[0]?.[0]} ${places}`
        : `each of its ${all.length} packages ${places}`,
    ),
  ];
}

type Version = {
  readonly name: string;
  readonly wants: string;
  readonly has: string | undefined;
  readonly add: string;
};

function checkVersion({ name, wants, has, add }: Version): readonly Finding[] {
  if (
    semver.valid(has) === null ||
    !has ||
    semver.satisfies(has, wants, { includePrerelease: true })
  )
    return [];
  const tested = semver.minVersion(wants);
  // Older, but of the same line: what a caret after it would take in.
  const isOlder = tested !== null && semver.satisfies(tested, `^${has}`);
  return isOlder
    ? [warn(`${name} ${has} is older than what was tested, ${wants}`, add)]
    : [fail(`${name} ${has} is installed, not ${wants}`, add)];
}
