/**
 * Whether a text has the lines of an excerpt one after another; how deep they stand does not count.
 */
export function holds(text: string, excerpt: string): boolean {
  const [lines, wanted] = [trimmed(text), trimmed(excerpt)];
  return lines.some((_, at) => wanted.every((line, index) => line === lines[at + index]));
}

const trimmed = (text: string): readonly string[] => {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => line.trim());
};

/**
 * Applies the hunks of a diff, apart by `...`. @throws Error if one does not fit in exactly one
 * place
 */
export function edit(text: string, diff: string): string {
  return diff
    .trimEnd()
    .split(/^ ?\.\.\.$\n?/m)
    .reduce(editOnce, text);
}

function editOnce(text: string, hunk: string): string {
  const lines = text.split('\n');
  const marked = hunk.split('\n').filter((line) => line !== '');
  const side = (other: string) =>
    marked.filter((line) => !line.startsWith(other)).map((line) => line.slice(1));
  const [before, after] = [side('+'), side('-')];
  const places = lines.flatMap((_, at) =>
    before.every((line, index) => line === lines[at + index]) ? [at] : [],
  );
  const [place] = places;
  if (place === undefined || places.length > 1)
    throw new Error(
      `This fits in ${place === undefined ? 'no place' : 'two places'}: ${before.join('\n')}`,
    );
  return lines.toSpliced(place, before.length, ...after).join('\n');
}
