/** The labels of the conflict markers that the tool writes. git's own markers have other labels. */
export const markers = { mine: 'yours', base: 'base', theirs: 'upstream' } as const;

const firstLine = `<<<<<<< ${markers.mine}`;
const baseLine = `||||||| ${markers.base}`;
const middleLine = '=======';
/** The line that ends a conflict. */
export const lastLine = `>>>>>>> ${markers.theirs}`;

/** Returns which marker of the tool a line is; undefined for any other line. */
export function marksOf(line: string): 'first' | 'base' | 'middle' | 'last' | undefined {
  if (line === firstLine) return 'first';
  if (line === baseLine) return 'base';
  if (line === middleLine) return 'middle';
  return line === lastLine ? 'last' : undefined;
}

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

/** One conflict: its first line, counted from 1, and the lines of both versions. */
export type Versions = {
  readonly line: number;
  readonly yours: readonly string[];
  readonly upstream: readonly string[];
};

/** Returns both versions of each conflict that the tool left in a text. */
export function versionsIn(text: string): readonly Versions[] {
  const lines = splitLines(text);
  return conflictsIn(text).map(({ from, to }) => {
    const inside = lines.slice(from, to - 1);
    const base = inside.findIndex((line) => line.startsWith(baseLine));
    // The user's version may have a line of equals signs: the middle comes after the base.
    const middle = inside.indexOf(middleLine, Math.max(0, base));
    return {
      line: from,
      yours: inside.slice(0, base >= 0 ? base : middle),
      upstream: inside.slice(middle + 1),
    };
  });
}

function splitLines(text: string): readonly string[] {
  return text.split(/\r?\n/);
}
