import { describe, expect, it } from 'vitest';
import { factorIndex, factorPages } from '../support/docs/factor-pages.ts';
import { blockOf, type Doc } from '../support/docs/read-doc.ts';
import { symbolsIn } from '../support/docs/symbols.ts';

const numberOf = ({ path }: Doc): number => Number(/\/(\d+)-/.exec(path)?.[1]);
const named = (text: string): readonly string[] =>
  symbolsIn(text).map(({ symbol, path }) => `${symbol} in ${path}`);
/** The text below a heading of the second level. */
const part = ({ prose }: Doc, heading: string): string =>
  prose.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
const rows = factorIndex.prose.split('\n').filter((line) => /^\| \[\d/.test(line));

it('there is one page for each of the 13 factors, and the index lists them in order', () => {
  const numbers = Array.from({ length: 13 }, (_, index) => index + 1);
  expect(factorPages.map(numberOf)).toEqual(numbers);
  expect(rows.map((row) => /\((.*?)\)/.exec(row)?.[1])).toEqual(
    factorPages.map(({ path }) => path.split('/').pop()),
  );
});

describe.each(factorPages.map((doc) => [doc.path, doc] as const))('%s', (_, doc) => {
  it('has the idea, the place, a change, and what breaks', () => {
    const headings = [...doc.prose.matchAll(/^#+ .*$/gm)].map(([heading]) => heading);
    expect(headings).toEqual([
      expect.stringContaining(`# Factor ${numberOf(doc)}: `),
      '## Where it is',
      '## Change it',
      '## What breaks without it',
    ]);
  });

  it('names symbols with their files, among them the one of the index', () => {
    const row = rows.find((one) => one.startsWith(`| [${numberOf(doc)} `)) ?? '';
    expect(named(row)).toHaveLength(1);
    expect(named(part(doc, 'Where it is'))).toEqual(expect.arrayContaining([...named(row)]));
  });

  it('shows a change, and a command that tries it', () => {
    const kinds = doc.fences.map((fence) => blockOf(fence).kind);
    expect(kinds.some((kind) => kind === 'edit' || kind === 'new')).toBe(true);
    expect(kinds.slice(-1)).toEqual(['console']);
  });
});
