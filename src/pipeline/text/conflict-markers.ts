/** The labels after the conflict markers that we write: they tell ours from git's own. */
export const markers = { mine: 'yours', base: 'base', theirs: 'upstream' } as const;

/** The lines, counted from 1, of the conflicts that we left in a text: first and last of each. */
export function conflictsIn(
  text: string,
): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  let from: number | undefined;
  text.split(/\r?\n/).forEach((line, index) => {
    if (line === `<<<<<<< ${markers.mine}`) from = index + 1;
    if (line !== `>>>>>>> ${markers.theirs}` || from === undefined) return;
    found.push({ from, to: index + 1 });
    from = undefined;
  });
  return found;
}

/** Whether a text has one of our marker lines left, in whatever state the rest of them is. */
export function hasMarkers(text: string): boolean {
  return text
    .split(/\r?\n/)
    .some((line) => line === `<<<<<<< ${markers.mine}` || line === `>>>>>>> ${markers.theirs}`);
}

/** One conflict: the line that it begins at, counted from 1, and both versions. */
export type Versions = {
  readonly line: number;
  readonly yours: readonly string[];
  readonly upstream: readonly string[];
};

/** Both versions of each conflict that we left in a text. */
export function versionsIn(text: string): readonly Versions[] {
  const lines = text.split(/\r?\n/);
  return conflictsIn(text).map(({ from, to }) => {
    const inside = lines.slice(from, to - 1);
    const base = inside.findIndex((line) => line.startsWith(`||||||| ${markers.base}`));
    const middle = inside.indexOf('=======', Math.max(0, base));
    return {
      line: from,
      yours: inside.slice(0, base >= 0 ? base : middle),
      upstream: inside.slice(middle + 1),
    };
  });
}
