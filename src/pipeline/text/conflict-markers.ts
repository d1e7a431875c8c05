import { isHunk, type Hunk, type Part } from './merge.ts';

/** The labels of the conflict markers that the tool writes. git's own markers have other labels. */
export const markers = { mine: 'yours', base: 'base', theirs: 'upstream' } as const;

const usualSize = 7;
const firstLine = `<<<<<<< ${markers.mine}`;
const baseLine = `||||||| ${markers.base}`;
const middleLine = '=======';
const lastLine = `>>>>>>> ${markers.theirs}`;

/** Finds the tool's conflicts in a text. Returns their first and last lines, counted from 1. */
export function conflictsIn(
  text: string,
): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  let from: number | undefined;
  for (const [index, line] of splitLines(text).entries()) {
    if (line === firstLine) from = index + 1;
    if (line !== lastLine || from === undefined) continue;
    found.push({ from, to: index + 1 });
    from = undefined;
  }
  return found;
}

/** Returns whether a text has a first or last marker line of the tool, even without the other. */
export function hasMarkers(text: string): boolean {
  return splitLines(text).some((line) => line === firstLine || line === lastLine);
}

/** Returns a size for markers that no line of the texts can be mistaken for. */
export function markerSizeFor(texts: readonly string[]): number {
  let size = usualSize;
  for (const text of texts)
    for (const [run] of text.matchAll(/^[<|=>]+/gm)) size = Math.max(size, run.length + 1);
  return size;
}

const order = ['<', '|', '=', '>'] as const;

/**
 * Splits a merged text at its markers of a size from `markerSizeFor`. Each conflict must have its
 * base. Returns undefined if the markers are incomplete.
 */
export function splitMarked(text: string, size: number): readonly Part[] | undefined {
  const parts: Part[] = [];
  let sections: string[][] = [[]];
  for (const line of text.split('\n')) {
    const mark = order.findIndex((sign) => line.startsWith(sign.repeat(size)));
    if (mark < 0) {
      sections.at(-1)?.push(line);
      continue;
    }
    if (mark !== sections.length - 1) return undefined;
    sections.push([]);
    if (mark < order.length - 1) continue;
    const [lines = [], yours = [], base = [], upstream = []] = sections;
    parts.push({ lines }, { yours, base, upstream });
    sections = [[]];
  }
  return sections.length > 1 ? undefined : [...parts, { lines: sections[0] ?? [] }];
}

/** Returns the text that shows parts of a merge: with markers of the usual size. */
export function markedText(parts: readonly Part[]): string {
  return parts.flatMap((part) => (isHunk(part) ? markedLines(part) : part.lines)).join('\n');
}

function markedLines({ yours, base, upstream }: Hunk): readonly string[] {
  const ofBase = base === undefined ? [] : [baseLine, ...base];
  return [firstLine, ...yours, ...ofBase, middleLine, ...upstream, lastLine];
}

/** A conflict as it is shown: both versions, and its first line in the marked text from 1. */
export type Place = {
  readonly line: number;
  readonly yours: readonly string[];
  readonly upstream: readonly string[];
};

/** Lists the conflicts in parts of a merge. */
export function placesIn(parts: readonly Part[]): readonly Place[] {
  const places: Place[] = [];
  let line = 1;
  for (const part of parts) {
    if (isHunk(part)) places.push({ line, yours: part.yours, upstream: part.upstream });
    line += isHunk(part) ? markedLines(part).length : part.lines.length;
  }
  return places;
}

function splitLines(text: string): readonly string[] {
  return text.split(/\r?\n/);
}
