import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { decide, type Tools } from '../../../src/pipeline/decide/decide.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import type { Decision, FileAction } from '../../../src/pipeline/decide/decision.ts';
import type { LockedFile } from '../../../src/pipeline/lock/lock-file.ts';
import type { Obstacle, Project } from '../../../src/pipeline/decide/project-state.ts';
import type { Role } from '../../../src/pipeline/registry/component.ts';
import type { ComponentAction } from '../../../src/pipeline/resolve/request.ts';
import type { WantedFile } from '../../../src/pipeline/render/wanted.ts';
import {
  file,
  installed,
  lock,
  locked,
  noTools,
  nothing,
  wanted,
} from '../../support/pipeline/fixtures.ts';
import { lineEndings, lost, none, oneFile, type Text } from '../../support/pipeline/three-texts.ts';

const path = 'src/agent/loop.ts';

/** One file's texts: the base copy, the text on disk, and upstream's. */
type Texts = {
  readonly base?: Text | typeof lost;
  readonly mine?: Text;
  readonly theirs?: Text;
  readonly role?: Role;
  readonly entry?: Partial<LockedFile>;
  readonly obstacle?: Obstacle;
  readonly wanted?: Partial<WantedFile>;
  /** The action for its component; by default `update`, or `add` without a base. */
  readonly componentAction?: ComponentAction;
};

/** A project with one file of the component `loop`; without a base nothing is installed. */
function projectOf({ base, mine, role = 'source', entry, obstacle }: Texts): Project {
  const written = locked(typeof base === 'string' ? base : 'lost', { role, ...entry });
  return {
    lock:
      base === undefined
        ? none
        : lock({ components: { loop: installed() }, files: { [path]: written } }),
    bases: new Map(typeof base === 'string' ? [[hash(base), base]] : []),
    disk: new Map(mine === undefined ? [] : [[path, mine]]),
    obstacles: new Map(obstacle ? [[path, obstacle]] : []),
  };
}

async function decideOne(
  texts: Texts,
  tools: Partial<Tools> = {},
  force = false,
): Promise<Decision | undefined> {
  const {
    theirs,
    role = 'source',
    componentAction = texts.base === undefined ? 'add' : 'update',
  } = texts;
  const files = theirs === undefined ? [] : [file(path, theirs, { role, ...texts.wanted })];
  const wants = wanted(files, { actions: new Map([['loop', componentAction]]) });
  const [decision, ...others] = await decide(
    wants,
    projectOf(texts),
    { ...noTools, ...tools },
    force,
  );
  expect(others).toEqual([]);
  return decision;
}

const verdictOf = async (...given: Parameters<typeof decideOne>): Promise<FileAction | undefined> =>
  (await decideOne(...given))?.action;

describe('one file', () => {
  it.each(oneFile)('%s', async (_, base, mine, theirs, kind) => {
    expect((await verdictOf({ base, mine, theirs }))?.kind).toBe(kind);
  });

  it('that both changed is merged', async () => {
    const texts = {
      base: '1\n2\n3\n4\n5\n',
      mine: 'one\n2\n3\n4\n5\n',
      theirs: '1\n2\n3\n4\nfive\n',
    };
    expect(await verdictOf(texts, { merge: mergeTexts })).toEqual({
      kind: 'merged',
      text: 'one\n2\n3\n4\nfive\n',
    });
  });

  it('that both changed in one place is a conflict, with both to choose from', async () => {
    expect(
      await verdictOf({ base: 'a\n', mine: 'b\n', theirs: 'c\n' }, { merge: mergeTexts }),
    ).toEqual({
      kind: 'conflict',
      why: 'both changed the same lines',
      theirs: 'c\n',
      sides: {
        yours: 'b\n',
        upstream: 'c\n',
        marked: '<<<<<<< yours\nb\n||||||| base\na\n=======\nc\n>>>>>>> upstream\n',
        places: [{ line: 1, yours: ['b'], upstream: ['c'] }],
      },
    });
  });

  it.each([
    ['the user changed it', 'x', 'y', 'x', true],
    ['the user changed it as upstream did', 'x', 'y', 'y', true],
    ['only upstream changed it', 'x', 'x', 'y', false],
    ['the user deleted it', 'x', none, 'x', false],
    ['it is new', none, none, 'x', false],
  ] as const)('is edited or not: %s', async (_, base, mine, theirs, edited) => {
    expect((await decideOne({ base, mine, theirs }))?.edited).toBe(edited);
  });

  it('in which upstream’s change is already, beside the user’s own, stays', async () => {
    const texts = {
      base: '1\n2\n3\n4\n5\n',
      mine: 'one\n2\n3\n4\nfive\n',
      theirs: '1\n2\n3\n4\nfive\n',
    };
    expect(await verdictOf(texts, { merge: mergeTexts })).toEqual({ kind: 'keep-mine' });
    const windows = { ...texts, mine: texts.mine.replaceAll('\n', '\r\n') };
    expect(await verdictOf(windows, { merge: mergeTexts })).toEqual({ kind: 'keep-mine' });
  });

  it('without its base is taken where it is as we wrote it', async () => {
    const texts = { base: lost, mine: 'x', theirs: 'y', entry: { written: hash('x') } } as const;
    expect(await verdictOf(texts)).toEqual({ kind: 'take-theirs', text: 'y' });
    expect((await verdictOf({ ...texts, theirs: none }))?.kind).toBe('delete');
  });
});

describe('line endings of mine', () => {
  it.each(lineEndings)('%s', async (_, base, mine, theirs, verdict) => {
    expect(await verdictOf({ base, mine, theirs })).toEqual(verdict);
  });

  it('stay when both are merged', async () => {
    const texts = { base: '1\n2\n3\n', mine: 'x\r\n2\r\n3\r\n', theirs: '1\n2\ny\n' };
    expect(await verdictOf(texts, { merge: mergeTexts })).toEqual({
      kind: 'merged',
      text: 'x\r\n2\r\ny\r\n',
    });
  });

  it('do not hide that a file without its base is as we wrote it', async () => {
    const texts = {
      base: lost,
      mine: 'x\r\n',
      theirs: 'y\n',
      entry: { written: hash('x\n') },
    } as const;
    expect(await verdictOf(texts)).toEqual({ kind: 'take-theirs', text: 'y\r\n' });
  });
});

describe('in a repo with a formatter', () => {
  const bare = (text: string) => text.replaceAll(';\n', '\n');
  const format: Tools['format'] = async (files) => files.map(({ text }) => bare(text));
  const [old, fresh] = ['a();\nb();\nc();\nd();\ne();\n', 'a();\nb();\nc();\nd();\nee();\n'];

  it.each([
    ['a new file is formatted', none, none, old, { kind: 'create', text: bare(old) }],
    ['a file that is there as formatted is adopted', none, bare(old), old, { kind: 'unchanged' }],
    ['a file that is there as it came is adopted', none, old, old, { kind: 'unchanged' }],
    [
      'what was formatted is replaced by what is formatted',
      old,
      bare(old),
      fresh,
      { kind: 'take-theirs', text: bare(fresh) },
    ],
    [
      'what was never formatted is replaced as it comes',
      old,
      old,
      fresh,
      { kind: 'take-theirs', text: fresh },
    ],
    ['formatting alone is no edit', old, bare(old), old, { kind: 'unchanged' }],
    [
      'formatting alone is no reason to keep what upstream withdrew',
      old,
      bare(old),
      none,
      { kind: 'delete' },
    ],
    [
      'what is formatted and as upstream is adopted',
      old,
      bare(fresh),
      fresh,
      { kind: 'unchanged' },
    ],
    [
      'an edit of what was formatted is merged with what is formatted',
      old,
      bare(old).replace('a()', 'mine()'),
      fresh,
      { kind: 'merged', text: bare(fresh).replace('a()', 'mine()') },
    ],
    [
      'an edit of what was never formatted is merged as it comes',
      old,
      old.replace('a()', 'mine()'),
      fresh,
      { kind: 'merged', text: fresh.replace('a()', 'mine()') },
    ],
  ] as const)('%s', async (_, base, mine, theirs, verdict) => {
    expect(await verdictOf({ base, mine, theirs }, { format, merge: mergeTexts })).toEqual(verdict);
  });

  describe('that is not installed now', () => {
    const entry = { written: hash(bare(old)) };
    const edited = bare(old).replace('a()', 'mine()');

    it.each([
      [
        'what is as we wrote it stays while upstream has nothing new',
        bare(old),
        old,
        { kind: 'unchanged' },
      ],
      [
        'what is as we wrote it is replaced in its look',
        bare(old),
        fresh,
        { kind: 'take-theirs', text: bare(fresh) },
      ],
      [
        'what is as we wrote it is replaced in its line endings',
        bare(old).replaceAll('\n', '\r\n'),
        fresh,
        { kind: 'take-theirs', text: bare(fresh).replaceAll('\n', '\r\n') },
      ],
      [
        'what is as we wrote it is deleted when upstream withdrew it',
        bare(old),
        none,
        { kind: 'delete' },
      ],
      ['what upstream changed alike is adopted', bare(old), bare(old), { kind: 'unchanged' }],
    ] as const)('%s, and is not edited', async (_, mine, theirs, verdict) => {
      expect(await decideOne({ base: old, mine, theirs, entry })).toMatchObject({
        action: verdict,
        edited: false,
      });
    });

    it('what was edited is', async () => {
      expect(await decideOne({ base: old, mine: edited, theirs: old, entry })).toMatchObject({
        action: { kind: 'keep-mine' },
        edited: true,
      });
    });
  });

  it('what is as we wrote it is replaced as the formatter writes today', async () => {
    const spaced: Tools['format'] = async (files) =>
      files.map(({ text }) => text.replaceAll('()', '( )'));
    const texts = {
      base: old,
      mine: bare(old),
      theirs: fresh,
      entry: { written: hash(bare(old)) },
    };
    expect(await decideOne(texts, { format: spaced })).toMatchObject({
      action: { kind: 'take-theirs', text: fresh.replaceAll('()', '( )') },
      edited: false,
    });
  });

  it('formatting alone is not edited', async () => {
    expect(
      (await decideOne({ base: old, mine: bare(old), theirs: fresh }, { format }))?.edited,
    ).toBe(false);
  });

  it('what the formatter would not take comes as it is', async () => {
    const refusing: Tools['format'] = async (files) => files.map(() => undefined);
    expect(await verdictOf({ theirs: old }, { format: refusing })).toEqual({
      kind: 'create',
      text: old,
    });
  });

  it('nothing is formatted that nobody changed, or that the user deleted', async () => {
    const never: Tools['format'] = async () => {
      throw new Error('Nothing was to be formatted.');
    };
    const kinds = [
      await verdictOf({ base: old, mine: old, theirs: fresh }, { format: never }),
      await verdictOf({ base: old, mine: fresh, theirs: fresh }, { format: never }),
      await verdictOf({ base: old, theirs: fresh }, { format: never }),
    ].map((verdict) => verdict?.kind);
    expect(kinds).toEqual(['take-theirs', 'unchanged', 'keep-mine']);
  });

  it('only code is formatted', async () => {
    const [decision] = await decide(wanted([file('src/agent/notes.md', 'a;\n')]), nothing, {
      ...noTools,
      format,
    });
    expect(decision?.action).toEqual({ kind: 'create', text: 'a;\n' });
  });
});

describe('in a repo that imports in another way', () => {
  const importing = (from: string, rest = '') => `import { a } from '${from}';\n${rest}`;
  const [pristine, here] = [importing('./a.ts'), importing('./a.js')];

  it.each([
    ['a new file is written so', none, none, pristine, { kind: 'create', text: here }],
    ['what was written so is no edit', pristine, here, pristine, { kind: 'unchanged' }],
    [
      'upstream is taken so',
      pristine,
      here,
      importing('./a.ts', 'b();\n'),
      { kind: 'take-theirs', text: importing('./a.js', 'b();\n') },
    ],
    ['what upstream withdrew is deleted', pristine, here, none, { kind: 'delete' }],
    [
      'an edit is merged so',
      importing('./a.ts', '1\n2\n3\n'),
      importing('./a.js', '1\n2\nmine\n'),
      importing('./b.ts', '1\n2\n3\n'),
      { kind: 'merged', text: importing('./b.js', '1\n2\nmine\n') },
    ],
  ] as const)('%s', async (_, base, mine, theirs, verdict) => {
    expect(
      await verdictOf({ base, mine, theirs }, { specifiers: '.js', merge: mergeTexts }),
    ).toEqual(verdict);
  });

  it('what is remembered is pristine', async () => {
    const decision = await decideOne({ theirs: pristine }, { specifiers: '' });
    expect(decision).toMatchObject({ theirs: pristine, adaptedTheirs: importing('./a') });
  });

  it('only code is rewritten', async () => {
    const [decision] = await decide(wanted([file('notes.md', pristine)]), nothing, {
      ...noTools,
      specifiers: '.js',
    });
    expect(decision?.action).toEqual({ kind: 'create', text: pristine });
  });
});

describe('a seed', () => {
  const role = 'seed' as const;

  it.each([
    ['is written once', none, none, 'x', { kind: 'create', text: 'x' }],
    ['that is the same already is adopted', none, 'x', 'x', { kind: 'unchanged' }],
    [
      'never replaces what was there, and that is said',
      none,
      'm',
      'x',
      { kind: 'keep-mine', why: 'it already existed' },
    ],
    ['is never updated', 'x', 'x', 'y', { kind: 'keep-mine' }],
    ['that was edited is never updated', 'x', 'm', 'y', { kind: 'keep-mine' }],
    ['that was deleted stays deleted, without a word', 'x', none, 'y', { kind: 'keep-mine' }],
  ] as const)('%s', async (_, base, mine, theirs, verdict) => {
    expect(await verdictOf({ base, mine, theirs, role })).toEqual(verdict);
  });

  it.each([
    [
      'that upstream has no more stays, and that is said',
      'x',
      false,
      { kind: 'keep-mine', why: expect.anything() },
    ],
    ['that was edited stays as well', 'm', false, { kind: 'keep-mine', why: expect.anything() }],
    [
      'that was edited stays whatever force is used',
      'm',
      true,
      { kind: 'keep-mine', why: expect.anything() },
    ],
    ['that was deleted is forgotten without a word', none, false, { kind: 'unchanged' }],
  ] as const)('%s', async (_, mine, force, verdict) => {
    expect(await verdictOf({ base: 'x', mine, role }, {}, force)).toEqual(verdict);
  });

  it('goes with its component', async () => {
    expect(await verdictOf({ base: 'x', mine: 'x', role, componentAction: 'remove' })).toEqual({
      kind: 'delete',
    });
  });

  it('that was there before is not told of again with each update', async () => {
    const wants = wanted([file(path, 'x', { role })]);
    const project = {
      ...projectOf({ mine: 'm' }),
      lock: lock({ components: { loop: installed() } }),
    };
    const [decision] = await decide(wants, project, noTools);
    expect(decision?.action).toEqual({ kind: 'keep-mine' });
  });

  it.each([
    ['that upstream has another of', 'm', 'y', true],
    ['that upstream has another of, unedited', 'x', 'y', true],
    ['that is as upstream has it now', 'y', 'y', false],
    ['that upstream did not touch', 'm', 'x', false],
    ['that was deleted', none, 'y', false],
  ] as const)('%s stays when its component is renewed', async (_, mine, theirs, said) => {
    const texts = { base: 'x', mine, role };
    const older = lock({ components: { loop: installed('you', { hash: hash('older') }) } });
    const project = projectOf(texts);
    const before = { ...project, lock: { ...older, files: project.lock?.files ?? {} } };
    const wants = wanted([file(path, theirs, { role })], {
      actions: new Map([['loop', 'update']]),
    });
    const [decision] = await decide(wants, before, noTools);
    expect(decision?.action).toEqual({
      kind: 'keep-mine',
      ...(said ? { why: expect.stringContaining('upstream') } : {}),
    });
  });

  it('that was edited stays when its component goes, and that is said', async () => {
    expect(
      await verdictOf({ base: 'x', mine: 'm', role, componentAction: 'remove' }),
    ).toMatchObject({
      kind: 'keep-mine',
      why: expect.anything(),
    });
  });

  it.each([
    ['that we wrote', 'x'],
    ['that was there before', none],
  ] as const)('whose place has a link now is the user’s: one %s', async (_, base) => {
    const obstacle = { why: 'it is a link' };
    expect((await verdictOf({ base, theirs: 'y', role, obstacle }))?.kind).toBe('keep-mine');
  });
});

describe('what is in the way', () => {
  const link = { why: 'it is a link' };
  const binary = { why: 'it is not text', hash: hash('bytes') };

  it.each([
    ['of a new file is a conflict', none, 'x', link, { kind: 'conflict', why: link.why }],
    [
      'as bytes can be overwritten when asked',
      none,
      'x',
      binary,
      { kind: 'conflict', why: binary.why, theirs: 'x' },
    ],
    [
      'of a file that upstream changed is a conflict',
      'x',
      'y',
      link,
      { kind: 'conflict', why: link.why },
    ],
    ['of a file that upstream did not change is left alone', 'x', 'x', link, { kind: 'keep-mine' }],
    [
      'of a file that upstream withdrew is left alone',
      'x',
      none,
      link,
      { kind: 'keep-mine', why: link.why },
    ],
  ] as const)('%s', async (_, base, theirs, obstacle, verdict) => {
    expect(await verdictOf({ base, theirs, obstacle })).toEqual(verdict);
  });

  it('is not deleted by force', async () => {
    expect(
      (await verdictOf({ base: 'x', obstacle: link, componentAction: 'remove' }, {}, true))?.kind,
    ).toBe('keep-mine');
  });
});

describe('conflict markers of the last update', () => {
  const entry = { conflicted: true };
  const [base, theirs] = ['1\n2\n3\n4\n', '1\n2\n3\nfour\n'];
  const marked = '<<<<<<< yours\none\n=======\neins\n>>>>>>> upstream\n2\n3\n4\n';

  it.each([
    ['are left alone while upstream has nothing new', marked, base, 'keep-mine'],
    ['are a conflict when upstream has something new', marked, theirs, 'conflict'],
    ['in CRLF are the same', marked.replaceAll('\n', '\r\n'), theirs, 'conflict'],
    [
      'of which only the first is left are a conflict as well',
      '<<<<<<< yours\none\n2\n3\n4\n',
      theirs,
      'conflict',
    ],
    [
      'of which only the last is left are a conflict as well',
      'one\n>>>>>>> upstream\n2\n3\n4\n',
      theirs,
      'conflict',
    ],
    [
      'with other labels are the user’s own',
      marked.replaceAll(/ (yours|upstream)/g, ' HEAD'),
      theirs,
      'merged',
    ],
    ['that are gone are no trouble', base, theirs, 'take-theirs'],
    ['keep the file when upstream withdraws it, as any edit does', marked, none, 'keep-mine'],
  ] as const)('%s', async (_, mine, upstream, kind) => {
    expect(
      (await verdictOf({ base, mine, theirs: upstream, entry }, { merge: mergeTexts }))?.kind,
    ).toBe(kind);
  });

  it('cannot be chosen away', async () => {
    expect(await verdictOf({ base, mine: marked, theirs, entry })).not.toHaveProperty('theirs');
  });

  it('in a file that we did not leave any in are the user’s own', async () => {
    expect((await verdictOf({ base, mine: marked, theirs }, { merge: mergeTexts }))?.kind).toBe(
      'merged',
    );
  });

  it('do not keep force from deleting', async () => {
    expect(
      (await verdictOf({ base, mine: marked, entry, componentAction: 'remove' }, {}, true))?.kind,
    ).toBe('delete');
  });
});

describe('force', () => {
  it.each([
    ['deletes what is edited and leaves', 'x', 'm', none, 'remove', 'delete'],
    ['deletes it without its base as well', lost, 'm', none, 'remove', 'delete'],
    ['does not touch what upstream alone withdrew', 'x', 'm', none, 'update', 'keep-mine'],
    ['does not touch what is edited and wanted', 'x', 'm', 'x', 'update', 'keep-mine'],
    ['does not overwrite what we never wrote', none, 'm', 't', 'add', 'conflict'],
    ['does not settle a conflict', lost, 'm', 't', 'update', 'conflict'],
    ['has nothing to delete where there is nothing', 'x', none, none, 'remove', 'unchanged'],
  ] as const)('%s', async (_, base, mine, theirs, componentAction, kind) => {
    expect((await verdictOf({ base, mine, theirs, componentAction }, {}, true))?.kind).toBe(kind);
  });

  it('deletes an edited seed', async () => {
    const seed = { base: 'x', mine: 'm', role: 'seed', componentAction: 'remove' } as const;
    expect((await verdictOf(seed, {}, true))?.kind).toBe('delete');
  });
});

describe('a file of the user’s own that we were not let have', () => {
  const entry = { declined: true };

  it.each([
    ['keep', 'm', 'x', 'update'],
    ['stays whatever upstream has new', 'm', 'y', 'update'],
    ['stays where it has come to what upstream has', 'y', 'y', 'update'],
    ['stays when upstream withdraws its own', 'm', none, 'update'],
    ['stays when its component goes', 'm', none, 'remove'],
    ['stays when its component goes, though it is what upstream has', 'x', none, 'remove'],
  ] as const)('%s, is no edit, and nothing is said', async (_, mine, theirs, componentAction) => {
    for (const force of [false, true])
      expect(
        await decideOne(
          { base: 'x', mine, theirs, componentAction, entry },
          { merge: mergeTexts },
          force,
        ),
      ).toMatchObject({
        action: { kind: 'keep-mine' },
        edited: false,
      });
  });
});

describe('a rendered file whose owner is not to be updated', () => {
  const text = (head: string, tools: readonly string[]) =>
    [
      ...tools.map((tool) => `import { ${tool} } from './tools/${tool}.ts';`),
      head,
      '',
      'export const tools = {',
      ...tools.map((tool) => `  ${tool},`),
      '};',
      '',
    ].join('\n');
  const [old, news] = ['// The tools.', '// All the tools there are.'];
  const base = text(old, ['done']);
  const decideTools = (mine: string, tools: readonly string[]) =>
    decideOne(
      {
        base,
        mine,
        theirs: text(news, tools),
        role: 'rendered',
        wanted: { before: text(news, ['done']) },
        componentAction: 'keep',
      },
      { merge: mergeTexts },
    );

  it('gets what is wired now, and nothing else', async () => {
    expect((await decideTools(base, ['done', 'slack']))?.action).toEqual({
      kind: 'take-theirs',
      text: text(old, ['done', 'slack']),
    });
  });

  it('gets it beside the user’s own', async () => {
    const mine = base.replace('// The tools.', '// My tools.');
    expect((await decideTools(mine, ['done', 'slack']))?.action).toEqual({
      kind: 'merged',
      text: text('// My tools.', ['done', 'slack']),
    });
  });

  it('is left alone where the wiring is as it was', async () => {
    expect((await decideTools(base, ['done']))?.action).toEqual({ kind: 'unchanged' });
  });

  describe('and whose template is another one now, into which the old text does not fit', () => {
    const another = (tools: readonly string[]) =>
      `import { ${tools.join(', ')} } from './all.ts';\n\n` +
      `export const tools = [${tools.join(', ')}];\n`;
    const theirs = another(['done', 'slack']);
    const decideAnother = (mine: string | undefined, now = theirs) =>
      decideOne(
        {
          base,
          mine,
          theirs: now,
          role: 'rendered',
          wanted: { owner: 'tools', before: another(['done']) },
          componentAction: 'keep',
        },
        { merge: mergeTexts },
      );

    it.each([
      ['as we wrote it', base, theirs],
      ['with the user’s edits', base.replace('// The tools.', '// My tools.'), theirs],
      ['in its line endings', base.replaceAll('\n', '\r\n'), theirs.replaceAll('\n', '\r\n')],
    ])('does not get the news unasked, but is a conflict: %s', async (_, mine, all) => {
      expect((await decideAnother(mine))?.action).toMatchObject({
        kind: 'conflict',
        why: 'the new wiring does not fit the installed version: update tools first',
        theirs: all,
      });
    });

    it.each([
      ['stays deleted', none, 'keep-mine'],
      ['stays where it is what it should be', theirs, 'unchanged'],
    ] as const)('%s', async (_, mine, kind) => {
      expect((await decideAnother(mine))?.action.kind).toBe(kind);
    });

    it('is left alone where the wiring is as it was', async () => {
      expect((await decideAnother(base, another(['done'])))?.action).toEqual({ kind: 'unchanged' });
    });
  });

  it('has its template’s news still to come', async () => {
    const decision = await decideTools(base, ['done', 'slack']);
    expect(decision?.theirs).toBe(text(old, ['done', 'slack']));
    const updated = await decideOne(
      {
        base: decision?.theirs,
        mine: decision?.theirs,
        theirs: text(news, ['done', 'slack']),
        role: 'rendered',
      },
      { merge: mergeTexts },
    );
    expect(updated?.action).toEqual({ kind: 'take-theirs', text: text(news, ['done', 'slack']) });
  });
});

describe('files of others', () => {
  const theirs = { 'src/agent/other.ts': locked('x', { owner: 'other' }) };
  const project = (owner: string): Project => ({
    lock: lock({ components: { loop: installed(), [owner]: installed() }, files: theirs }),
    bases: new Map([[hash('x'), 'x']]),
    disk: new Map([['src/agent/other.ts', 'x']]),
    obstacles: new Map(),
  });

  it('are not decided where they stay as they are', async () => {
    const untouched = wanted([file('src/agent/other.ts', 'y', { owner: 'other' })], {
      actions: new Map([['other', 'keep']]),
    });
    expect(await decide(untouched, project('other'), noTools)).toEqual([]);
  });

  it('stay as they are where no registry has them any more', async () => {
    const gone = wanted([], { actions: new Map([['other', 'keep']]) });
    for (const force of [false, true]) {
      const [decision] = await decide(gone, project('other'), noTools, force);
      expect(decision).toMatchObject({
        owner: 'other',
        edited: false,
        action: { kind: 'unchanged' },
      });
    }
  });

  it.each(['update', 'remove'] as const)(
    'are withdrawn where nothing wants them: one that is %s',
    async (componentAction) => {
      const wants = wanted([], { actions: new Map([['other', componentAction]]) });
      const [decision] = await decide(wants, project('other'), noTools);
      expect(decision).toMatchObject({
        path: 'src/agent/other.ts',
        owner: 'other',
        action: { kind: 'delete' },
      });
    },
  );

  it('of a template stay whatever becomes of it', async () => {
    expect(await decide(wanted(), project('another'), noTools)).toEqual([]);
  });
});
