import { convertImports } from '../render/import-specifiers.ts';
import type { Wanted } from '../render/wanted.ts';
import type { Specifiers } from '../repo/repo.ts';
import { hash } from '../text/hash.ts';
import { same } from '../text/line-endings.ts';
import type { Merge } from '../text/merge.ts';
import { chooseAction } from './choose-action.ts';
import { collectFiles, type FileVersions } from './collect-files.ts';
import type { Decision } from './decision.ts';
import { formatVersions, type Format } from './format-versions.ts';
import { keepTemplateVersion, renderedMerge } from './merge-rendered.ts';
import type { Project } from './project-state.ts';

/** The functions that deciding needs from outside, and how this repo writes its imports. */
export type Tools = {
  readonly merge: Merge;
  readonly format: Format;
  readonly specifiers: Specifiers;
};

/** Decides every file that is wanted or was. `force` also deletes edited files of removed components. */
export async function decide(
  wanted: Wanted,
  project: Project,
  { merge, format, specifiers }: Tools,
  force = false,
): Promise<readonly Decision[]> {
  const collected = collectFiles(wanted, project);
  const files = await Promise.all(collected.map((file) => keepTemplateVersion(file, merge)));
  const converted = files.map((file) => convertVersions(file, specifiers));
  const formatted = await formatVersions(converted, format);
  return Promise.all(formatted.map((file) => decideFile(file, merge, force)));
}

/** Rewrites the imports of both pristine texts as this repo writes them. */
function convertVersions(file: FileVersions, specifiers: Specifiers): FileVersions {
  const { path, mine, before, pristine, isAsWritten } = file;
  const isUnchangedUpstream =
    pristine.theirs !== undefined && hash(pristine.theirs) === before?.base;
  // Unedited and without news: there is nothing to compare.
  if (isAsWritten && isUnchangedUpstream) return { ...file, base: mine, theirs: mine };
  const convert = (text: string | undefined) =>
    text !== undefined && path.endsWith('.ts') ? convertImports(text, specifiers) : text;
  // An unedited file can stand in for a lost base copy.
  const base = convert(pristine.base) ?? (isAsWritten ? mine : undefined);
  return { ...file, base, theirs: convert(pristine.theirs) };
}

async function decideFile(file: FileVersions, merge: Merge, force: boolean): Promise<Decision> {
  const { path, role, owner, before, pristine, base, mine, theirs, leaves } = file;
  const isOurs = before !== undefined && !before.declined && mine !== undefined;
  const chosen = await chooseAction(file, role === 'rendered' ? renderedMerge(merge) : merge);
  const isForced = force && leaves && isOurs && chosen.kind === 'keep-mine';
  return {
    path,
    role,
    owner,
    before,
    mine,
    base,
    theirs: pristine.theirs,
    here: theirs,
    // Without a base copy, anything that is not as the tool wrote it counts as edited.
    edited: isOurs && !same(mine, base),
    action: isForced ? { kind: 'delete', why: 'you edited it; --force' } : chosen,
  };
}
