import { hasEntry } from '../io/exists.ts';
import { readImports } from '../io/read-imports.ts';
import { planChanges } from '../pipeline/plan/plan.ts';
import { importsFollow } from '../pipeline/plan/place-moves.ts';
import {
  behindNotes,
  danglingNotes,
  keptNotes,
  leftNotes,
} from '../pipeline/report/change-messages.ts';
import { type FileBehind, filesBehind } from '../pipeline/plan/files-behind.ts';
import { removableContributions } from '../pipeline/plan/plan-shared-files.ts';
import { danglingImports, importsIn, packagesUsed } from '../pipeline/plan/source-imports.ts';
import type { Change, Plan } from '../pipeline/plan/change.ts';
import { mentionedPaths } from '../pipeline/moves/follow-imports.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import type { Proposal } from './propose-changes.ts';

type PlanWithNotes = {
  readonly plan: Plan;
  readonly notes: readonly string[];
  /** Pairs of a file and a deleted file that it imports. */
  readonly dangling: readonly (readonly [string, string])[];
};

export type BuiltPlan = PlanWithNotes & { readonly behind: readonly FileBehind[] };

/**
 * Plans the decided changes. Keeps the packages and the ignored paths that the user's own code
 * still needs. Notes imports of deleted files, files that name a moved file by its old path, and
 * files that stay behind while others change.
 */
export async function buildPlan(proposal: Proposal, repo: Repo): Promise<BuiltPlan> {
  const { plan, notes, dangling } = await planKeeping(proposal, repo);
  const changes = [...plan.changes, ...followingSources(proposal)];
  const behind = filesBehind(proposal.decisions, plan.changes, repo.aliases);
  const left = leftNotes(filesLeft(plan, proposal));
  return {
    plan: { ...plan, changes },
    notes: [...notes, ...left, ...behindNotes(behind)],
    dangling,
    behind,
  };
}

async function planKeeping(proposal: Proposal, { root, aliases }: Repo): Promise<PlanWithNotes> {
  const { wanted, project, onDisk, decisions } = proposal;
  const plan = planChanges(wanted, decisions, project, onDisk);
  const deleted = decisions.filter(({ action }) => action.kind === 'delete');
  const deletedPaths = deleted.map(({ path }) => path);
  const removable = removableContributions(wanted, project);
  if (deletedPaths.length === 0 && removable.length === 0) return { plan, notes: [], dangling: [] };
  const left = plan.changes.filter(({ kind }) => kind === 'delete').map(({ path }) => path);
  const unchanged = await readImports(root, new Set(left));
  // A file that this run writes has the imports of its new text.
  const written = newImports([...plan.changes, ...followingSources(proposal)]);
  const imports = new Map([...unchanged, ...written]);
  const used = packagesUsed(imports, removable);
  const ignored = await existingPaths(root, project.lock?.contributed.gitignore ?? []);
  const keepNames = new Set([...wanted.keepNames, ...used, ...ignored]);
  const keptIgnored = ignored.filter((line) => removable.includes(line));
  const dangling = danglingImports(imports, deletedPaths, aliases);
  return {
    plan: planChanges({ ...wanted, keepNames }, decisions, project, onDisk),
    notes: [...danglingNotes(dangling), ...keptNotes(used, keptIgnored)],
    dangling,
  };
}

/** Returns the changes of the user's own files whose imports follow moved files. */
function followingSources({ sources }: Proposal): readonly Change[] {
  return sources
    .filter(({ text, mine }) => text !== mine)
    .map(({ path, text, mine }) => {
      return { kind: 'follow', path, role: 'user', text, mine, why: importsFollow };
    });
}

/** Returns the files that still name moved files by their old paths, with these paths. */
function filesLeft(
  { changes }: Plan,
  { sources, moved, project }: Proposal,
): readonly (readonly [path: string, old: readonly string[]])[] {
  const packageJson = 'package.json';
  const change = changes.find(({ path }) => path === packageJson);
  const written = change && 'text' in change ? change.text : undefined;
  const text = written ?? project.disk.get(packageJson) ?? '';
  return [
    ...sources.map(({ path, left }) => [path, left] as const),
    [packageJson, mentionedPaths(text, moved)] as const,
  ].filter(([, old]) => old.length > 0);
}

/** Returns the imports of the written source files by path. */
function newImports(changes: readonly Change[]): ReadonlyMap<string, readonly string[]> {
  const imports = new Map<string, readonly string[]>();
  for (const change of changes) {
    if (change.role === 'own' || change.role === 'shared') continue;
    if (!('text' in change) || change.text === undefined) continue;
    imports.set(change.path, importsIn(change.text));
  }
  return imports;
}

/**
 * Returns the lines of .gitignore whose path exists. They must stay, or a secret or a thread could
 * get into the user's repository.
 */
async function existingPaths(root: string, lines: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(lines.map((line) => hasEntry(root, line)));
  return lines.filter((_, index) => found[index]);
}
