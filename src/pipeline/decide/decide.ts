import { convertImports } from '../text/module-specifiers.ts';
import type { Wanted } from '../render/wanted.ts';
import type { Specifiers } from '../repo/repo.ts';
import { type ZodImport, zodImportIn } from '../repo/zod-import.ts';
import { hash } from '../text/hash.ts';
import { same } from '../text/line-endings.ts';
import type { Merge } from '../text/merge.ts';
import { chooseAction, hasOldMarkers } from './choose-action.ts';
import { collectFiles, type FileVersions } from './collect-files.ts';
import type { Decision, FileAction } from './decision.ts';
import { formatVersions, type Format } from './format-versions.ts';
import { formatMerged } from './keep-formatted.ts';
import { keepTemplateVersion, renderedMerge } from './merge-rendered.ts';
import type { Project } from './project-state.ts';

/** The merge and the formatter to use, and how this repo writes its imports. */
export type Tools = ImportStyle & {
  readonly merge: Merge;
  readonly format: Format;
};

type ImportStyle = { readonly specifiers: Specifiers; readonly zodImport?: ZodImport };

/**
 * Decides the action for every file that a command can change. `force` also deletes
 * edited files of removed components. The hunks that the user refused in files of
 * `reconsidered` owners are in conflict again.
 */
export async function decide(
  wanted: Wanted,
  project: Project,
  { merge, format, ...style }: Tools,
  force = false,
  reconsidered: ReadonlySet<string> = new Set(),
): Promise<readonly Decision[]> {
  const collected = collectFiles(wanted, project);
  const files = await Promise.all(collected.map((file) => keepTemplateVersion(file, merge)));
  const converted = files.map((file) => convertVersions(file, style));
  const formatted = await formatVersions(converted, format);
  const asked = formatted.map((file) => (reconsidered.has(file.owner) ? reconsider(file) : file));
  const decisions = await Promise.all(asked.map((file) => decideFile(file, merge, force)));
  return formatMerged(decisions, format);
}

/** Makes the base copy without the refused hunks the base. */
function reconsider(file: FileVersions): FileVersions {
  const { taken } = file;
  if (taken === undefined || hasOldMarkers(file)) return file;
  return { ...file, base: taken, isReconsidered: true };
}

/**
 * Rewrites the imports of the base copy and of upstream's text as this repo writes
 * them.
 */
function convertVersions(file: FileVersions, { specifiers, zodImport }: ImportStyle): FileVersions {
  const { path, mine, before, original, taken, rendered, isAsWritten } = file;
  const isUnchangedUpstream =
    original.theirs !== undefined && hash(original.theirs) === before?.base;
  // Nothing changed on either side, so there is nothing to compare.
  if (isAsWritten && isUnchangedUpstream) return { ...file, base: mine, theirs: mine };
  const convert = (text: string | undefined, zod: ZodImport | undefined) => {
    if (text === undefined || !path.endsWith('.ts')) return text;
    return convertImports(text, specifiers, zod);
  };
  // An edited file keeps `zod/v4`, which zod 4 has too: else each such import would be an edit.
  const zodOfMine = isAsWritten ? undefined : zodImportIn(mine ?? '');
  const zodOfTheirs = zodOfMine === 'zod/v4' ? zodOfMine : zodImport;
  // If the base copy is missing, an unedited file replaces it.
  const substitute = isAsWritten ? mine : undefined;
  return {
    ...file,
    base: convert(original.base, zodOfMine ?? zodImport) ?? substitute,
    theirs: convert(original.theirs, zodOfTheirs),
    taken: convert(taken, zodOfMine ?? zodImport),
    rendered: rendered && {
      before: convert(rendered.before, zodOfTheirs) ?? rendered.before,
      after: convert(rendered.after, zodOfTheirs) ?? rendered.after,
    },
  };
}

async function decideFile(file: FileVersions, merge: Merge, force: boolean): Promise<Decision> {
  const { path, role, owner, before, original, base, mine, theirs, isRemoved, from } = file;
  const isOurs = before !== undefined && !before.declined && mine !== undefined;
  const fileMerge = mergeFor(file, merge);
  const { action: chosen, refused } = await chooseAction(file, fileMerge);
  const isForced = force && isRemoved && isOurs && chosen.kind === 'keep-mine';
  return {
    path,
    role,
    owner,
    before,
    mine,
    base,
    theirs: original.theirs,
    adaptedTheirs: theirs,
    // If the base copy is missing, a file that is not as the tool wrote it counts as edited.
    edited: isOurs && !same(mine, base),
    action: isForced ? forcedDeletion : chosen,
    ...(from && { from }),
    ...(file.obstacle && { obstacle: file.obstacle.why }),
    ...(refused && { refused }),
    ...((await leavesWiring(file, chosen)) && { leavesWiring: true }),
  };
}

/** Returns the merge for a file, by its role. */
export function mergeFor({ role }: Pick<Decision, 'role'>, merge: Merge): Merge {
  return role === 'rendered' ? renderedMerge(merge) : merge;
}

/**
 * Whether the user's side of a conflict lacks the new wiring, or cannot have it. Half a wiring is
 * none: skipping then leaves the whole file.
 */
async function leavesWiring(
  { rendered, role, needsOwnerUpdate }: FileVersions,
  action: FileAction,
): Promise<boolean> {
  if (role !== 'rendered' || action.kind !== 'conflict') return false;
  if (rendered?.before === rendered?.after && rendered !== undefined) return false;
  if (!rendered || !action.sides || needsOwnerUpdate) return true;
  const { isWired } = await import('../wiring/is-wired.ts');
  return !isWired(rendered, action.sides.yours);
}

const forcedDeletion: FileAction = { kind: 'delete', why: 'you edited it; --force' };
