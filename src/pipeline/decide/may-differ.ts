/** Up to this many lines, an edit is one unless a line has the same words as before. */
const fewLines = 3;

/**
 * Whether `mine` can be `base` in another look, with or without edits. This quick check needs no
 * parser. False for an edit of few lines, which merges as it is.
 */
export function mayDifferInLook(base: string, mine: string): boolean {
  if (base === mine) return false;
  const [before, after] = [base.split('\n'), mine.split('\n')];
  const [removed, added] = [linesWithout(before, after), linesWithout(after, before)];
  const [removedWords, addedWords] = [wordsIn(removed), wordsIn(added)];
  if (removedWords.toSorted().join(' ') === addedWords.toSorted().join(' ')) return true;
  // An edit is what only adds lines or only removes lines.
  if (isPartOf(before, after) || isPartOf(after, before)) return false;
  if (removedWords.length === 0 || addedWords.length === 0) return true;
  if (removed.length <= fewLines) return haveLineInCommon(removed, added);
  const words = new Set(addedWords);
  return removedWords.some((word) => words.has(word));
}

/** Whether a line of the one text has the same words as a line of the other. */
function haveLineInCommon(lines: readonly string[], others: readonly string[]): boolean {
  const joinWords = (line: string) => wordsIn([line]).join(' ');
  const known = new Set(others.map(joinWords));
  return lines.map(joinWords).some((words) => words !== '' && known.has(words));
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

function wordsIn(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.match(/\w+/g) ?? []);
}

/** Whether all lines are among others, in their order. */
function isPartOf(lines: readonly string[], others: readonly string[]): boolean {
  let found = 0;
  for (const line of others) if (line === lines[found]) found += 1;
  return found === lines.length;
}
