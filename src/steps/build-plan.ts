import { hasEntry } from '../io/exists.ts';
import { readImports } from '../io/read-imports.ts';
import { planChanges as makePlan } from '../pipeline/plan/plan.ts';
import { danglingNotes, keptNotes } from '../pipeline/report/change-messages.ts';
import { removableContributions } from '../pipeline/plan/plan-shared-files.ts';
import { danglingImports, importsIn, packagesUsed } from '../pipeline/plan/source-imports.ts';
import type { Plan } from '../pipeline/plan/change.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import type { Proposal } from './propose-changes.ts';

/** Makes the plan of decided files, after looking at what the user's own code uses of that which goes. */
export async function buildPlan(
  { wanted, project, decisions }: Proposal,
  { root, aliases }: Repo,
): Promise<{ readonly plan: Plan; readonly notes: readonly string[] }> {
  const gone = decisions
    .filter(({ action: verdict }) => verdict.kind === 'delete')
    .map(({ path }) => path);
  const candidates = removableContributions(wanted, project);
  if (gone.length === 0 && candidates.length === 0)
    return { plan: makePlan(wanted, decisions, project), notes: [] };
  const onDisk = await readImports(root, new Set(gone));
  // A file that is written in the same run imports what its new text says.
  const written = decisions.flatMap(({ path, action: verdict }) =>
    'text' in verdict && verdict.text !== undefined
      ? [[path, importsIn(verdict.text)] as const]
      : [],
  );
  const imports = new Map([...onDisk, ...written]);
  const ignored = project.lock?.contributed.gitignore ?? [];
  // A secret or a thread that is there must not come into the user's repository because a line went.
  const needed = (
    await Promise.all(ignored.map(async (line) => ((await hasEntry(root, line)) ? [line] : [])))
  ).flat();
  const used = packagesUsed(imports, candidates);
  const keeps = new Set([...wanted.keepNames, ...used, ...needed]);
  return {
    plan: makePlan({ ...wanted, keepNames: keeps }, decisions, project),
    notes: [
      ...danglingNotes(danglingImports(imports, gone, aliases)),
      ...keptNotes(
        used,
        needed.filter((line) => candidates.includes(line)),
      ),
    ],
  };
}
