/** Breaks a text into lines of at most `width` characters. A longer word stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/** Wraps a text, but keeps a command at its end, after a colon, on one line to be copied. */
export function wrapCommand(text: string, width: number): readonly string[] {
  const [, label, command] = /^(.*:) ((?:npx|npm|pnpm|yarn|bunx?|deno) .*)$/.exec(text) ?? [];
  const fits = text.length <= width;
  if (fits || label === undefined || command === undefined) return wrap(text, width);
  return [...wrap(label, width), `  ${command}`];
}

/** Puts a prefix before the first line, and `rest` before the others: by default as many spaces. */
export function withPrefix(
  prefix: string,
  lines: readonly string[],
  rest = ' '.repeat(prefix.length),
): readonly string[] {
  return lines.map((line, index) => (index === 0 ? prefix : rest) + line);
}

/** Returns the length of the longest text. */
export function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

/** In a narrower second column, most lines would be single words. */
const minColumn = 36;

/** Lays rows out in two columns. If there is no space, the second goes below the first. */
export function columns(
  rows: readonly (readonly [string, string])[],
  width: number,
): readonly string[] {
  const first = longest(rows.map(([left]) => left)) + 3;
  const rest = width - first;
  const fits = rest >= minColumn || rows.every(([, right]) => right.length <= rest);
  if (!fits) return rows.flatMap(([left, right]) => [left, ...below(right, width)]);
  return rows.flatMap(([left, right]) =>
    withPrefix(left.padEnd(first), wrap(right, rest)).map((line) => line.trimEnd()),
  );
}

/** Wraps a text as indented lines. None if it is empty. */
function below(text: string, width: number): readonly string[] {
  if (text === '') return [];
  return wrap(text, width - 2).map((line) => `  ${line}`);
}

/** Lays rows out in aligned columns, indented by two spaces. Wraps the last column. */
export function table(rows: readonly (readonly string[])[], width: number): readonly string[] {
  const last = (rows[0]?.length ?? 0) - 1;
  const widths = Array.from(
    { length: last },
    (_, column) => longest(rows.map((row) => row[column] ?? '')) + 2,
  );
  return rows.flatMap((row) => {
    const cells = widths.map((cellWidth, column) => (row[column] ?? '').padEnd(cellWidth));
    const prefix = `  ${cells.join('')}`;
    const lines = wrap(row[last] ?? '', Math.max(20, width - prefix.length));
    return withPrefix(prefix, lines).map((line) => line.trimEnd());
  });
}
