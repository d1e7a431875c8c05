import semver from 'semver';
import type { Component } from '../registry/component.ts';
import type { Decision } from '../decide/decision.ts';
import type { Entries } from '../text/entries.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Project } from '../decide/project-state.ts';
import type { IgnoredPath } from '../repo/ignored-paths.ts';
import { oldestNodeTypes } from '../repo/node-types.ts';
import { addCommand } from '../repo/package-manager.ts';
import type { Repo } from '../repo/repo.ts';
import { typescriptFix, typescriptSentence } from '../repo/typescript-version.ts';
import { acceptedRange } from '../repo/zod-import.ts';
import { mergePackages } from '../registry/needs.ts';
import { type NeededNode, neededNode } from '../resolve/needed-node.ts';
import { neededVariables } from '../resolve/needed-variables.ts';
import { checkFactors } from './check-factors.ts';
import {
  checkBaseCopies,
  checkIgnored,
  checkMarkers,
  checkRefused,
  filesForClones,
  missingFolder,
} from './check-files.ts';
import { type BrokenImport, checkImports } from './check-imports.ts';
import { checkPackages } from './check-packages.ts';
import { checkTools } from './check-tools.ts';
import { checkVariables } from './check-variables.ts';
import { type Finding, fail, warn } from './finding.ts';

/** An installed agent. `components` are the installed ones, `decisions` those of an update. */
export type InstalledAgent = {
  readonly lock: Lock;
  readonly repo: Pick<
    Repo,
    | 'dir'
    | 'manager'
    | 'workspace'
    | 'notes'
    | 'coverage'
    | 'typescript'
    | 'catalogs'
    | 'zodImport'
    | 'node'
  >;
  readonly components: readonly Component[];
  readonly catalogue: readonly Component[];
  readonly project: Project;
  readonly decisions: readonly Decision[];
};

/** The packages and variables to look up for a diagnosis. */
export type InspectionRequest = {
  readonly packages: readonly string[];
  readonly variables: readonly string[];
  /** The files that a clone needs, relative to the root. */
  readonly files: readonly string[];
};

/** The facts that a diagnosis needs from the disk and the environment. */
export type Inspection = {
  /** Whether the components' folder exists, and if not, where it was probably moved to. */
  readonly folder: { readonly there: boolean; readonly moved: string | undefined };
  /** The texts of `tools.ts`, `policy.ts` and all files under `tools/`, by path from the root. */
  readonly sources: ReadonlyMap<string, string>;
  /** The relative imports under the components' folder that lead to no file. */
  readonly brokenImports: readonly BrokenImport[];
  /** Package name to version; `undefined` if the versions are not known. */
  readonly installed: Readonly<Record<string, string>> | undefined;
  /** Names of the variables that are set. */
  readonly set: ReadonlySet<string>;
  /** False if `.env` is not UTF-8: the agent then does not start. */
  readonly canReadEnv: boolean;
  readonly ignored: readonly IgnoredPath[];
  /** Whether git is on the PATH. */
  readonly git: boolean;
};

/** Returns what to look up for a diagnosis. */
export function inspectionFor({ components, lock, project }: InstalledAgent): InspectionRequest {
  const { dependencies, devDependencies } = mergePackages(components);
  return {
    packages: Object.keys({ ...devDependencies, ...dependencies }),
    variables: neededVariables(components, lock).map(({ name }) => name),
    files: filesForClones(lock, project),
  };
}

/** Runs all checks. The agent itself does not run. */
export function diagnose(agent: InstalledAgent, inspection: Inspection): readonly Finding[] {
  const { lock, repo, components, catalogue, project, decisions } = agent;
  const { folder, sources, brokenImports, set, canReadEnv, ignored, git } = inspection;
  const moved = folder.there ? undefined : repo.dir;
  const findings = [...checkBaseCopies(lock, project, decisions, moved)];
  if (folder.there) findings.push(...checkTools(repo.dir, sources));
  else findings.push(missingFolder(repo.dir, folder.moved));
  if (!canReadEnv) findings.push(fail('.env is not UTF-8', 'save it again, as UTF-8'));
  findings.push(
    ...checkImports(brokenImports),
    ...checkMarkers(lock, project),
    ...checkRefused(decisions),
    ...checkIgnored(ignored),
    ...checkVariables(neededVariables(components, lock), set),
    ...checkNeededPackages(agent, inspection),
    ...neededNode(components, lock, repo.node).flatMap(checkNode),
    ...checkCompiler(repo),
  );
  if (!git)
    findings.push(warn('git is not on the PATH', 'update needs it to merge into edited files'));
  return [...findings, checkFactors(components, catalogue)];
}

/** A component that is not wired may wait for a newer Node. */
function checkNode({ needs, problem, isUsed, isLoose }: NeededNode): readonly Finding[] {
  if (problem !== undefined) {
    const report = isUsed ? fail : warn;
    return [report(needs, problem)];
  }
  return isLoose ? [warn(needs, '"engines" in package.json allows others, too')] : [];
}

/** Checks the settings and the version of TypeScript. */
function checkCompiler({
  typescript,
  notes,
  coverage,
  manager,
}: InstalledAgent['repo']): readonly Finding[] {
  const findings = notes.map((note) => fail(note, 'or the type check fails'));
  findings.push(...coverage.map((one) => warn(one, 'or its errors stay unseen')));
  if (typescript === undefined) return findings;
  const fix = addCommand(manager, typescriptFix);
  return [fail(typescriptSentence(typescript), fix), ...findings];
}

function checkNeededPackages(
  { repo, components, project }: InstalledAgent,
  { installed }: Inspection,
): readonly Finding[] {
  const { manager, workspace, catalogs, zodImport } = repo;
  const { dependencies, devDependencies } = mergePackages(components);
  const accepted = Object.entries(dependencies).map(
    ([name, wants]) => [name, acceptedRange(name, wants, zodImport)] as const,
  );
  const needed = { ...withoutMaximum(devDependencies), ...Object.fromEntries(accepted) };
  const packageJson = project.disk.get('package.json') ?? '{}';
  const outside = workspace !== undefined && !workspace.covers;
  return checkPackages(needed, { packageJson, catalogs }, installed, { manager, outside });
}

/** Removes the upper limits: a compiler or a test runner may be newer than the tested one. */
function withoutMaximum(packages: Entries): Entries {
  return Object.fromEntries(
    Object.entries(packages).map(([name, range]) => [name, `>=${oldestOf(name, range)}`]),
  );
}

function oldestOf(name: string, range: string): string {
  if (name === '@types/node') return oldestNodeTypes;
  return semver.minVersion(range)?.version ?? '0.0.0';
}

/** Counts the findings that are failures. */
export function countProblems(findings: readonly Finding[]): number {
  return findings.filter(({ level }) => level === 'fail').length;
}
