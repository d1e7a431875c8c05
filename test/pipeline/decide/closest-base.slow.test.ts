import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { closestBase } from '../../../src/pipeline/decide/closest-base.ts';
import { home } from '../../support/registry/package.ts';

const folder = join(home, 'registry/agent');
const wanted = 50;
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .toSorted()
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

const ours = { parser: 'typescript', ...prettierOptions() };
const styles: readonly prettier.Options[] = [
  { ...ours, semi: false, printWidth: 80 },
  { ...ours, useTabs: true, singleQuote: false, trailingComma: 'none' },
  { ...ours, tabWidth: 4, printWidth: 100, arrowParens: 'avoid', bracketSpacing: false },
];

function prettierOptions(): prettier.Options {
  return JSON.parse(readFileSync(join(home, '.prettierrc.json'), 'utf8')) as prettier.Options;
}

const user = `console.log('user', { a: 1, b: 'two' }, (x: number) => x);`;
const upstream = `console.log('upstream', { a: 1, b: 'two' }, (x: number) => x);`;
const sloppy = `console.log( "user",{a: 1,b: 'two'},(x: number)=>x );`;

function insert(text: string, at: number, line: string): string {
  return text.split('\n').toSpliced(at, 0, line).join('\n');
}

/** The lines before which a statement can be inserted: between two statements. */
function spots(text: string): readonly number[] {
  const lines = text.split('\n');
  const begins = (line: string) => /^ {0,4}(const|return|if|export|\w+\()/.test(line);
  const ends = (line: string | undefined) => /;\s*$|^\s*$/.test(line ?? '');
  return [...lines.keys()].filter((at) => at > 3 && begins(lines[at] ?? '') && ends(lines[at - 1]));
}

/** Returns a generator of pseudo-random numbers from 0 to 1, the same for each seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Surroundings = {
  readonly name: string;
  readonly base: string;
  readonly theirs: string;
  /** The kind of edit, the user's text, and the text in the user's style after the update. */
  readonly mine: readonly (readonly [string, string, string])[];
  readonly format: (text: string) => Promise<string>;
};

/** Edits one file on both sides; returns undefined if the edits do not parse or are too close. */
async function surround(seed: number): Promise<Surroundings | undefined> {
  const next = numbers(seed * 977);
  next();
  const { name, text: base } = files[Math.floor(next() * files.length)] ?? { name: '', text: '' };
  const places = spots(base);
  if (places.length < 10) return undefined;
  const mineAt = places[Math.floor(next() * places.length * 0.45)] ?? 0;
  const theirsAt = places[Math.floor(places.length * (0.55 + next() * 0.44))] ?? 0;
  if (theirsAt - mineAt < 4) return undefined;
  const format = (text: string) => prettier.format(text, styles[seed % styles.length]);
  const theirs = insert(base, theirsAt, upstream);
  const edited = insert(base, mineAt, user);
  try {
    const [after, alone, formatted, both, tidied] = await Promise.all(
      [insert(theirs, mineAt, user), theirs, base, edited, insert(base, mineAt, sloppy)].map(
        format,
      ),
    );
    // In a template literal, a line keeps its format.
    if (tidied !== both) return undefined;
    const sloppily = sloppyAfter(both ?? '');
    if (after === undefined || sloppily === undefined) return undefined;
    const mine = [
      ['unedited', base, alone ?? ''],
      ['edited', edited, after],
      ['formatted', formatted ?? '', alone ?? ''],
      ['edited, then formatted', both ?? '', after],
      ['formatted, then edited', sloppily, after],
    ] as const;
    return { name, base, theirs, mine, format };
  } catch {
    return undefined;
  }
}

/** Replaces the user's line in a formatted text by the same line without its format. */
function sloppyAfter(text: string): string | undefined {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /console\.log\(['"]user['"].*\)/.test(line));
  return at < 0 ? undefined : lines.with(at, sloppy).join('\n');
}

async function all(): Promise<readonly Surroundings[]> {
  const found: Surroundings[] = [];
  for (let seed = 1; found.length < wanted && seed < 2000; seed++) {
    const one = await surround(seed);
    if (one) found.push(one);
  }
  return found;
}

describe('updates of real files, in three styles of prettier', async () => {
  const cases = (await all()).flatMap(({ mine, ...rest }, index) =>
    mine.map(([kind, text, right]) => ({
      ...rest,
      title: `${index + 1} ${rest.name}: ${kind}`,
      text,
      right,
    })),
  );

  it('are 250', () => {
    expect(cases).toHaveLength(wanted * 5);
  });

  it.each(cases)('$title', async ({ base, theirs, text, right, format }) => {
    const formatted = { base: await format(base), theirs: await format(theirs) };
    const pair = closestBase(text, [{ base, theirs }, formatted]);
    const merged = await mergeTexts(pair.base, text, pair.theirs);
    expect(merged.kind === 'merged' ? await format(merged.text) : merged).toBe(right);
  });
});
