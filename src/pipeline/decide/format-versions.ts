import { languageOf } from '../layout/language.ts';
import type { Pair } from '../layout/relayout.ts';
import { withBomOf } from '../text/byte-order-mark.ts';
import { lf, same } from '../text/line-endings.ts';
import { closestBase } from './closest-base.ts';
import type { FileVersions } from './collect-files.ts';
import { mayDifferInLook } from './may-differ.ts';

/**
 * Formats texts as the user's repo does, one result per text. The result is
 * `undefined` if a text cannot be formatted.
 */
export type Format = (
  files: readonly { readonly path: string; readonly text: string }[],
) => Promise<readonly (string | undefined)[]>;

/** Texts of one file in another format or look. */
type Reformatted = {
  readonly base?: string | undefined;
  readonly theirs?: string | undefined;
  readonly taken?: string | undefined;
};

/**
 * Replaces `base` and `theirs` of each file by those texts that are closest to the user's: as the
 * registry has them, as the formatter writes them, or in the look of the user's text. Formats only
 * texts that can make a difference.
 */
export async function formatVersions(
  files: readonly FileVersions[],
  format: Format,
): Promise<readonly FileVersions[]> {
  const texts = files.flatMap(textsToFormat);
  const inputs = texts.map(({ file, text }) => ({ path: file.path, text }));
  const results = inputs.length === 0 ? [] : await format(inputs);
  const formatted = new Map<FileVersions, Reformatted>();
  texts.forEach(({ file, side }, index) => {
    formatted.set(file, { ...formatted.get(file), [side]: results[index] });
  });
  return Promise.all(
    files.map(async (file) => ({
      ...file,
      ...(await choosePair(file, formatted.get(file) ?? {})),
    })),
  );
}

type TextToFormat = {
  readonly file: FileVersions;
  readonly side: keyof Reformatted;
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

async function choosePair(file: FileVersions, formatted: Reformatted): Promise<Reformatted> {
  const { path, known, mine, base, theirs, isAsWritten } = file;
  const formattedTheirs = formatted.theirs ?? theirs;
  if (!known) return { base, theirs: await adoptLook(file, formattedTheirs) };
  if (mine === undefined) return { base, theirs };
  if (base === undefined) return { base, theirs: await adoptLook(file, theirs) };
  // The file is unedited, even if today's formatter would write it differently.
  if (isAsWritten) return { base: mine, theirs: await theirsAsWritten(file, mine, formatted) };
  const unformatted = { base, theirs };
  const pairs = [unformatted, { base: formatted.base ?? base, theirs: formattedTheirs }];
  const marked = pairs.map((pair) => withMark(pair, mine));
  const chosen = await matchLook(path, closestBase(lf(mine), marked), lf(mine));
  return { ...chosen, ...(await closestTaken(file, mine, formatted.taken)) };
}

/** The copy was stored in the look of its time: the user's text may have another one now. */
async function closestTaken(
  { path, taken }: FileVersions,
  mine: string,
  formatted = taken,
): Promise<Reformatted> {
  if (taken === undefined || formatted === undefined) return {};
  const { base } = closestBase(lf(mine), [{ base: taken }, { base: formatted }]);
  const pair = await matchLook(path, { base, theirs: undefined }, lf(mine));
  return { taken: pair.base };
}

function withMark({ base, theirs }: Pair, mine: string): Pair {
  return { base: withBomOf(mine, base), theirs: theirs && withBomOf(mine, theirs) };
}

/** Returns the user's text if it is upstream's in another look, else `fallback`. */
async function adoptLook(
  { path, mine, theirs }: FileVersions,
  fallback: string | undefined,
): Promise<string | undefined> {
  if (mine === undefined || theirs === undefined) return fallback;
  if (same(mine, theirs)) return theirs;
  const language = languageOf(path);
  if (language === undefined) return fallback;
  const { sameCode } = await import('../layout/relayout.ts');
  return sameCode(theirs, lf(mine), language) ? mine : fallback;
}

/** Returns upstream's text for a file that is as the tool wrote it. */
async function theirsAsWritten(
  { path, base, theirs }: FileVersions,
  mine: string,
  formatted: Reformatted,
): Promise<string | undefined> {
  if (same(mine, base) || base === undefined) return theirs;
  return formatted.theirs ?? (await matchLook(path, { base, theirs }, lf(mine))).theirs;
}

/** Returns a pair in the look of the user's text, if that is closer to it. */
async function matchLook(path: string, pair: Pair, mine: string): Promise<Pair> {
  const language = languageOf(path);
  if (language === undefined || !mayDifferInLook(pair.base, mine)) return pair;
  // The parser takes longer to load than most commands take.
  const { relayoutPair } = await import('../layout/relayout.ts');
  const relaid = relayoutPair(pair, mine, language);
  if (!relaid) return pair;
  return relaid.theirs === mine ? relaid : closestBase(mine, [pair, relaid]);
}
