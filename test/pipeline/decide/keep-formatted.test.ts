import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/pipeline/decide/decision.ts';
import type { Format } from '../../../src/pipeline/decide/format-versions.ts';
import {
  formatFollowed,
  formatMerged,
  keepFormatted,
} from '../../../src/pipeline/decide/keep-formatted.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { lock } from '../../support/pipeline/fixtures.ts';

/** Sorts the lines. Cannot format a text that contains `?`. */
const sortLines: Format = (files) =>
  Promise.resolve(
    files.map(({ text }) =>
      text.includes('?') ? undefined : text.split('\n').toSorted().join('\n'),
    ),
  );
const none: Format = (files) => Promise.resolve(files.map(() => undefined));

describe('an edited text', () => {
  it.each([
    ['is formatted if it was before', 'a\nc', 'd\nb', sortLines, 'b\nd'],
    ['stays as it is if it was not', 'c\na', 'd\nb', sortLines, 'd\nb'],
    ['stays as it is if it cannot be formatted', 'a\nc', 'd?\nb', sortLines, 'd?\nb'],
    ['stays as it is without a formatter', 'a\nc', 'd\nb', none, 'd\nb'],
  ])('%s', async (_, before, after, format, expected) => {
    const other = { path: 'b.ts', before: 'z\ny', after: 'z\nx' };
    expect(await keepFormatted([other, { path: 'a.ts', before, after }], format)).toEqual([
      'z\nx',
      expected,
    ]);
  });
});

describe('a file whose imports followed a move', () => {
  const entry = (text: string) =>
    ({ owner: 'loop', role: 'source', base: hash('base'), written: hash(text) }) as const;
  const onDisk = (text: string): Project => ({
    lock: lock(),
    bases: new Map(),
    disk: new Map([['old.ts', text]]),
    obstacles: new Map(),
  });
  const followed = (text: string, written: string): Project => ({
    ...onDisk(''),
    lock: lock({ files: { 'new.ts': entry(written) } }),
    disk: new Map([['new.ts', text]]),
    moved: new Map([['new.ts', ['old.ts']]]),
  });

  it.each([
    ['is formatted, and still as the tool wrote it', 'a\nc', 'd\nb', 'b\nd', 'b\nd'],
    ['that the user edited is formatted, and still edited', 'a\nc', 'other', 'b\nd', 'other'],
    ['that was not formatted stays as it is', 'c\na', 'd\nb', 'd\nb', 'd\nb'],
  ])('%s', async (_, before, written, text, writtenAfter) => {
    const { disk, lock: after } = await formatFollowed(
      followed('d\nb', written),
      onDisk(before),
      sortLines,
    );
    expect(disk.get('new.ts')).toBe(text);
    expect(after?.files['new.ts']?.written).toBe(hash(writtenAfter));
  });

  it('no other file is formatted', async () => {
    const before = onDisk('c\na');
    expect(await formatFollowed(before, before, sortLines)).toBe(before);
  });
});

it('a merged text stays formatted, a conflict as it is', async () => {
  const decision = (mine: string, action: Decision['action']): Decision => ({
    path: `${mine}.ts`,
    role: 'source',
    owner: 'loop',
    before: undefined,
    mine,
    theirs: undefined,
    base: undefined,
    adaptedTheirs: undefined,
    edited: true,
    action,
  });
  const actions = await formatMerged(
    [
      decision('a\nb', { kind: 'merged', text: 'c\na' }),
      decision('b\na', { kind: 'merged', text: 'c\nb\na' }),
      decision('a', { kind: 'conflict', why: 'no' }),
    ],
    sortLines,
  );
  expect(actions.map(({ action }) => action)).toEqual([
    { kind: 'merged', text: 'a\nc' },
    { kind: 'merged', text: 'c\nb\na' },
    { kind: 'conflict', why: 'no' },
  ]);
});
