import type { Decision } from './decision.ts';
import type { Merge } from '../text/merge.ts';
import type { Project } from './project-state.ts';
import type { Specifiers } from '../repo/repo.ts';
import type { Wanted } from '../render/wanted.ts';
import { closest } from './closest-base.ts';
import { hash } from '../text/hash.ts';
import { type Open, openFiles } from './collect-files.ts';
import { lf, same } from '../text/line-endings.ts';
import { transform } from '../render/import-specifiers.ts';
import type { Sides } from './reconcile.ts';
import { verdictOf } from './decide-file.ts';
import { wiringMerge, withTheirs } from './merge-rendered.ts';

/** Formats texts as the user's repo would, by absolute path; `undefined` where it cannot or would not. */
export type Format = (
  files: readonly { readonly path: string; readonly text: string }[],
) => Promise<readonly (string | undefined)[]>;

/** What deciding borrows from outside, and how this repo writes its imports. */
export type Tools = { readonly merge: Merge; readonly format: Format; readonly specifiers: Specifiers };

/** Decides every file that is wanted or was; `force` deletes edited ones that are wanted no more. */
export async function decide(
  wanted: Wanted,
  project: Project,
  tools: Tools,
  force = false,
): Promise<readonly Decision[]> {
  const files = await Promise.all(openFiles(wanted, project).map((file) => withTheirs(file, tools.merge)));
  const here = files.map((file) => inThisRepo(file, tools.specifiers));
  const formatted = await formatAll(here, tools.format);
  return Promise.all(here.map((file, index) => decideFile(file, formatted[index] ?? {}, tools.merge, force)));
}

/** The texts as this repo would hold them. */
type Here = Open & { readonly base: string | undefined; readonly theirs: string | undefined };

function inThisRepo(file: Open, specifiers: Specifiers): Here {
  const { mine, before, pristine, isAsWritten } = file;
  const fit = (text: string | undefined) =>
    text === undefined || !file.path.endsWith('.ts') ? text : transform(text, specifiers);
  // Untouched on both sides: however the repo writes it, there is nothing to find out.
  if (isAsWritten && pristine.theirs !== undefined && hash(pristine.theirs) === before?.base)
    return { ...file, base: mine, theirs: mine };
  // What is still as we wrote it is a base as good as the lost one.
  return { ...file, base: fit(pristine.base) ?? (isAsWritten ? mine : undefined), theirs: fit(pristine.theirs) };
}

type Formatted = { readonly base?: string; readonly theirs?: string };

/** Formats the files where it can matter: those that are new here, and those that differ from their base. */
async function formatAll(files: readonly Here[], format: Format): Promise<readonly Formatted[]> {
  const wishes = files.flatMap(({ path, mine, base, theirs }, index) => {
    if (!path.endsWith('.ts')) return [];
    if (mine !== undefined && (same(mine, base) || same(mine, theirs))) return [];
    const sides = mine === undefined && base !== undefined ? {} : { base, theirs };
    return Object.entries(sides).flatMap(([side, text]) => (text === undefined ? [] : [{ index, side, path, text }]));
  });
  const texts = wishes.length === 0 ? [] : await format(wishes);
  const found = files.map((): Record<string, string> => ({}));
  wishes.forEach(({ index, side }, at) => {
    const text = texts[at];
    const entry = found[index];
    if (text !== undefined && entry) entry[side] = text;
  });
  return found;
}

async function decideFile(file: Here, formatted: Formatted, merge: Merge, force: boolean): Promise<Decision> {
  const sides = sidesOf(file, formatted);
  const { path, role, owner, before, pristine } = file;
  const { base, mine, theirs: here } = sides;
  // Without its base, what is not as we wrote it was edited.
  const edited = before !== undefined && !before.declined && mine !== undefined && !same(mine, base);
  const verdict = await verdictOf(file, sides, role === 'rendered' ? wiringMerge(merge) : merge);
  const isForced = force && file.leaves && verdict.kind === 'keep-mine' && mine !== undefined && !before?.declined;
  const decided = isForced ? ({ kind: 'delete', why: 'you edited it; --force' } as const) : verdict;
  return { path, role, owner, before, mine, base, theirs: pristine.theirs, here, edited, verdict: decided };
}

/** Upstream's change as it came or as the repo's formatter writes it, whichever is nearer to what the user has. */
function sidesOf({ mine, base, theirs, before, isAsWritten }: Here, formatted: Formatted): Sides {
  const known = before !== undefined;
  if (!known) {
    const written = formatted.theirs ?? theirs;
    return {
      known,
      base,
      mine,
      theirs: mine !== undefined && theirs !== undefined && same(mine, theirs) ? theirs : written,
    };
  }
  if (mine === undefined || base === undefined) return { known, base, mine, theirs };
  // Nothing of the user's is in it, whether or not the formatter that it once went through is there today.
  if (isAsWritten) return { known, mine, base: mine, theirs: same(mine, base) ? theirs : (formatted.theirs ?? theirs) };
  const raw = { base, theirs };
  const asFormatted = {
    base: formatted.base ?? base,
    theirs: theirs === undefined ? undefined : (formatted.theirs ?? theirs),
  };
  return { known, mine, ...closest(lf(mine), [raw, asFormatted]) };
}
