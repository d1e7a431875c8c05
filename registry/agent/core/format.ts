type Sanitize = (text: string) => string;

/**
 * Formats a value as lines: `key: value`, nested values indented, uniform records as a table. Each
 * text is sanitized; its further lines are indented, so that none can pass for a key.
 */
export function formatValue(value: unknown, indent: string, sanitize: Sanitize): string {
  if (!isNested(value)) return indent + formatScalar(value, indent, sanitize);
  const columns = commonFields(value);
  if (columns) return formatTable(columns, Object.values(value), indent, sanitize);
  const inner = (item: unknown) => {
    if (isNested(item)) return `\n${formatValue(item, `${indent} `, sanitize)}`;
    return ` ${formatScalar(item, indent, sanitize)}`;
  };
  if (Array.isArray(value)) {
    return value.map((item: unknown) => `${indent}-${inner(item)}`).join('\n');
  }
  const fields: [string, unknown][] = Object.entries(value);
  return fields
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${indent}${formatScalar(key, indent, sanitize)}:${inner(item)}`)
    .join('\n');
}

function formatScalar(value: unknown, indent: string, sanitize: Sanitize): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return sanitize(text).replace(lineBreak, `$&${indent}  `);
}

function formatTable(
  columns: readonly string[],
  records: readonly object[],
  indent: string,
  sanitize: Sanitize,
): string {
  const formatCell = (cell: unknown) =>
    formatScalar(cell, indent, sanitize).replace(/[\\|]/g, '\\$&');
  const rows = [columns, ...records.map((record) => Object.values(record))];
  return rows.map((cells) => indent + cells.map(formatCell).join('|')).join('\n');
}

/** Returns the fields of a list of flat records that all have the same ones in order. */
function commonFields(value: object): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length < 2) return undefined;
  const [first]: unknown[] = value;
  if (!isFlatRecord(first)) return undefined;
  const fields = Object.keys(first);
  const isSame = (item: unknown) =>
    isFlatRecord(item) && Object.keys(item).join('\0') === fields.join('\0');
  return value.every(isSame) ? fields : undefined;
}

function isFlatRecord(value: unknown): value is object {
  if (!isNested(value) || Array.isArray(value)) return false;
  return !Object.values(value).some(isNested);
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
