/**
 * A value as lines for reading: `key: value`, nested values indented, rows with the same columns as a table.
 * `clean` gets every text. The further lines of a text are indented, so that none can pass for a key.
 */
export function formatValue(
  value: unknown,
  indent: string,
  clean: (text: string) => string,
): string {
  const scalar = (item: unknown) =>
    clean(typeof item === 'string' ? item : (JSON.stringify(item) ?? '')).replace(
      lineBreak,
      `$&${indent}  `,
    );
  const nested = (item: unknown) =>
    isDeep(item) ? `\n${formatValue(item, `${indent} `, clean)}` : ` ${scalar(item)}`;
  const row = (cells: readonly unknown[]) =>
    indent + cells.map((cell) => scalar(cell).replace(/[\\|]/g, '\\$&')).join('|');
  if (!isDeep(value)) return indent + scalar(value);
  const columns = commonColumns(value);
  if (columns)
    return [columns, ...Object.values(value).map((cells) => Object.values(cells))]
      .map(row)
      .join('\n');
  if (Array.isArray(value)) return value.map((item) => `${indent}-${nested(item)}`).join('\n');
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return entries.map(([key, item]) => `${indent}${scalar(key)}:${nested(item)}`).join('\n');
}

/** The columns of a list of at least two flat records that have the same ones, in the same order. */
function commonColumns(value: object): string[] | undefined {
  if (!Array.isArray(value) || value.length < 2) return undefined;
  const columns = Object.keys(Object(value[0]));
  const isRow = (row: unknown) =>
    isDeep(row) &&
    !Array.isArray(row) &&
    !Object.values(row).some(isDeep) &&
    Object.keys(row).join('\0') === columns.join('\0');
  return value.every(isRow) ? columns : undefined;
}

const isDeep = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
