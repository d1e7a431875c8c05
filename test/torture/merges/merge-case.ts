import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, type Options } from 'prettier';
import { lf } from '../../../src/pipeline/text/line-endings.ts';
import { home } from '../../support/registry/package.ts';
import { randomOf, type Random } from '../../support/random.ts';
import { editLines, textOf, type Edited, type Line } from './edits.ts';

/** One file to update; all but `mine` as the registry has it. */
export type MergeCase = {
  readonly name: string;
  /** How it came about. */
  readonly how: string;
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
  /** How the repo's formatter writes a text; `undefined` where it cannot. */
  readonly format: (text: string) => Promise<string | undefined>;
  readonly user: Edited | undefined;
  /** A formatter went over all of mine after the edits. */
  readonly isReformatted?: boolean;
  readonly upstream: Edited;
  /** What comes out where no two edits meet and nothing was formatted; line endings as LF. */
  readonly expected: string | undefined;
};

const ours: Options = { parser: 'typescript', printWidth: 120, singleQuote: true };
const styles: readonly [Options, ...Options[]] = [
  { ...ours, semi: false, printWidth: 80 },
  { ...ours, useTabs: true, singleQuote: false, trailingComma: 'none' },
  { ...ours, tabWidth: 4, printWidth: 100, arrowParens: 'avoid', bracketSpacing: false },
];

const texts = [
  'registry/agent',
  'src',
  'node_modules/zod/src/v4/core',
  'node_modules/zod/src/v4/mini',
]
  .flatMap((folder) => filesIn(folder))
  .filter(({ text }) => text.length < 40_000 && text.split('\n').length > 8);

function filesIn(folder: string) {
  const path = join(home, folder);
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return names.toSorted().map((name) => ({
    name: `${folder}/${name}`,
    text: lf(readFileSync(join(path, name), 'utf8')),
  }));
}

/** The case of a seed, the same every time. */
export async function mergeCase(seed: number): Promise<MergeCase> {
  const random = randomOf(seed);
  const { name, text: base } = texts[random.below(texts.length)] ?? { name: '', text: '' };
  const style = random.one([undefined, undefined, ...styles]);
  const format = (text: string) => (style ? tidy(text, style) : Promise.resolve(undefined));
  const isRough = style === undefined || random.below(4) === 0;
  const upstream = editLines(base, 't', random, isRough);
  const written = (await format(base)) ?? base;
  const kind = random.below(12);
  const shape = (text: string) => shapeOf(text, random);
  const all = { name, base, theirs: textOf(upstream.lines), format, upstream };
  if (kind === 0)
    return { ...all, how: 'unedited', mine: written, user: undefined, expected: undefined };
  if (kind === 1) {
    const { how, text } = shape(written);
    return { ...all, how: `unedited, ${how}`, mine: text, user: undefined, expected: undefined };
  }
  const user = editLines(kind < 7 ? written : base, 'u', random, isRough);
  const edited = textOf(user.lines);
  const formatted =
    kind < 9 ? edited : ((await tidy(edited, kind === 11 ? random.one(styles) : style)) ?? edited);
  const { how, text } = shape(formatted);
  const isPlain =
    formatted === edited && (kind >= 7 || style === undefined) && !how.includes('BOM');
  const expected = isPlain ? together(base, user, upstream) : undefined;
  return {
    ...all,
    how: `${user.done.join(', ')}; ${how}; style ${styles.indexOf(style ?? {})}`,
    mine: text,
    user,
    isReformatted: formatted !== edited,
    expected,
  };
}

async function tidy(text: string, style: Options | undefined): Promise<string | undefined> {
  return style && format(text, style).catch(() => undefined);
}

/** What editors do to a whole file. */
function shapeOf(text: string, { below, one }: Random): { how: string; text: string } {
  if (below(3) > 0) return { how: 'as it is', text };
  return one([
    { how: 'CRLF', text: text.replaceAll('\n', '\r\n') },
    { how: 'BOM', text: `\uFEFF${text}` },
    { how: 'CRLF, BOM', text: `\uFEFF${text.replaceAll('\n', '\r\n')}` },
    { how: 'CRLF', text: text.replaceAll('\n', '\r\n') },
  ]);
}

/**
 * Both edits of one base put together by line numbers; `undefined` where they are near each other
 * or moved lines.
 */
function together(base: string, user: Edited, upstream: Edited): string | undefined {
  if (user.moved.size > 0 || upstream.moved.size > 0) return undefined;
  const lines = base.split('\n');
  const [mine, theirs] = [hunks(user.lines, lines), hunks(upstream.lines, lines)];
  const near = (at: number) => [at - 2, at - 1, at, at + 1, at + 2];
  if ([...mine.keys()].some((at) => near(at).some((one) => theirs.has(one)))) return undefined;
  const changed = [...lines.keys(), lines.length].flatMap((at) => {
    const hunk = mine.get(at) ?? theirs.get(at);
    return hunk ?? (at < lines.length ? [lines[at] ?? ''] : []);
  });
  return changed.join('\n');
}

/** Line number of the base to what stands there now, what was put in before it included. */
function hunks(
  edited: readonly Line[],
  base: readonly string[],
): ReadonlyMap<number, readonly string[]> {
  const there = new Map<number, string[]>();
  let waiting: string[] = [];
  for (const { text, at } of edited) {
    if (at === undefined) waiting.push(text);
    else {
      there.set(at, [...waiting, text]);
      waiting = [];
    }
  }
  there.set(base.length, waiting);
  const all = [...base.keys(), base.length].map((at) => [at, there.get(at) ?? []] as const);
  const same = (at: number, now: readonly string[]) =>
    at === base.length ? now.length === 0 : now.length === 1 && now[0] === base[at];
  return new Map(all.filter(([at, now]) => !same(at, now)));
}
