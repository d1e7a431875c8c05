import { alignLists } from './align-lists.ts';
import { partsOf, type Part } from './parts.ts';

/** What stands or goes as a whole: the lines of one part of a wiring file, or one line of anything else. */
export type Unit = {
  readonly id: string;
  /** With `id`, what makes two units the same. */
  readonly content: string;
  /** What a part stands in; other lines are in none. */
  readonly list: string | undefined;
  readonly falls: boolean;
  readonly lines: readonly string[];
  /** Where a comma ends an entry, or should: the column in its last line. */
  readonly comma: { readonly column: number; readonly there: boolean } | undefined;
};

/** Lines count from 0; `indent` and `column` are where it begins and ends in the first and the last. */
type Placed = Part & {
  readonly first: number;
  readonly last: number;
  readonly indent: number;
  readonly column: number;
};

/** A wiring file as units, in order, its lists called as in base; `undefined` where one is no valid TypeScript. */
export function unitsOf(text: string, base: string): readonly Unit[] | undefined {
  const lines = text.split('\n');
  const [read, former] = [partsOf(text), partsOf(base)];
  if (!read || !former) return undefined;
  const placed = alignLists(read.all, former.all).map((part) => place(part, text));
  // What stands between the lines of an object goes by itself.
  const parts = placed.filter(({ nests, first, last }) => !nests || first === last);
  const whole = new Map(
    parts.filter((part) => standsAlone(part, parts, lines)).map((part) => [part.first, part]),
  );
  const units: Unit[] = [];
  for (let index = 0; index < lines.length;) {
    const part = whole.get(index);
    units.push(part ? unitOf(part, lines) : unitOfLine(lines[index] ?? ''));
    index = (part?.last ?? index) + 1;
  }
  return units;
}

/** What tells lines apart, whatever their layout: quotes, semicolons and dangling commas do not. */
export function lineKey(line: string): string {
  return line.trim().replace(/[,;]$/, '').replaceAll('"', "'");
}

/** The text with a comma after an entry, or without one. */
export function withComma(unit: Unit, wanted: boolean): Unit {
  if (!unit.comma || unit.comma.there === wanted) return unit;
  const { column } = unit.comma;
  const last = unit.lines.at(-1) ?? '';
  const line =
    last.slice(0, column) + (wanted ? ',' : '') + last.slice(wanted ? column : column + 1);
  return { ...unit, lines: [...unit.lines.slice(0, -1), line], comma: { column, there: wanted } };
}

function place(part: Part, text: string): Placed {
  const before = text.slice(0, part.from).split('\n');
  const within = text.slice(0, part.to).split('\n');
  const [indent = 0, column = 0] = [before, within].map((lines) => lines.at(-1)?.length);
  return { ...part, first: before.length - 1, last: within.length - 1, indent, column };
}

function standsAlone(part: Placed, parts: readonly Placed[], lines: readonly string[]): boolean {
  if (parts.some((other) => other !== part && other.first <= part.last && part.first <= other.last))
    return false;
  const before = lines[part.first]?.slice(0, part.indent) ?? '';
  const after = lines[part.last]?.slice(part.column) ?? '';
  return before.trim() === '' && /^,?\s*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/\s*)?$/.test(after);
}

function unitOf(part: Placed, lines: readonly string[]): Unit {
  const there = lines[part.last]?.charAt(part.column) === ',';
  return {
    id: `${part.list} ${part.name}`,
    content: part.content,
    list: part.list,
    falls: part.falls,
    lines: lines.slice(part.first, part.last + 1),
    comma: part.kind === 'entry' ? { column: part.column, there } : undefined,
  };
}

function unitOfLine(line: string): Unit {
  return {
    id: `line ${lineKey(line)}`,
    content: '',
    list: undefined,
    falls: false,
    lines: [line],
    comma: undefined,
  };
}
