import type { Random } from '../../support/random.ts';

/** Who edits; each edit carries a tag, as `zqu12`, which occurs nowhere else. */
export type Side = 'u' | 't';

/** A line with its number in the base, `undefined` for one that is new there. */
export type Line = { readonly text: string; readonly at: number | undefined };

export type Edited = {
  readonly lines: readonly Line[];
  /** What the edits were. */
  readonly done: readonly string[];
  /** Texts of lines that were moved: where they belong is not for counting to say. */
  readonly moved: ReadonlySet<string>;
};

type Step = (lines: readonly Line[], tag: string, random: Random) => Change | undefined;
type Change = { readonly lines: readonly Line[]; readonly moved?: readonly string[] };

/** What never breaks the syntax of a formatted file, and what may. */
const gentle: readonly [Step, ...Step[]] = [
  insertComment,
  insertStatement,
  changeLine,
  deleteComment,
  movePart,
  rename,
];
const rough: readonly [Step, ...Step[]] = [
  ...gentle,
  insertAnywhere,
  deleteLines,
  deletePart,
  replaceLines,
  indent,
];

export const tagged = /zq[ut]\d+/g;

/** The lines of a text, each with its number. */
export function linesOf(text: string): readonly Line[] {
  return text.split('\n').map((line, at) => ({ text: line, at }));
}

export const textOf = (lines: readonly Line[]): string => lines.map(({ text }) => text).join('\n');

/** A few random edits, one on the other; `isRough` allows such as do not parse afterwards. */
export function editLines(base: string, side: Side, random: Random, isRough: boolean): Edited {
  let lines = linesOf(base);
  const done: string[] = [];
  const moved = new Set<string>();
  const first = random.below(1000) * 100;
  for (let left = random.one([1, 1, 2, 3, 5, 8]); left > 0; left -= 1) {
    const step = random.one(isRough ? rough : gentle);
    const change = step(lines, `zq${side}${first + left}`, random);
    if (!change) continue;
    lines = change.lines;
    change.moved?.forEach((text) => moved.add(text));
    done.push(step.name);
  }
  return { lines, done, moved };
}

const fresh = (text: string): Line => ({ text, at: undefined });
const odd = ['', ' naïve', ' 你好', ' 😀', ' \u2028'.trimEnd(), '  \t', ' ======='] as const;

function insertComment(lines: readonly Line[], tag: string, random: Random): Change {
  return insert(lines, random.below(lines.length), [`// ${tag}${random.one(odd)}`]);
}

function insertStatement(lines: readonly Line[], tag: string, random: Random): Change | undefined {
  const blank = [...lines.keys()].filter((at) => lines[at]?.text === '');
  const at = blank[random.below(blank.length)];
  const block = random.one<readonly string[]>([
    [`export const ${tag} = 1;`],
    [`export function ${tag}x(): void {`, `  console.log("${tag}", [1,2,3]);`, '}'],
    [`export const ${tag}x = {`, `    a: 1,`, `    '${tag}y': "${tag}",`, `}`],
  ]);
  return at === undefined ? undefined : insert(lines, at, ['', ...block]);
}

function insertAnywhere(lines: readonly Line[], tag: string, random: Random): Change {
  const block = Array.from(
    { length: random.one([1, 2, 4]) },
    (_, n) => `${'  '.repeat(random.below(3))}${tag}(${n});`,
  );
  return insert(lines, random.below(lines.length + 1), block);
}

function insert(lines: readonly Line[], at: number, block: readonly string[]): Change {
  return { lines: lines.toSpliced(at, 0, ...block.map(fresh)) };
}

function changeLine(lines: readonly Line[], tag: string, random: Random): Change | undefined {
  const at = random.below(lines.length);
  const text = lines[at]?.text ?? '';
  // Behind a backtick it would be text, behind a comment a second one.
  if (text.trim() === '' || /[`*/]/.test(text)) return undefined;
  return { lines: lines.with(at, { text: `${text} // ${tag}`, at: lines[at]?.at }) };
}

function deleteComment(lines: readonly Line[], _: string, random: Random): Change | undefined {
  const comments = [...lines.keys()].filter((at) => /^\s*\/\/ (?!zq)/.test(lines[at]?.text ?? ''));
  const at = comments[random.below(comments.length)];
  return at === undefined ? undefined : { lines: lines.toSpliced(at, 1) };
}

function deleteLines(lines: readonly Line[], _: string, random: Random): Change {
  return { lines: lines.toSpliced(random.below(lines.length), random.one([1, 1, 2, 5])) };
}

function replaceLines(lines: readonly Line[], tag: string, random: Random): Change {
  const [at, count] = [random.below(lines.length), random.one([1, 2, 3])];
  return {
    lines: lines.toSpliced(at, count, ...Array.from({ length: count }, () => fresh(`  ${tag}();`))),
  };
}

function indent(lines: readonly Line[], tag: string, random: Random): Change {
  const [at, count] = [random.below(lines.length), random.one([1, 3, 6])];
  const shifted = lines
    .slice(at, at + count)
    .map(({ text, at }) => ({ text: `\t${text} /*${tag}*/`, at }));
  return { lines: lines.toSpliced(at, count, ...shifted) };
}

/** A part begins and ends at the margin, between blank lines. */
function partOf(lines: readonly Line[], random: Random): readonly [number, number] | undefined {
  const starts = [...lines.keys()].filter(
    (at) => lines[at - 1]?.text === '' && /^\w/.test(lines[at]?.text ?? ''),
  );
  const from = starts[random.below(starts.length)];
  if (from === undefined) return undefined;
  const end = lines.findIndex(({ text }, at) => at > from && text === '');
  return end < 0 || !/^[\w}\])]/.test(lines[end - 1]?.text ?? '') ? undefined : [from, end + 1];
}

function deletePart(lines: readonly Line[], _: string, random: Random): Change | undefined {
  const part = partOf(lines, random);
  return part && { lines: lines.toSpliced(part[0], part[1] - part[0]) };
}

function movePart(lines: readonly Line[], _: string, random: Random): Change | undefined {
  const part = partOf(lines, random);
  if (!part) return undefined;
  const block = lines.slice(...part).map(({ text }) => fresh(text));
  const rest = lines.toSpliced(part[0], part[1] - part[0]);
  const blank = [...rest.keys()].filter(
    (at) => rest[at]?.text === '' && /^\S/.test(rest[at + 1]?.text ?? ''),
  );
  const to = blank[random.below(blank.length)];
  if (to === undefined) return undefined;
  return { lines: rest.toSpliced(to + 1, 0, ...block), moved: block.map(({ text }) => text) };
}

function rename(lines: readonly Line[], tag: string, random: Random): Change | undefined {
  const names = [...new Set(textOf(lines).match(/\b[a-z][A-Za-z]{4,}\b/g))];
  const name = names[random.below(names.length)];
  if (name === undefined || reserved.has(name)) return undefined;
  const pattern = new RegExp(`\\b${name}\\b`, 'g');
  return {
    lines: lines.map((line) => ({
      ...line,
      text: line.text.replaceAll(pattern, `${name}_${tag}`),
    })),
  };
}

const reserved = new Set(
  [
    'await async break class const continue default delete export extends false finally function',
    'import infer instanceof interface keyof never number object readonly return satisfies static',
    'string super switch symbol throw typeof undefined unique unknown while yield boolean catch',
    'declare namespace implements abstract override private public protected global module require',
    'asserts',
  ].flatMap((words) => words.split(' ')),
);
