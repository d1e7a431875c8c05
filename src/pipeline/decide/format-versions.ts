import { lf, same } from '../text/line-endings.ts';
import { closestBase } from './closest-base.ts';
import type { FileVersions } from './collect-files.ts';

/**
 * Formats texts as the user's repo does, one result per text. The result is
 * `undefined` if a text cannot be formatted.
 */
export type Format = (
  files: readonly { readonly path: string; readonly text: string }[],
) => Promise<readonly (string | undefined)[]>;

type Pair = {
  readonly base?: string | undefined;
  readonly theirs?: string | undefined;
  readonly taken?: string | undefined;
};

/**
 * Replaces `base` and `theirs` of each file by their formatted texts if those are
 * closer to the user's text. Only texts that can make a difference are formatted.
 */
export async function formatVersions(
  files: readonly FileVersions[],
  format: Format,
): Promise<readonly FileVersions[]> {
  const texts = files.flatMap(textsToFormat);
  const inputs = texts.map(({ file, text }) => ({ path: file.path, text }));
  const results = inputs.length === 0 ? [] : await format(inputs);
  const formatted = new Map<FileVersions, Pair>();
  texts.forEach(({ file, side }, index) => {
    formatted.set(file, { ...formatted.get(file), [side]: results[index] });
  });
  return files.map((file) => ({ ...file, ...choosePair(file, formatted.get(file) ?? {}) }));
}

type TextToFormat = {
  readonly file: FileVersions;
  readonly side: keyof Pair;
  readonly text: string;
};

/** Lists the texts whose format matters: those of new files and of edited files. */
function textsToFormat(file: FileVersions): readonly TextToFormat[] {
  const { path, mine, base, theirs, taken } = file;
  if (!path.endsWith('.ts')) return [];
  if (mine !== undefined && (same(mine, base) || same(mine, theirs))) return [];
  // A file that the user deleted stays deleted.
  if (mine === undefined && base !== undefined) return [];
  const texts: TextToFormat[] = [];
  if (base !== undefined) texts.push({ file, side: 'base', text: base });
  if (theirs !== undefined) texts.push({ file, side: 'theirs', text: theirs });
  if (taken !== undefined) texts.push({ file, side: 'taken', text: taken });
  return texts;
}

function choosePair(file: FileVersions, formatted: Pair): Pair {
  const { known, mine, base, theirs, isAsWritten } = file;
  const formattedTheirs = formatted.theirs ?? theirs;
  if (!known) {
    const isAdopted = mine !== undefined && theirs !== undefined && same(mine, theirs);
    return { base, theirs: isAdopted ? theirs : formattedTheirs };
  }
  if (mine === undefined || base === undefined) return { base, theirs };
  // The file is unedited, even if today's formatter would write it differently.
  if (isAsWritten) return { base: mine, theirs: same(mine, base) ? theirs : formattedTheirs };
  const unformatted = { base, theirs };
  const pairs = [unformatted, { base: formatted.base ?? base, theirs: formattedTheirs }];
  return { ...closestBase(lf(mine), pairs), ...closestTaken(mine, file.taken, formatted.taken) };
}

/** The copy was stored in the format of its time: the repo may have another one now. */
function closestTaken(mine: string, taken: string | undefined, formatted = taken): Pair {
  if (taken === undefined || formatted === undefined) return {};
  const { base } = closestBase(lf(mine), [{ base: taken }, { base: formatted }]);
  return { taken: base };
}
