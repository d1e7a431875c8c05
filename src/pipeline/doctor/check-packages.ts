import semver from 'semver';
import type { Entries } from '../text/entries.ts';
import { type PackageManager, addCommand, installCommand } from '../repo/package-manager.ts';
import { fitOf, type PackageFacts, versionConflicts } from '../repo/package-versions.ts';
import { allPackages } from '../repo/edit-package-json.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** How to install packages in a repo. `outside`: a workspace above it does not include it. */
export type Installer = { readonly manager: PackageManager; readonly outside: boolean };

/**
 * Checks the packages that components need against package.json and the installed versions.
 * `needed` has the tested range of each package. `installed` is `undefined` if the versions are not
 * known, for example with Plug'n'Play.
 */
export function checkPackages(
  needed: Entries,
  { packageJson, catalogs }: Pick<PackageFacts, 'packageJson' | 'catalogs'>,
  installed: Entries | undefined,
  { manager, outside }: Installer,
): readonly Finding[] {
  const names = Object.keys(needed);
  const ranges = allPackages(packageJson);
  const add = (name: string) => addCommand(manager, `${name}@${needed[name]}`);
  const facts = { packageJson, catalogs, installed: installed ?? {} };
  const conflicts = versionConflicts(facts, needed);
  const unlisted = names.filter((name) => !Object.hasOwn(ranges, name));
  const listed = names.filter(
    (name) => Object.hasOwn(ranges, name) && !conflicts.some((conflict) => conflict.name === name),
  );
  const absent = installed ? listed.filter((name) => !Object.hasOwn(installed, name)) : [];

  const findings = [
    ...unlisted.map((name) => fail(`${name} is not in package.json`, add(name))),
    ...conflicts.map(({ name, has, wants, fix }) =>
      fail(`package.json has ${name} ${has}, not ${wants}`, addCommand(manager, fix)),
    ),
  ];
  if (absent.length > 0)
    findings.push(fail(`not installed: ${absent.join(', ')}`, installCommand(manager, outside)));
  for (const name of listed) {
    const finding = checkVersion(name, needed[name] ?? '*', installed?.[name], add(name));
    if (finding) findings.push(finding);
  }
  if (findings.length > 0 || names.length === 0) return findings;
  const state = installed ? 'in package.json and installed' : 'in package.json';
  if (names.length === 1) return [ok(`${names[0]} is ${state}`)];
  return [ok(`all ${names.length} packages are ${state}`)];
}

function checkVersion(
  name: string,
  wants: string,
  has: string | undefined,
  add: string,
): Finding | undefined {
  if (!has || semver.valid(has) === null) return undefined;
  const fit = fitOf(has, wants);
  if (fit === 'tested') return undefined;
  if (fit === 'older')
    return warn(`${name} ${has} is older than the tested version, ${wants}`, add);
  return fail(`${name} ${has} is installed, not ${wants}`, add);
}
