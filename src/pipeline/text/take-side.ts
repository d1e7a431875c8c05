import { hasMarkers, lastLine, marksOf } from './conflict-markers.ts';
import { lf, withEndingsOf } from './line-endings.ts';

/** Both sides of a text with conflict markers, and how many conflicts it has. */
export type Sides = {
  /** The text with the user's lines in every conflict. */
  readonly yours: string;
  /** The text with upstream's lines in every conflict. */
  readonly upstream: string;
  readonly hunks: number;
};

type Texts = { readonly mine: string; readonly theirs: string };

/**
 * Resolves the conflicts of a marked text, once for each side. Each conflict must have the lines
 * of both sides and of the base. Returns undefined if there is no conflict, or if a line of the
 * file itself looks like a marker, so that it is not clear where a conflict ends. The line endings
 * are those of the marked text; the end of the file is that of the side.
 */
export function sidesOf(marked: string, { mine, theirs }: Texts): Sides | undefined {
  if (hasMarkers(mine) || hasMarkers(theirs)) return undefined;
  const parts = splitMarked(lf(marked).split('\n'));
  const hunks = parts?.filter((part) => 'yours' in part).length ?? 0;
  if (!parts || hunks === 0) return undefined;
  const endsInConflict = lf(marked).endsWith(`\n${lastLine}\n`);
  const side = (name: 'yours' | 'upstream', like: string): string => {
    const lines = parts.flatMap((part) => ('yours' in part ? part[name] : part.lines));
    const text = lines.join('\n');
    return withEndingsOf(marked, endsInConflict ? endsLike(like, text) : text);
  };
  return { yours: side('yours', mine), upstream: side('upstream', theirs), hunks };
}

/** Removes the last newline if only the marker behind it needed one. */
function endsLike(like: string, text: string): string {
  return like.endsWith('\n') || !text.endsWith('\n') ? text : text.slice(0, -1);
}

type Part =
  | { readonly lines: readonly string[] }
  | { readonly yours: readonly string[]; readonly upstream: readonly string[] };

const order = ['first', 'base', 'middle', 'last'] as const;

/** Splits a text into conflicts and the lines between them. */
function splitMarked(lines: readonly string[]): readonly Part[] | undefined {
  const parts: Part[] = [];
  let sections: string[][] = [[]];
  for (const line of lines) {
    const mark = marksOf(line);
    const isInside = sections.length > 1;
    if (mark === undefined || (!isInside && mark !== 'first')) {
      sections.at(-1)?.push(line);
      continue;
    }
    if (mark !== order[sections.length - 1]) return undefined;
    if (mark !== 'last') {
      sections.push([]);
      continue;
    }
    const [between = [], yours = [], , upstream = []] = sections;
    parts.push({ lines: between }, { yours, upstream });
    sections = [[]];
  }
  if (sections.length > 1) return undefined;
  return [...parts, { lines: sections[0] ?? [] }];
}
