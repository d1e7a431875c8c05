import { UserError } from '../../errors.ts';
import type { Change } from './change.ts';
import type { Contributed } from '../lock/lock-file.ts';
import type { Entries } from '../text/entries.ts';
import type { Project } from '../decide/project-state.ts';
import type { Wanted } from '../render/wanted.ts';
import { namesOf, noNeeds } from '../registry/needs.ts';
import { mayGo } from './contributed.ts';
import { missingLines, missingVariables } from './keyed-lines.ts';
import { planLines } from './plan-line-file.ts';
import { planPackages } from './plan-package-json.ts';

/** What becomes of the files that a repo shares with us, and what they have of us then. */
export type SharedPlan = {
  readonly changes: readonly Change[];
  readonly contributed: Contributed;
  /** `name@range` of the packages that package.json gains or has in another range. */
  readonly install: readonly string[];
  /** Names of the packages that it loses. */
  readonly uninstall: readonly string[];
};

/**
 * Adds what is needed for the first time, renews what is still as we wrote it, and takes that out once nothing needs
 * it. What was given before and is gone was taken out by the user, and is not given again.
 */
export function planShared(wanted: Wanted, project: Project): SharedPlan {
  for (const path of ['package.json', '.env.example', '.gitignore'])
    checkWhole(path, project.disk.get(path));
  const { needs } = wanted;
  const before: Contributed = project.lock?.contributed ?? { ...noNeeds, files: [], sections: [] };
  const packages = planPackages(wanted, before, project.disk.get('package.json'));
  const variables = {
    path: '.env.example',
    needed: needs.env,
    before: before.env,
    missing: missingVariables,
  };
  const env = planLines(variables, wanted, project);
  const lines = {
    path: '.gitignore',
    needed: blocksOf(needs.gitignore),
    before: blocksOf(before.gitignore),
    missing: missingLines,
  };
  const gitignore = planLines(lines, wanted, project);
  const changes = [packages.change, env.change, gitignore.change].filter(
    (change) => change !== undefined,
  );
  return {
    changes,
    contributed: {
      ...packages.contributed,
      env: env.given,
      gitignore: Object.keys(gitignore.given),
      sections: packages.sections,
      files: madeFiles(before.files, changes),
    },
    install: packages.install,
    uninstall: packages.uninstall,
  };
}

/** What stands between git's markers may go when they are resolved: nothing is to rely on it. @throws UserError */
function checkWhole(path: string, text: string | undefined): void {
  if (text === undefined || !/^(<{7}|>{7}) /m.test(text)) return;
  throw new UserError(`${path} has conflict markers in it.`, {
    code: 'conflict',
    hint: 'Resolve them, then run this again.',
  });
}

const blocksOf = (lines: readonly string[]): Entries =>
  Object.fromEntries(lines.map((line) => [line, `${line}\n`]));

function madeFiles(before: readonly string[], changes: readonly Change[]): readonly string[] {
  const paths = (kind: Change['kind']) =>
    changes.filter((change) => change.kind === kind).map(({ path }) => path);
  const gone = paths('delete');
  return [...new Set([...before, ...paths('create')])].filter((path) => !gone.includes(path));
}

/** What a removal would take out unless something says otherwise: names of packages, variables, and lines. */
export function removableContributions(wanted: Wanted, { lock }: Project): readonly string[] {
  if (!lock) return [];
  const needed = new Set(namesOf(wanted.needs));
  return namesOf(lock.contributed).filter((name) => !needed.has(name) && mayGo(name, wanted));
}
