import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { decide, mergeFor, type Tools } from '../../../src/pipeline/decide/decide.ts';
import type { Decision, OnConflict } from '../../../src/pipeline/decide/decision.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import { recordRefused } from '../../../src/pipeline/decide/refused-hunks.ts';
import { resolveConflict } from '../../../src/pipeline/decide/resolve-conflict.ts';
import type { LockedFile } from '../../../src/pipeline/lock/lock-file.ts';
import type { WantedFile } from '../../../src/pipeline/render/wanted.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { file, installed, lock, locked, noTools, wanted } from '../../support/pipeline/fixtures.ts';

const path = 'src/agent/core/loop.ts';
const tools: Tools = { ...noTools, merge: mergeTexts };
/** Upstream's text with other lines in some places. */
const text = (...changes: readonly string[]) =>
  ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    .map((line) => changes.find((change) => change.startsWith(line)) ?? line)
    .join('\n') + '\n';

type Texts = {
  readonly base: string;
  readonly taken?: string;
  readonly mine: string | undefined;
  readonly theirs: string;
  readonly entry?: Partial<LockedFile>;
  readonly wanted?: Partial<WantedFile>;
  readonly named?: boolean;
  /** Whether the base copy is lost. */
  readonly lost?: boolean;
  /** Whether something that is no text is at the path. */
  readonly binary?: boolean;
  readonly some?: Partial<Tools>;
};

async function decideOne(texts: Texts): Promise<Decision> {
  const { base, taken, mine, theirs, entry, some, lost, binary } = texts;
  const role = texts.wanted?.role ?? 'source';
  const record = taken === undefined ? {} : { taken: hash(taken) };
  const before = locked(base, { role, written: hash('never'), ...record, ...entry });
  const project: Project = {
    lock: lock({ components: { loop: installed() }, files: { [path]: before } }),
    bases: new Map(lost ? [] : [base, taken ?? base].map((copy) => [hash(copy), copy])),
    disk: new Map(mine === undefined ? [] : [[path, mine]]),
    obstacles: new Map(binary ? [[path, { why: 'it is not text', hash: hash('x') }]] : []),
  };
  const wants = wanted([file(path, theirs, texts.wanted)], {
    actions: new Map([['loop', 'update']]),
  });
  const named = new Set(texts.named ? ['loop'] : []);
  const [decision] = await decide(wants, project, { ...tools, ...some }, false, named);
  if (!decision) throw new Error('Nothing was decided.');
  return decision;
}

async function settle(
  texts: Texts,
  choice: Exclude<OnConflict, 'fail'> = 'skip',
  byLines = mergeTexts,
) {
  const resolved = resolveConflict(await decideOne(texts), choice);
  const merge = mergeFor(resolved, byLines);
  return recordRefused(resolved, { merge, byLines });
}

describe('the base copy without the refused hunks', () => {
  it.each<[string, Texts, string | undefined, ('skip' | 'overwrite')?]>([
    [
      'has the hunks that were taken',
      { base: text(), mine: text('b mine', 'g mine'), theirs: text('b theirs', 'd theirs') },
      text('d theirs'),
    ],
    [
      'gets those of a later version, too',
      {
        base: text('b theirs', 'd theirs'),
        taken: text('d theirs'),
        mine: text('b mine', 'd theirs'),
        theirs: text('b theirs', 'd theirs', 'f theirs'),
      },
      text('d theirs', 'f theirs'),
    ],
    [
      'is the base where nothing was taken',
      { base: text(), mine: text('b mine'), theirs: text('b theirs') },
      text(),
    ],
    [
      'has no line of the user, whose edit is like upstream’s',
      { base: text(), mine: text('b mine', 'f same'), theirs: text('b theirs', 'f same') },
      text(),
    ],
    [
      'stays as it was where a hunk of it is overwritten',
      {
        base: text('b theirs', 'f theirs'),
        taken: text(),
        mine: text('b mine', 'f mine'),
        theirs: text('b newer', 'f theirs'),
      },
      text(),
      'overwrite',
    ],
    [
      'is empty where the base copy is lost',
      { base: text(), lost: true, mine: text('b mine'), theirs: text('d theirs') },
      '',
    ],
    [
      'is the base where something that is no text is in the place',
      { base: text(), binary: true, mine: undefined, theirs: text('d theirs') },
      text(),
    ],
    [
      'is not there where all is taken',
      { base: text(), mine: text('b theirs'), theirs: text('b theirs', 'd theirs') },
      undefined,
    ],
  ])('%s', async (_, texts, taken, choice = 'skip') => {
    const { refused } = await settle(texts, choice);
    expect(refused?.taken).toBe(taken);
    expect(refused?.hash).toBe(taken === undefined ? taken : hash(taken));
  });

  it('counts the hunks that are left', async () => {
    const mine = text('b mine', 'f mine');
    const theirs = text('b theirs', 'd theirs', 'f theirs');
    expect((await settle({ base: text(), mine, theirs })).refused?.hunks).toBe(2);
    const again = { base: theirs, taken: text('d theirs'), theirs };
    const partly = await decideOne({ ...again, mine: text('b theirs', 'd theirs', 'f mine') });
    expect(partly.refused?.hunks).toBe(1);
  });
});

describe('a file with refused hunks', () => {
  const taken = text('d theirs');
  const base = text('b theirs', 'd theirs');
  const mine = text('b mine', 'd theirs');
  const recorded = { base, taken, mine };

  it.each<[string, Texts, Decision['action']['kind'], boolean]>([
    ['is kept while upstream is the same', { ...recorded, theirs: base }, 'keep-mine', true],
    [
      'is merged while upstream changes others',
      { ...recorded, theirs: text('b theirs', 'd theirs', 'f theirs') },
      'merged',
      true,
    ],
    [
      'is in conflict once upstream changes one of them',
      { ...recorded, theirs: text('b newer', 'd theirs') },
      'conflict',
      true,
    ],
    ['has none once upstream has the old text', { ...recorded, theirs: taken }, 'keep-mine', false],
    [
      'has none once it is as upstream',
      { ...recorded, mine: base, theirs: base },
      'unchanged',
      false,
    ],
    [
      'takes them once the user’s own lines are gone',
      { ...recorded, mine: taken, theirs: base },
      'take-theirs',
      false,
    ],
    [
      'takes them beside other edits, too',
      { ...recorded, mine: text('d theirs', 'g mine'), theirs: base },
      'merged',
      false,
    ],
    ['is asked about them by name', { ...recorded, theirs: base, named: true }, 'conflict', false],
    [
      'keeps the record when it is deleted',
      { ...recorded, mine: undefined, theirs: base },
      'keep-mine',
      true,
    ],
    [
      'keeps the record while it has markers',
      {
        ...recorded,
        mine: '<<<<<<< yours\n=======\n>>>>>>> upstream\n',
        theirs: base,
        entry: { conflicted: true },
        named: true,
      },
      'keep-mine',
      true,
    ],
    [
      'keeps a record whose copy is lost while upstream is the same',
      { base, mine, theirs: base, entry: { taken: hash('lost') } },
      'keep-mine',
      true,
    ],
    [
      'loses it with upstream’s next version',
      {
        base,
        mine,
        theirs: text('b theirs', 'd theirs', 'f theirs'),
        entry: { taken: hash('lost') },
      },
      'merged',
      false,
    ],
  ])('%s', async (_, texts, kind, isRecorded) => {
    const { action, refused } = await decideOne(texts);
    expect([action.kind, refused !== undefined]).toEqual([kind, isRecorded]);
  });

  it.each<[string, string, string]>([
    ['of the same version', text('b theirs', 'f theirs'), text('b mine', 'f theirs')],
    [
      'of the next version',
      text('b theirs', 'd newer', 'f theirs'),
      text('b mine', 'd newer', 'f theirs'),
    ],
  ])('that was skipped without a merge takes the other hunks %s', async (_, theirs, merged) => {
    const merge: Tools['merge'] = async () => ({ kind: 'conflict', why: 'no git' });
    const [old, mine] = [text('b theirs', 'f theirs'), text('b mine')];
    const first = { base: text(), mine, theirs: old, some: { merge } };
    const { refused: whole } = await settle(first, 'skip', merge);
    expect(whole).toEqual({ taken: text(), hash: hash(text()), hunks: 1, unmerged: true });
    const next = { base: old, taken: text(), mine, theirs, entry: { unmerged: true } };
    const { action, refused } = await settle(next);
    expect(action).toMatchObject({ kind: 'merged', text: merged });
    expect([refused?.hunks, refused?.unmerged]).toEqual([1, undefined]);
    const again = { base: theirs, taken: refused?.taken ?? '', mine: merged, theirs };
    expect((await decideOne(again)).action.kind).toBe('keep-mine');
  });

  it('is compared in the layout that the repo has now', async () => {
    const format: Tools['format'] = async (files) => files.map(({ text: one }) => `${one}// end\n`);
    const decision = await decideOne({
      ...recorded,
      mine: `${mine}// end\n`,
      theirs: base,
      some: { format },
    });
    expect(decision.refused?.taken).toBe(`${taken}// end\n`);
    expect(decision.refused?.hash).toBe(hash(taken));
  });
});

describe('a rendered file', () => {
  const role = 'rendered' as const;
  const tool = (head: string, ...tools: readonly string[]) =>
    [
      head,
      '',
      ...tools.map((name) => `import { ${name} } from './tools/${name}.ts';`),
      '',
      'export const tools = {',
      ...tools.map((name) => `  ${name},`),
      '};',
      '',
    ].join('\n');
  const base = tool('// Tools.', 'done');
  const news = tool('// All tools.', 'done', 'slack');
  const rewired = { role, before: tool('// All tools.', 'done') };

  it('gets the new wiring if another hunk is refused', async () => {
    const mine = tool('// Mine.', 'done');
    const decision = await settle({ base, mine, theirs: news, wanted: rewired });
    expect(decision.action).toMatchObject({ text: tool('// Mine.', 'done', 'slack') });
    expect([decision.leavesWiring, decision.refused?.hunks]).toEqual([undefined, 1]);
  });

  it('stays whole if its wiring would be half', async () => {
    const model = (name: string, value: string) =>
      `import { ${name} } from './${name}.ts';\n\nexport const agent: Agent = {\n  model: ${value},\n};\n`;
    const mine = model('script', 'mine(script())');
    const decision = await settle({
      base: model('script', 'script()'),
      mine,
      theirs: model('remote', 'remote()'),
      wanted: { role, before: model('script', 'script()') },
    });
    expect(decision.action).toEqual({ kind: 'keep-mine', why: 'skipped: yours stays' });
    expect([decision.leavesWiring, decision.refused]).toEqual([true, undefined]);
  });

  it('is resolved by hunk if only its template changed', async () => {
    const theirs = `${tool('// All tools.', 'done')}// new\n`;
    const mine = tool('// Mine.', 'done');
    const wants = { role, before: theirs };
    const decision = await settle({ base, mine, theirs, wanted: wants });
    expect(decision.action).toMatchObject({ text: `${mine}// new\n` });
  });
});
