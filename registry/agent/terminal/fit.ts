/** Characters that take two columns: emoji, and the scripts of East Asia. */
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uff01-\uff60]/u;

/** Broad letters, where letters are not all of one width. */
const broad = /^[mwMW@%]/;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

const sizeOf = (grapheme: string): number =>
  wide.test(grapheme) ? 2 : broad.test(grapheme) ? 1.5 : 1;

/** A text in at most `most` lines of `columns`, broken at spaces where there are any; what does not fit ends in `…`. */
export function fit(text: string, columns: number, most: number): string[] {
  const lines: string[] = [];
  let rest = text.slice(0, columns * most * 12).trim();
  while (rest !== '' && lines.length < most) {
    const isLast = lines.length === most - 1;
    const line = startOf(rest, columns, isLast);
    lines.push(
      line === rest || !isLast ? line.trimEnd() : `${startOf(rest, columns - 1, true).trimEnd()}…`,
    );
    rest = rest.slice(line.length).trimStart();
  }
  return lines.length > 0 ? lines : [''];
}

/** As much of a text as fits; up to its last space, unless it is to be cut anywhere. */
function startOf(text: string, columns: number, anywhere: boolean): string {
  let [used, end] = [0, 0];
  for (const { segment, index } of segmenter.segment(text)) {
    used += sizeOf(segment);
    if (used > columns) break;
    end = index + segment.length;
  }
  const space = text.lastIndexOf(' ', end);
  return end === text.length || anywhere || space < end / 2
    ? text.slice(0, end)
    : text.slice(0, space + 1);
}
