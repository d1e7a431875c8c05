import { describe, expect, it } from 'vitest';
import type { FileVersions } from '../../../src/pipeline/decide/collect-files.ts';
import { formatVersions } from '../../../src/pipeline/decide/format-versions.ts';

type Texts = Partial<Pick<FileVersions, 'base' | 'mine' | 'theirs' | 'taken' | 'known'>>;

const versionsOf = (path: string, texts: Texts): FileVersions => ({
  path,
  role: 'source',
  owner: 'loop',
  known: true,
  base: undefined,
  mine: undefined,
  theirs: undefined,
  original: { base: texts.base, theirs: texts.theirs },
  obstacle: undefined,
  before: undefined,
  isInstalled: true,
  isNewer: true,
  isRemoved: false,
  isAsWritten: false,
  ...texts,
});

async function choose(path: string, texts: Texts): Promise<FileVersions | undefined> {
  const [file] = await formatVersions([versionsOf(path, texts)], async (files) =>
    files.map(({ text }) => text),
  );
  return file;
}

// A base, and an edit of it. As JavaScript, the two would be the same code.
const edits = [
  ['deploy.yaml', 'a:\n  b: c\nd: e\n', 'a:\n  b: c\n  d: e\n'],
  ['deploy.yml', 'a: b\nc: d\n', 'a:\n  b\nc: d\n'],
  ['.dockerignore', 'dist\n.env\n', 'dist.env\n'],
  ['.env', 'A = "b"\nC = 1.50\n', "A = 'b'\nC = 1.5\n"],
  ['notes.md', 'a\nb\n', 'a;\n\nb\n'],
  ['prompt.txt', "'a'\nb\n", '"a"\nb\n'],
  ['Makefile', 'a: b\n\tc\n', 'a: b\nc\n'],
  ['tsconfig.json', '// A.\n{ "a": [1, 2] }\n', '// A.\n{ "a": [1, 2,] }\n'],
] as const;

describe.each(edits)('an edit of %s', (path, base, mine) => {
  it('is no other look of the base', async () => {
    expect(await choose(path, { base, mine, theirs: `${base}x: y\n` })).toMatchObject({
      base,
      theirs: `${base}x: y\n`,
    });
  });

  it('stays one if upstream has the file no longer', async () => {
    expect((await choose(path, { base, mine }))?.base).toBe(base);
  });

  it('is no other look of the hunks that the user took', async () => {
    const taken = base;
    const chosen = await choose(path, { base: `${base}x: y\n`, mine, taken, theirs: base });
    expect(chosen?.taken).toBe(base);
  });

  it('is no other look of what upstream adds', async () => {
    expect((await choose(path, { known: false, mine, theirs: base }))?.theirs).toBe(base);
    expect((await choose(path, { mine, theirs: base }))?.theirs).toBe(base);
  });
});

const paths = ['a.ts', 'a.mts', 'a.cts', 'a.tsx', 'a.js', 'a.mjs', 'a.cjs', 'a.jsx'];

describe.each(paths)('the look of %s', (path) => {
  const [base, mine] = [`a('b');\nc('d');\n`, `a("b")\nc("d")\n`];

  it('is no edit', async () => {
    expect((await choose(path, { base, mine, theirs: `${base}e('f');\n` }))?.base).toBe(mine);
    expect((await choose(path, { known: false, mine, theirs: base }))?.theirs).toBe(mine);
  });
});

it('is no edit to lay out JSON in another way', async () => {
  const [base, mine] = ['{"a": [1, 2]}\n', '{\n  "a": [\n    1,\n    2\n  ]\n}\n'];
  expect((await choose('a.json', { base, mine }))?.base).toBe(mine);
});
