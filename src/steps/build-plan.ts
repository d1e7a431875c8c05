import { hasEntry } from '../io/exists.ts';
import { readImports } from '../io/read-imports.ts';
import { planChanges } from '../pipeline/plan/plan.ts';
import { danglingNotes, keptNotes } from '../pipeline/report/change-messages.ts';
import { removableContributions } from '../pipeline/plan/plan-shared-files.ts';
import { danglingImports, importsIn, packagesUsed } from '../pipeline/plan/source-imports.ts';
import type { Decision } from '../pipeline/decide/decision.ts';
import type { Plan } from '../pipeline/plan/change.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import type { Proposal } from './propose-changes.ts';

/**
 * Plans the decided changes. Keeps the packages and the ignored paths that the user's own code
 * still needs, and notes imports of deleted files.
 */
export async function buildPlan(
  { wanted, project, decisions }: Proposal,
  { root, aliases }: Repo,
): Promise<{ readonly plan: Plan; readonly notes: readonly string[] }> {
  const deleted = decisions.filter(({ action }) => action.kind === 'delete');
  const deletedPaths = deleted.map(({ path }) => path);
  const removable = removableContributions(wanted, project);
  if (deletedPaths.length === 0 && removable.length === 0)
    return { plan: planChanges(wanted, decisions, project), notes: [] };
  const onDisk = await readImports(root, new Set(deletedPaths));
  // A file that this run writes has the imports of its new text.
  const imports = new Map([...onDisk, ...newImports(decisions)]);
  const used = packagesUsed(imports, removable);
  const ignored = await existingPaths(root, project.lock?.contributed.gitignore ?? []);
  const keepNames = new Set([...wanted.keepNames, ...used, ...ignored]);
  const keptIgnored = ignored.filter((line) => removable.includes(line));
  return {
    plan: planChanges({ ...wanted, keepNames }, decisions, project),
    notes: [
      ...danglingNotes(danglingImports(imports, deletedPaths, aliases)),
      ...keptNotes(used, keptIgnored),
    ],
  };
}

/** Returns the imports of the written files by path. */
function newImports(decisions: readonly Decision[]): ReadonlyMap<string, readonly string[]> {
  const imports = new Map<string, readonly string[]>();
  for (const { path, action } of decisions) {
    if (!('text' in action) || action.text === undefined) continue;
    imports.set(path, importsIn(action.text));
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
