/** Breaks a sentence into lines of at most `width` characters; a longer word stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The same for a sentence that ends in a command after a colon: the command stays in one piece, to be copied. */
export function wrapCommand(text: string, width: number): readonly string[] {
  const [, label, command] = /^(.*:) ((?:npx|npm|pnpm|yarn|bunx?) .*)$/.exec(text) ?? [];
  if (text.length <= width || label === undefined || command === undefined)
    return wrap(text, width);
  return [...wrap(label, width), `  ${command}`];
}

// Narrower, and a second column is a ladder of words.
const narrowest = 36;

/** Rows as two columns, the second wrapped beside the first; or where there is no room, under it. */
export function columns(
  rows: readonly (readonly [string, string])[],
  width: number,
): readonly string[] {
  const first = Math.max(...rows.map(([left]) => left.length)) + 3;
  const rest = width - first;
  const beside = rest >= narrowest || rows.every(([, right]) => right.length <= rest);
  return rows.flatMap(([left, right]) => {
    if (!beside) return [left, ...(right ? wrap(right, width - 2).map((line) => `  ${line}`) : [])];
    return wrap(right, rest).map((line, index) =>
      `${(index === 0 ? left : '').padEnd(first)}${line}`.trimEnd(),
    );
  });
}

/** Rows as aligned columns, each two spaces in; the last column wraps under itself. */
export function table(rows: readonly (readonly string[])[], width: number): readonly string[] {
  const last = (rows[0]?.length ?? 0) - 1;
  const widths = Array.from(
    { length: last },
    (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 2,
  );
  return rows.flatMap((row) => {
    const before = widths.map((wide, column) => (row[column] ?? '').padEnd(wide)).join('');
    const [first = '', ...more] = wrap(row[last] ?? '', Math.max(20, width - before.length - 2));
    return [
      `  ${before}${first}`.trimEnd(),
      ...more.map((line) => `  ${' '.repeat(before.length)}${line}`),
    ];
  });
}
