import semver from 'semver';
import type { Component } from '../registry/component.ts';
import type { Decision } from '../decide/decision.ts';
import type { Entries } from '../text/entries.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Project } from '../decide/project-state.ts';
import type { Repo } from '../repo/repo.ts';
import { mergePackages } from '../registry/needs.ts';
import { checkFactors } from './check-factors.ts';
import { checkBaseCopies, checkMarkers, missingFolder } from './check-files.ts';
import { checkPackages } from './check-packages.ts';
import { checkTools } from './check-tools.ts';
import { checkVariables, neededVariables } from './check-variables.ts';
import { type Finding, warn } from './finding.ts';

/** An installed project as the pipeline has it; `components` are those that are installed. */
export type InstalledAgent = {
  readonly lock: Lock;
  readonly repo: Pick<Repo, 'dir' | 'manager' | 'workspace' | 'notes'>;
  readonly components: readonly Component[];
  readonly catalogue: readonly Component[];
  readonly project: Project;
  readonly decisions: readonly Decision[];
};

/** What to look up before a diagnosis. */
export type InspectionRequest = {
  readonly packages: readonly string[];
  readonly variables: readonly string[];
};

/** What the disk and the environment say. */
export type Inspection = {
  /** Whether the components' folder is there; if not, the folder that looks like it. */
  readonly folder: { readonly there: boolean; readonly moved: string | undefined };
  /** The texts of `tools.ts`, `policy.ts` and what is under `tools/`, by path from the root. */
  readonly sources: ReadonlyMap<string, string>;
  /** Package name to version; `undefined` where it cannot be seen. */
  readonly installed: Readonly<Record<string, string>> | undefined;
  /** Names of variables that are set. */
  readonly set: ReadonlySet<string>;
  readonly git: boolean;
};

/** What a diagnosis needs looked up. */
export function inspectionFor({ components, lock }: InstalledAgent): InspectionRequest {
  const { dependencies, devDependencies } = mergePackages(components);
  return {
    packages: Object.keys({ ...devDependencies, ...dependencies }),
    variables: neededVariables(components, lock).map(({ name }) => name),
  };
}

/** Checks all that can be checked without running the agent. */
export function diagnose(patient: InstalledAgent, examined: Inspection): readonly Finding[] {
  const { lock, repo, components, catalogue, project, decisions } = patient;
  const { folder, sources, installed, set, git } = examined;
  const { dependencies, devDependencies } = mergePackages(components);
  const outside = repo.workspace !== undefined && !repo.workspace.covers;
  return [
    ...checkBaseCopies(lock, project, decisions, folder.there ? undefined : repo.dir),
    ...(folder.there ? checkTools(repo.dir, sources) : [missingFolder(repo.dir, folder.moved)]),
    ...checkMarkers(lock, project),
    ...checkVariables(neededVariables(components, lock), set),
    ...checkPackages(
      { ...atLeast(devDependencies), ...dependencies },
      project.disk.get('package.json') ?? '{}',
      installed,
      {
        manager: repo.manager,
        outside,
      },
    ),
    ...repo.notes.map((note) => warn(note, 'or the type check fails')),
    ...(git
      ? []
      : [warn('git is not on the PATH', 'update needs it to merge into files that you edited')]),
    checkFactors(components, catalogue),
  ];
}

// What code is checked and tested with may be newer than what we tried: only what it runs on may not.
const atLeast = (packages: Entries): Entries =>
  Object.fromEntries(
    Object.entries(packages).map(([name, range]) => [
      name,
      `>=${semver.minVersion(range)?.version ?? '0.0.0'}`,
    ]),
  );

/** How many findings are failures. */
export function countProblems(findings: readonly Finding[]): number {
  return findings.filter(({ level }) => level === 'fail').length;
}
