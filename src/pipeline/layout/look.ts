import { optional, stringKey, type Token } from './token.ts';

/** How a text is written. */
export type Look = {
  /** Undefined to keep the quotes that a string has. */
  readonly quote: "'" | '"' | undefined;
  readonly hasSemicolons: boolean;
  readonly hasTrailingCommas: boolean;
};

/** Finds the look of a text. */
export function lookOf(tokens: readonly Token[]): Look {
  const count = { "'": 0, '"': 0, semicolons: 0, noSemicolons: 0, commas: 0 };
  for (const { key, text } of tokens) {
    if (key.startsWith('string ') && text.startsWith("'")) count["'"] += 1;
    if (key.startsWith('string ') && text.startsWith('"')) count['"'] += 1;
    if (key === optional.semicolon && text === '') count.noSemicolons += 1;
    if (key === optional.semicolon && text !== '') count.semicolons += 1;
    if (key === optional.comma && text !== '') count.commas += 1;
  }
  return {
    quote: count['"'] > count["'"] ? '"' : "'",
    hasSemicolons: count.semicolons >= count.noSemicolons,
    hasTrailingCommas: count.commas > 0,
  };
}

/** Returns how to change code of one look that has no counterpart in a text of another look. */
export function newLook(own: Look, other: Look): Look {
  return {
    quote: own.quote === other.quote ? undefined : other.quote,
    hasSemicolons: other.hasSemicolons || !own.hasSemicolons,
    hasTrailingCommas: other.hasTrailingCommas || !own.hasTrailingCommas,
  };
}

/** Returns the text of a code token; a string is in the quotes of a look if nothing is escaped. */
export function quoteAs({ key, text }: Token, { quote }: Look): string {
  const inner = text.slice(1, -1);
  if (quote === undefined || key !== stringKey(inner) || /['"\\]/.test(inner)) return text;
  return quote + inner + quote;
}

/** Returns the space after the last line break of a gap; undefined if it has no line break. */
export function indentOf(gap: string): string | undefined {
  const at = gap.lastIndexOf('\n');
  return at < 0 ? undefined : gap.slice(at + 1);
}

/** Converts the indentation of one text to that of another. */
export type Reindent = (indent: string) => string;

/** Learns the indentation of another text from pairs of gaps before tokens of both. */
export function learnIndents(gaps: readonly (readonly [own: string, other: string])[]): Reindent {
  const counts = new Map<string, Map<string, number>>();
  for (const [own, other] of gaps) {
    const [from, to] = [indentOf(own), indentOf(other)];
    if (from === undefined || to === undefined) continue;
    const found = counts.get(from) ?? new Map<string, number>();
    counts.set(from, found.set(to, (found.get(to) ?? 0) + 1));
  }
  const known = new Map([...counts].map(([from, found]) => [from, mostFrequent(found)]));
  const unit = [...known.keys()].filter((one) => one !== '').toSorted(byLength)[0];
  return (indent) => known.get(indent) ?? repeatUnit(indent, unit, known);
}

const byLength = (a: string, b: string): number => a.length - b.length;

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  const [first] = [...counts].toSorted(([, a], [, b]) => b - a);
  return first?.[0] ?? '';
}

/** Converts an indentation that the other text does not have, level by level. */
function repeatUnit(
  indent: string,
  unit: string | undefined,
  known: ReadonlyMap<string, string>,
): string {
  if (unit === undefined || indent.length % unit.length > 0) return indent;
  return (known.get(unit) ?? unit).repeat(indent.length / unit.length);
}
