import { alignLists } from './align-lists.ts';
import { partsOf, type Part } from './parts.ts';

/** Lines that are added or removed together: those of a part, or one other line. */
export type Unit = {
  /** The list and name of a part, or the text of any other line. */
  readonly id: string;
  /** Two units are the same if both `id` and `content` are. */
  readonly content: string;
  /** The list of a part; undefined for any other line. */
  readonly list: string | undefined;
  readonly fallsThrough: boolean;
  readonly lines: readonly string[];
  /** The column in the last line where an entry has its comma, or would have it. */
  readonly comma: { readonly column: number; readonly exists: boolean } | undefined;
};

/**
 * A part with its place: first and last line, counted from 0, the column in the
 * first line where it starts, and the column in the last line where it ends.
 */
type PlacedPart = Part & {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
};

/**
 * Splits a text into units, in order, with the list names of the base. A part is a
 * unit if its lines have no other code; every line that is left is a unit too. A
 * nested object over several lines is split into its first line, its entries and
 * its last line. Returns undefined if a text is not valid TypeScript.
 */
export function unitsOf(text: string, base: string): readonly Unit[] | undefined {
  const parts = partsOf(text);
  const baseParts = partsOf(base);
  if (!parts || !baseParts) return undefined;
  const lines = text.split('\n');
  const placed = alignLists(parts.all, baseParts.all)
    .map((part) => place(part, text))
    .filter(({ isObject, firstLine, lastLine }) => !isObject || firstLine === lastLine);
  const separate = placed.filter((part) => hasOwnLines(part, placed, lines));
  const byFirstLine = new Map(separate.map((part) => [part.firstLine, part]));
  const units: Unit[] = [];
  for (let index = 0; index < lines.length;) {
    const part = byFirstLine.get(index);
    units.push(part ? unitOfPart(part, lines) : unitOfLine(lines[index] ?? ''));
    index = (part?.lastLine ?? index) + 1;
  }
  return units;
}

/** Returns a line in a form that does not depend on the formatter. */
export function lineKey(line: string): string {
  return line.trim().replace(/[,;]$/, '').replaceAll('"', "'");
}

/** Adds the comma of an entry or removes it. */
export function withComma(unit: Unit, isWanted: boolean): Unit {
  if (!unit.comma || unit.comma.exists === isWanted) return unit;
  const { column } = unit.comma;
  const last = unit.lines.at(-1) ?? '';
  const rest = isWanted ? `,${last.slice(column)}` : last.slice(column + 1);
  const lines = [...unit.lines.slice(0, -1), last.slice(0, column) + rest];
  return { ...unit, lines, comma: { column, exists: isWanted } };
}

function place(part: Part, text: string): PlacedPart {
  const start = positionOf(part.from, text);
  const end = positionOf(part.to, text);
  return {
    ...part,
    firstLine: start.line,
    startColumn: start.column,
    lastLine: end.line,
    endColumn: end.column,
  };
}

function positionOf(index: number, text: string) {
  const lines = text.slice(0, index).split('\n');
  return { line: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
}

/** Whether the lines of a part have no other code. A comma and a comment may follow. */
function hasOwnLines(
  part: PlacedPart,
  parts: readonly PlacedPart[],
  lines: readonly string[],
): boolean {
  const sharesLines = (other: PlacedPart) =>
    other !== part && other.firstLine <= part.lastLine && part.firstLine <= other.lastLine;
  if (parts.some(sharesLines)) return false;
  const before = lines[part.firstLine]?.slice(0, part.startColumn) ?? '';
  const after = lines[part.lastLine]?.slice(part.endColumn) ?? '';
  return before.trim() === '' && /^,?\s*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/\s*)?$/.test(after);
}

function unitOfPart(part: PlacedPart, lines: readonly string[]): Unit {
  const exists = lines[part.lastLine]?.charAt(part.endColumn) === ',';
  return {
    id: `${part.list} ${part.name}`,
    content: part.content,
    list: part.list,
    fallsThrough: part.fallsThrough,
    lines: lines.slice(part.firstLine, part.lastLine + 1),
    comma: part.kind === 'entry' ? { column: part.endColumn, exists } : undefined,
  };
}

function unitOfLine(line: string): Unit {
  return {
    id: `line ${lineKey(line)}`,
    content: '',
    list: undefined,
    fallsThrough: false,
    lines: [line],
    comma: undefined,
  };
}
