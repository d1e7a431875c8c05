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

type Pair = { readonly base?: string | undefined; readonly theirs?: string | undefined };

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
  const formatted = new Map<FileVersions, Pair>();
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
  readonly side: keyof Pair;
  readonly text: string;
};

/** Lists the texts whose format matters: those of new files and of edited files. */
function textsToFormat(file: FileVersions): readonly TextToFormat[] {
  const { path, mine, base, theirs } = file;
  if (!path.endsWith('.ts')) return [];
  if (mine !== undefined && (same(mine, base) || same(mine, theirs))) return [];
  // A file that the user deleted stays deleted.
  if (mine === undefined && base !== undefined) return [];
  const texts: TextToFormat[] = [];
  if (base !== undefined) texts.push({ file, side: 'base', text: base });
  if (theirs !== undefined) texts.push({ file, side: 'theirs', text: theirs });
  return texts;
}

async function choosePair(file: FileVersions, formatted: Pair): Promise<Pair> {
  const { known, mine, base, theirs, isAsWritten } = file;
  const formattedTheirs = formatted.theirs ?? theirs;
  if (!known) return { base, theirs: await adoptLook(mine, theirs, formattedTheirs) };
  if (mine === undefined) return { base, theirs };
  if (base === undefined) return { base, theirs: await adoptLook(mine, theirs, theirs) };
  // The file is unedited, even if today's formatter would write it differently.
  if (isAsWritten) return { base: mine, theirs: await theirsAsWritten(file, mine, formatted) };
  const unformatted = { base, theirs };
  const pairs = [unformatted, { base: formatted.base ?? base, theirs: formattedTheirs }];
  return matchLook(
    closestBase(
      lf(mine),
      pairs.map((pair) => withMark(pair, mine)),
    ),
    lf(mine),
  );
}

const byteOrderMark = '\uFEFF';

/** Adds a byte order mark if the user's text has one. */
function withMark({ base, theirs }: KnownPair, mine: string): KnownPair {
  if (!mine.startsWith(byteOrderMark)) return { base, theirs };
  const mark = (text: string) => (text.startsWith(byteOrderMark) ? text : byteOrderMark + text);
  return { base: mark(base), theirs: theirs && mark(theirs) };
}

/** Returns the user's text if it is upstream's in another look, else `fallback`. */
async function adoptLook(
  mine: string | undefined,
  theirs: string | undefined,
  fallback: string | undefined,
): Promise<string | undefined> {
  if (mine === undefined || theirs === undefined) return fallback;
  if (same(mine, theirs)) return theirs;
  const { sameCode } = await import('../layout/relayout.ts');
  return sameCode(theirs, lf(mine)) ? mine : fallback;
}

/** Returns upstream's text for a file that is as the tool wrote it. */
async function theirsAsWritten(
  { base, theirs }: FileVersions,
  mine: string,
  formatted: Pair,
): Promise<string | undefined> {
  if (same(mine, base) || base === undefined) return theirs;
  return formatted.theirs ?? (await matchLook({ base, theirs }, lf(mine))).theirs;
}

type KnownPair = { readonly base: string; readonly theirs: string | undefined };

/** Returns a pair in the look of the user's text, if that is closer to it. */
async function matchLook(pair: KnownPair, mine: string): Promise<KnownPair> {
  if (!mayDifferInLook(pair.base, mine)) return pair;
  // The parser takes longer to load than most commands take.
  const { relayoutPair } = await import('../layout/relayout.ts');
  const relaid = relayoutPair(pair, mine);
  if (!relaid) return pair;
  return relaid.theirs === mine ? relaid : closestBase(mine, [pair, relaid]);
}
