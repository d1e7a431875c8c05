import { truncate } from './sanitize.ts';

type Sanitize = (text: string) => string;

/**
 * Formats a value as lines: `key: value`, nested values indented, uniform records as a table. Each
 * text is sanitized; its further lines are indented, so that none can pass for a key. What is
 * longer than `maxChars` is cut, with a note.
 */
export function formatValue(
  value: unknown,
  indent: string,
  sanitize: Sanitize,
  maxChars: number,
): string {
  const lines: string[] = [];
  let left = maxChars;
  for (const line of linesOf(value, indent, sanitize)) {
    // To format a million items would hold up all other threads.
    if (left < 0) return truncate(lines.join('\n'), maxChars, false);
    lines.push(line);
    left -= line.length + 1;
  }
  return truncate(lines.join('\n'), maxChars);
}

function* linesOf(value: unknown, indent: string, sanitize: Sanitize): Generator<string> {
  const format = (scalar: unknown) => {
    const text = typeof scalar === 'string' ? scalar : (JSON.stringify(scalar) ?? '');
    return sanitize(text).replace(lineBreak, `$&${indent}  `);
  };
  if (!isNested(value)) return yield indent + format(value);
  if (isTable(value)) return yield* rowsOf(value, indent, format);
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined && !Array.isArray(value)) continue;
    const label = indent + (Array.isArray(value) ? '-' : `${format(key)}:`);
    yield isNested(item) ? label : `${label} ${format(item)}`;
    if (isNested(item)) yield* linesOf(item, `${indent} `, sanitize);
  }
}

function* rowsOf(records: readonly object[], indent: string, format: (cell: unknown) => string) {
  for (const cells of [Object.keys(records[0] ?? {}), ...records.map(Object.values)]) {
    const row = cells.map((cell: unknown) => format(cell).replace(/[\\|]/g, '\\$&'));
    yield indent + row.join('|');
  }
}

/** Whether a value is a list of flat records that all have the same fields in order. */
function isTable(value: object): value is object[] {
  if (!Array.isArray(value) || value.length < 2) return false;
  const fields = (item: object) => Object.keys(item).join('\0');
  return value.every((item) => isFlatRecord(item) && fields(item) === fields(value[0]));
}

function isFlatRecord(value: unknown): value is object {
  if (!isNested(value) || Array.isArray(value)) return false;
  return !Object.values(value).some(isNested);
}

const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
