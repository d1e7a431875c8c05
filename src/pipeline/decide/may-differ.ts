/**
 * Whether `mine` can be `base` in another look, with or without edits. This is a quick check that
 * needs no parser: false is certain.
 */
export function mayDifferInLook(base: string, mine: string): boolean {
  if (base === mine) return false;
  const [before, after] = [base.split('\n'), mine.split('\n')];
  const [removed, added] = [linesWithout(before, after), linesWithout(after, before)];
  const [gone, come] = [wordsIn(removed), wordsIn(added)];
  if (gone.size === 0 && come.size === 0) return true;
  // Lines that only came or went are an edit.
  if (isPartOf(before, after) || isPartOf(after, before)) return false;
  if (gone.size === 0 || come.size === 0) return true;
  return [...gone].some((word) => come.has(word));
}

/** Lists the lines that occur more often than in other lines. */
function linesWithout(lines: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left <= 0;
  });
}

function wordsIn(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.match(/\w+/g) ?? []));
}

/** Whether all lines are among others, in their order. */
function isPartOf(lines: readonly string[], others: readonly string[]): boolean {
  let found = 0;
  for (const line of others) if (line === lines[found]) found += 1;
  return found === lines.length;
}
