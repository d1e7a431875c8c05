import { lf, same } from '../text/line-endings.ts';
import { closestBase } from './closest-base.ts';
import type { FileVersions } from './collect-files.ts';

/** Formats texts as the user's repo would, by absolute path; `undefined` where it cannot. */
export type Format = (
  files: readonly { readonly path: string; readonly text: string }[],
) => Promise<readonly (string | undefined)[]>;

type Pair = { readonly base?: string | undefined; readonly theirs?: string | undefined };

/**
 * Chooses for each file the pair of base and upstream text, as it came or as the repo's formatter
 * writes it, whichever is closer to the user's text. Only files where it can matter are formatted.
 */
export async function formatVersions(
  files: readonly FileVersions[],
  format: Format,
): Promise<readonly FileVersions[]> {
  const texts = files.flatMap((file, index) =>
    textsToFormat(file).map((one) => ({ ...one, index, path: file.path })),
  );
  const answers = texts.length === 0 ? [] : await format(texts);
  const formatted = files.map((): Record<string, string> => ({}));
  texts.forEach(({ index, side }, at) => {
    const [answer, pair] = [answers[at], formatted[index]];
    if (answer !== undefined && pair) pair[side] = answer;
  });
  return files.map((file, index) => ({ ...file, ...choosePair(file, formatted[index] ?? {}) }));
}

/** The texts of one file that may differ once formatted: of new files, and of edited ones. */
function textsToFormat({ path, mine, base, theirs }: FileVersions) {
  if (!path.endsWith('.ts')) return [];
  if (mine !== undefined && (same(mine, base) || same(mine, theirs))) return [];
  // A file that the user deleted stays deleted.
  if (mine === undefined && base !== undefined) return [];
  return Object.entries({ base, theirs }).flatMap(([side, text]) =>
    text === undefined ? [] : [{ side, text }],
  );
}

function choosePair(file: FileVersions, formatted: Pair): Pair {
  const { known, mine, base, theirs, isAsWritten } = file;
  const formattedTheirs = theirs === undefined ? undefined : (formatted.theirs ?? theirs);
  if (!known) {
    const isAdopted = mine !== undefined && theirs !== undefined && same(mine, theirs);
    return { base, theirs: isAdopted ? theirs : formattedTheirs };
  }
  if (mine === undefined || base === undefined) return { base, theirs };
  // Unedited, whether or not the formatter of that time is still installed.
  if (isAsWritten) return { base: mine, theirs: same(mine, base) ? theirs : formattedTheirs };
  const raw = { base, theirs };
  return closestBase(lf(mine), [raw, { base: formatted.base ?? base, theirs: formattedTheirs }]);
}
