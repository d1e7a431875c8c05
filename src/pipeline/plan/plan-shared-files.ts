import { UserError } from '../../errors.ts';
import type { Change } from './change.ts';
import type { Contributed } from '../lock/lock-file.ts';
import type { Entries } from '../text/entries.ts';
import type { Project } from '../decide/project-state.ts';
import type { Wanted } from '../render/wanted.ts';
import { namesOf, noNeeds, sharedPaths } from '../registry/needs.ts';
import { isRemovable } from './contributed.ts';
import { missingLines, missingVariables } from './keyed-lines.ts';
import { planLineFile, type LineFilePlan } from './plan-line-file.ts';
import { planPackages } from './plan-package-json.ts';

/**
 * The plan for the shared files. `contributed` is what the tool owns in them
 * afterwards.
 */
export type SharedPlan = {
  readonly changes: readonly Change[];
  readonly contributed: Contributed;
  /** `name@range` of the packages that package.json gains or has in another range. */
  readonly install: readonly string[];
  /** Names of the packages that package.json loses. */
  readonly uninstall: readonly string[];
};

/**
 * Plans package.json, `.env.example` and `.gitignore`. An entry is added when it is
 * needed for the first time. As long as the user does not change it, it is updated,
 * and removed when nothing needs it. An entry that the user removed is not added
 * again.
 * @throws UserError if a file has conflict markers, or package.json is not a JSON
 * object
 */
export function planShared(wanted: Wanted, project: Project): SharedPlan {
  for (const path of sharedPaths) refuseMarkers(path, project.disk.get(path));
  const before: Contributed = project.lock?.contributed ?? { ...noNeeds, files: [], sections: [] };
  const packages = planPackages(wanted, before, project.disk.get('package.json'));
  const env = planEnvExample(wanted, before, project);
  const gitignore = planGitignore(wanted, before, project);
  const changes = [packages.change, env.change, gitignore.change].filter(
    (change) => change !== undefined,
  );
  return {
    changes,
    contributed: {
      ...packages.contributed,
      env: env.contributed,
      gitignore: Object.keys(gitignore.contributed),
      sections: packages.sections,
      files: filesMade(before.files, changes),
    },
    install: packages.install,
    uninstall: packages.uninstall,
  };
}

function planEnvExample(wanted: Wanted, before: Contributed, project: Project): LineFilePlan {
  const file = {
    path: '.env.example',
    needed: wanted.needs.env,
    before: before.env,
    missing: missingVariables,
  };
  return planLineFile(file, wanted, project);
}

function planGitignore(wanted: Wanted, before: Contributed, project: Project): LineFilePlan {
  const file = {
    path: '.gitignore',
    needed: blocksOf(wanted.needs.gitignore),
    before: blocksOf(before.gitignore),
    missing: missingLines,
  };
  return planLineFile(file, wanted, project);
}

/** Refuses git's conflict markers: resolving them may remove any entry between them. */
function refuseMarkers(path: string, text: string | undefined): void {
  if (text === undefined || !/^(<{7}|>{7}) /m.test(text)) return;
  throw new UserError(`${path} has conflict markers.`, {
    code: 'conflict',
    hint: 'Resolve them, then run this again.',
  });
}

const blocksOf = (lines: readonly string[]): Entries =>
  Object.fromEntries(lines.map((line) => [line, `${line}\n`]));

/**
 * Returns the paths of the shared files that the tool created and that are still
 * there.
 */
function filesMade(before: readonly string[], changes: readonly Change[]): readonly string[] {
  const pathsOf = (kind: Change['kind']) =>
    changes.filter((change) => change.kind === kind).map(({ path }) => path);
  const deleted = pathsOf('delete');
  const made = new Set([...before, ...pathsOf('create')]);
  return [...made].filter((path) => !deleted.includes(path));
}

/**
 * Names the packages, scripts, variables and lines that the plan would remove, so
 * that a caller can check whether the project still uses them.
 */
export function removableContributions(wanted: Wanted, { lock }: Project): readonly string[] {
  if (!lock) return [];
  const needed = new Set(namesOf(wanted.needs));
  const unneeded = namesOf(lock.contributed).filter((name) => !needed.has(name));
  return unneeded.filter((name) => isRemovable(name, wanted));
}
