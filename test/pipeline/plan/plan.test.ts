import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/pipeline/decide/decide.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import type { PackageManager } from '../../../src/pipeline/repo/package-manager.ts';
import { noNeeds } from '../../../src/pipeline/registry/needs.ts';
import { ownPaths } from '../../../src/pipeline/lock/own-paths.ts';
import { planChanges } from '../../../src/pipeline/plan/plan.ts';
import { resolveConflict } from '../../../src/pipeline/decide/resolve-conflict.ts';
import { isReported, writesOf } from '../../../src/pipeline/plan/writes.ts';
import type { Decision, OnConflict } from '../../../src/pipeline/decide/decision.ts';
import type { Merge } from '../../../src/pipeline/text/merge.ts';
import type { Plan } from '../../../src/pipeline/plan/change.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import type { Role } from '../../../src/pipeline/registry/component.ts';
import type { Wanted } from '../../../src/pipeline/render/wanted.ts';
import {
  file,
  installed,
  lock,
  locked,
  noTools,
  nothing,
  wanted,
} from '../../support/pipeline/fixtures.ts';
import { after } from '../../support/pipeline/in-memory.ts';

const path = 'src/agent/loop.ts';
const conflicting: Merge = async () => ({ kind: 'conflict', why: 'both' });
const planOf = async (wants: Wanted, project: Project, merge = noTools.merge): Promise<Plan> =>
  planChanges(wants, await decide(wants, project, { ...noTools, merge }), project);
const disk = (texts: Record<string, string>): Project => ({
  ...nothing,
  disk: new Map(Object.entries(texts)),
});
const kinds = ({ changes }: Plan) =>
  Object.fromEntries(changes.map((change) => [change.path, change.kind]));
const textOf = ({ changes }: Plan, one: string) =>
  changes.flatMap((change) => (change.path === one && 'text' in change ? [change.text] : []))[0];

describe('on an empty disk', async () => {
  const needs = { ...noNeeds, dependencies: { zod: '^4' }, gitignore: ['.agent/'] };
  const made = await planOf(
    wanted([file(path, 'x')], { needs, name: 'bot', nextSteps: ['Go on.'] }),
    nothing,
  );

  it('everything is created', () => {
    expect(kinds(made)).toEqual({
      [path]: 'create',
      'package.json': 'create',
      '.gitignore': 'create',
      [ownPaths.base(hash('x'))]: 'create',
      '.12-factor/.gitattributes': 'create',
      '.12-factor/schema.json': 'create',
      '.12-factor/lock.json': 'create',
      '12-factor.json': 'create',
    });
  });

  it('the lock is of what is written', () => {
    expect(made.lock.files).toEqual({ [path]: locked('x') });
    expect(JSON.parse(textOf(made, ownPaths.lock) ?? '')).toEqual(made.lock);
  });

  it('package.json is named, and what it gains is listed', () => {
    expect(JSON.parse(textOf(made, 'package.json') ?? '')).toEqual({
      name: 'bot',
      dependencies: { zod: '^4' },
    });
    expect([made.install, made.uninstall]).toEqual([['zod@^4'], []]);
    expect(made.lock.contributed).toMatchObject({
      dependencies: { zod: '^4' },
      gitignore: ['.agent/'],
    });
  });

  it('pristine copies are kept from git’s line endings and diffs', () => {
    expect(textOf(made, ownPaths.attributes)).toBe('base/** -text -diff linguist-generated\n');
  });

  it('the configuration names its schema', () => {
    expect(JSON.parse(textOf(made, ownPaths.config) ?? '')).toEqual({
      $schema: './.12-factor/schema.json',
      dir: 'src/agent',
      registries: {},
    });
  });

  it('an empty .env.example is not made', () =>
    expect(kinds(made)).not.toHaveProperty('.env.example'));
  it('next steps are handed on', () => expect(made.nextSteps).toEqual(['Go on.']));
});

describe('a next step names the script', () => {
  const needs = { ...noNeeds, scripts: { serve: 'tsx server.ts' } };
  it.each<[string, string, PackageManager, string]>([
    ['of a new package.json', '{}', 'npm', 'npm run serve'],
    ['as the package manager runs it', '{}', 'yarn', 'yarn serve'],
    ['only if it is ours', '{ "scripts": { "serve": "vite" } }', 'pnpm', 'pnpm exec tsx server.ts'],
  ])('%s', async (_, packageJson, manager, command) => {
    const steps = { needs, manager, nextSteps: ['Run {script:serve}.'] };
    const made = await planOf(wanted([], steps), disk({ 'package.json': packageJson }));
    expect(made.nextSteps).toEqual([`Run ${command}.`]);
  });
});

describe('what is there already', () => {
  it('and a seed stays, and is not taken for ours', async () => {
    const made = await planOf(
      wanted([file('README.md', 'ours', { role: 'seed' })]),
      disk({ 'README.md': 'mine' }),
    );
    expect(kinds(made)['README.md']).toBe('keep-mine');
    expect(made.lock.files).toEqual({});
  });

  it('and source is a conflict, and is not taken for ours', async () => {
    const made = await planOf(wanted([file(path, 'ours')]), disk({ [path]: 'mine' }));
    expect(kinds(made)[path]).toBe('conflict');
    expect(made.lock.files).toEqual({});
  });

  it('and the same is taken for ours', async () => {
    const made = await planOf(wanted([file(path, 'ours\n')]), disk({ [path]: 'ours\r\n' }));
    expect(made.lock.files).toEqual({ [path]: locked('ours\n') });
  });

  it('of the shared files is added to, and keeps its name', async () => {
    const needs = { ...noNeeds, dependencies: { zod: '^4' }, gitignore: ['.agent/'] };
    const made = await planOf(
      wanted([], { needs, name: 'bot' }),
      disk({ 'package.json': '{"name":"mine"}', '.gitignore': 'a' }),
    );
    expect(JSON.parse(textOf(made, 'package.json') ?? '')).toMatchObject({
      name: 'mine',
      dependencies: { zod: '^4' },
    });
    expect(textOf(made, '.gitignore')).toBe('a\n.agent/');
  });

  it('of the configuration is left alone', async () => {
    const made = await planOf(wanted(), disk({ '12-factor.json': '{"dir":"lib"}' }));
    expect(kinds(made)['12-factor.json']).toBe('unchanged');
  });
});

/** A project where one file was written as `base`. */
const written = (
  mine: string | undefined,
  base: string,
  some: { role?: Role; conflicted?: true } = {},
): Project => ({
  lock: lock({ components: { loop: installed() }, files: { [path]: locked(base, some) } }),
  bases: new Map([[hash(base), base]]),
  disk: new Map([['package.json', '{}\n'], ...(mine === undefined ? [] : [[path, mine] as const])]),
  obstacles: new Map(),
});
const oursOf = ({ changes }: Plan) =>
  changes.filter(({ path: one }) => one.startsWith('.12-factor/base/'));

describe('the lock', () => {
  const [a, b] = [locked('a'), locked('b')];

  it.each([
    ['has upstream’s text where that was taken', 'a', 'a', 'b', b],
    ['has upstream’s text where both changed alike', 'b', 'a', 'b', b],
    ['has the same where only the user changed', 'm', 'a', 'a', a],
    ['has the same where nobody changed', 'a', 'a', 'a', a],
    [
      'has upstream’s text where the user deleted the file, so that it is said once',
      undefined,
      'a',
      'b',
      b,
    ],
    ['has nothing where upstream withdrew it', 'a', 'a', undefined, undefined],
    ['has nothing where upstream withdrew what the user edited', 'm', 'a', undefined, undefined],
    ['has nothing where both deleted it', undefined, 'a', undefined, undefined],
  ])('%s', async (_, mine, base, theirs, entry) => {
    const made = await planOf(
      wanted(theirs === undefined ? [] : [file(path, theirs)]),
      written(mine, base),
    );
    expect(made.lock.files[path]).toEqual(entry);
  });

  it('has both hashes where a repo writes it in its own way', async () => {
    const wants = wanted([file(path, `import './a.ts';\n`)]);
    const decisions = await decide(wants, nothing, { ...noTools, specifiers: '.js' });
    expect(planChanges(wants, decisions, nothing).lock.files[path]).toMatchObject({
      base: hash(`import './a.ts';\n`),
      written: hash(`import './a.js';\n`),
    });
  });

  it('has what was merged without the user’s edits, so that they never count as ours', async () => {
    const merge: Merge = async () => ({ kind: 'merged', text: 'merged\n' });
    const made = await planOf(wanted([file(path, 'b\n')]), written('m\r\n', 'a\n'), merge);
    expect(made.lock.files[path]).toMatchObject({ base: hash('b\n'), written: hash('b\n') });
  });

  it('keeps the entry of a seed, which is the user’s for good', async () => {
    const made = await planOf(
      wanted([file(path, 'b', { role: 'seed' })]),
      written('a', 'a', { role: 'seed' }),
    );
    expect(made.lock.files[path]).toEqual(locked('a', { role: 'seed' }));
  });

  it('keeps the entry of a conflict, so that the next run asks again', async () => {
    const made = await planOf(wanted([file(path, 'b')]), written('m', 'a'), conflicting);
    expect(made.lock.files[path]).toEqual(a);
  });

  it('keeps the entries of those that stay as they are', async () => {
    const other = locked('o', { owner: 'other' });
    const project = {
      ...written('a', 'a'),
      lock: lock({ files: { [path]: a, 'other.ts': other } }),
    };
    const made = await planOf(
      wanted([file(path, 'b')], { actions: new Map([['other', 'keep']]) }),
      project,
    );
    expect(made.lock.files).toEqual({ [path]: b, 'other.ts': other });
  });

  it('is in order, so that two branches merge', async () => {
    const made = await planOf(wanted([file('b.ts', 'x'), file('a.ts', 'x')]), nothing);
    expect(Object.keys(made.lock.files)).toEqual(['a.ts', 'b.ts']);
  });
});

describe('a conflict', () => {
  const settled = async (choice: Exclude<OnConflict, 'fail'>, project = written('m', 'a')) => {
    const wants = wanted([file(path, 'b')]);
    const decisions = await decide(wants, project, { ...noTools, merge: conflicting });
    return {
      made: planChanges(
        wants,
        decisions.map((one) => resolveConflict(one, choice)),
        project,
      ),
      wants,
      project,
    };
  };

  it('that is skipped keeps mine, and the same question is not asked twice', async () => {
    const { made, wants, project } = await settled('skip');
    const again = after(made, project);
    expect([again.disk.get(path), again.lock?.files[path]?.base]).toEqual(['m', hash('b')]);
    const [decision] = await decide(wants, again, noTools);
    expect(decision?.action.kind).toBe('keep-mine');
  });

  it('that is overwritten is as upstream has it', async () => {
    const { made, project } = await settled('overwrite');
    expect(after(made, project).disk.get(path)).toBe('b');
    expect(made.lock.files[path]).toEqual(locked('b'));
  });

  it('that is left with markers is remembered', async () => {
    const { made, project } = await settled('markers');
    expect(after(made, project).disk.get(path)).toBe(
      '<<<<<<< yours\nm\n=======\nb\n>>>>>>> upstream\n',
    );
    expect(made.lock.files[path]).toEqual(locked('b', { conflicted: true }));
  });

  it('with a file that was not ours makes it ours once it is overwritten', async () => {
    const project = disk({ [path]: 'm' });
    expect((await settled('overwrite', project)).made.lock.files[path]).toEqual(locked('b'));
  });

  describe('with a file that was not ours, skipped,', () => {
    const leaving = wanted([], {
      lock: { ...wanted().lock, components: {} },
      actions: new Map([['loop', 'remove']]),
    });
    const skipped = async () => {
      const { made, project } = await settled(
        'skip',
        disk({ [path]: 'm', 'package.json': '{}\n' }),
      );
      return { made, there: after(made, project) };
    };

    it('leaves it the user’s, and says so in the lock', async () => {
      expect((await skipped()).made.lock.files[path]).toMatchObject({
        base: hash('b'),
        declined: true,
      });
    });

    it('is not asked about again, whatever upstream has new', async () => {
      const { there } = await skipped();
      for (const text of ['b', 'c']) {
        const made = await planOf(wanted([file(path, text)]), there);
        expect(made.changes.filter(isReported)).toEqual([]);
        expect(made.lock.files[path]).toMatchObject({ declined: true });
      }
      expect(writesOf(await planOf(wanted([file(path, 'b')]), there), there)).toEqual([]);
    });

    it.each([false, true])('leaves it when the component goes; by force: %s', async (force) => {
      const { there } = await skipped();
      const left = after(
        planChanges(leaving, await decide(leaving, there, noTools, force), there),
        there,
      );
      expect([left.disk.get(path), left.bases.size, left.lock]).toEqual(['m', 0, undefined]);
    });
  });

  describe('of a wired file, skipped,', () => {
    const role = 'rendered' as const;
    const slots = (model: string) => ({ lock: { ...wanted().lock, slots: { model } } });
    const listing = (...models: readonly string[]) => ({
      lock: { ...slots('model-scripted').lock, models },
    });
    const written = {
      lock: lock({
        slots: { model: 'model-scripted' },
        components: { loop: installed() },
        files: { [path]: locked('script', { role }) },
      }),
      bases: new Map([[hash('script'), 'script']]),
      disk: new Map([
        [path, 'mine'],
        ['package.json', '{}\n'],
      ]),
      obstacles: new Map(),
    };
    const wants = wanted([file(path, 'remote', { role })], slots('model-remote'));
    const settling = async (
      choice: 'skip' | 'overwrite' | 'markers',
      asked = wants,
      there = written,
    ) => {
      const decisions = await decide(asked, there, { ...noTools, merge: conflicting });
      expect(decisions[0]?.action.kind).toBe('conflict');
      return planChanges(
        asked,
        decisions.map((one) => resolveConflict(one, choice)),
        there,
      );
    };

    it('leaves the slots as the file has them', async () => {
      const made = await settling('skip');
      expect([made.lock.slots, made.lock.files[path]]).toEqual([
        { model: 'model-scripted' },
        locked('script', { role }),
      ]);
    });

    it('leaves the models that are listed as the file has them', async () => {
      const asked = wanted([file(path, 'remote', { role })], listing('model-a', 'model-b'));
      expect((await settling('skip', asked)).lock).not.toHaveProperty('models');
      expect((await settling('markers', asked)).lock.models).toEqual(['model-a', 'model-b']);
      const there = { ...written, lock: { ...written.lock, models: ['model-a'] } };
      expect((await settling('skip', asked, there)).lock.models).toEqual(['model-a']);
      expect((await settling('skip', wants, there)).lock.models).toEqual(['model-a']);
    });

    it('lets the same be asked for again', async () => {
      const there = after(await settling('skip'), written);
      const again = await decide(wants, there, { ...noTools, merge: conflicting });
      expect(again[0]?.action.kind).toBe('conflict');
    });

    it('is no question while nothing else is asked for', async () => {
      const there = after(await settling('skip'), written);
      const same = wanted([file(path, 'script', { role })], slots('model-scripted'));
      expect(writesOf(await planOf(same, there), there)).toEqual([]);
    });

    it('is not asked about again where nothing is wired anew', async () => {
      const newer = wanted([file(path, 'script, better', { role })], slots('model-scripted'));
      const tools = { ...noTools, merge: conflicting };
      const decisions = await decide(newer, written, tools);
      const there = after(
        planChanges(
          newer,
          decisions.map((one) => resolveConflict(one, 'skip')),
          written,
        ),
        written,
      );
      expect((await decide(newer, there, tools))[0]?.action.kind).toBe('keep-mine');
    });

    it.each(['overwrite', 'markers'] as const)('but not with %s', async (choice) => {
      expect((await settling(choice)).lock.slots).toEqual({ model: 'model-remote' });
    });
  });

  it('is forgotten with upstream’s next version', async () => {
    const made = await planOf(wanted([file(path, 'b')]), written('a', 'a', { conflicted: true }));
    expect(made.lock.files[path]).toEqual(locked('b'));
  });

  it('is remembered while the markers may be there', async () => {
    const made = await planOf(wanted([file(path, 'a')]), written('m', 'a', { conflicted: true }));
    expect(made.lock.files[path]).toEqual(locked('a', { conflicted: true }));
  });
});

describe('pristine copies', () => {
  it('come with what is new, and go with what is not used any more', async () => {
    const made = await planOf(wanted([file(path, 'b')]), written('a', 'a'));
    expect(oursOf(made)).toMatchObject([
      { kind: 'create', path: ownPaths.base(hash('b')), text: 'b' },
      { kind: 'delete', path: ownPaths.base(hash('a')), mine: 'a' },
    ]);
  });

  it('that two files share stay while one needs it', async () => {
    const project: Project = {
      ...written('a', 'a'),
      lock: lock({
        components: { loop: installed() },
        files: { [path]: locked('a'), 'b.ts': locked('a') },
      }),
      disk: new Map([
        [path, 'a'],
        ['b.ts', 'a'],
        ['package.json', '{}\n'],
      ]),
    };
    expect(oursOf(await planOf(wanted([file(path, 'a')]), project))).toEqual([]);
  });

  it('that are lost come back with the same text', async () => {
    const project = { ...written('a', 'a'), bases: new Map<string, string>() };
    expect(oursOf(await planOf(wanted([file(path, 'a')]), project))).toMatchObject([
      { kind: 'create', text: 'a' },
    ]);
  });

  it('of a conflict that is not settled stay as they were', async () => {
    expect(oursOf(await planOf(wanted([file(path, 'b')]), written('m', 'a'), conflicting))).toEqual(
      [],
    );
  });

  it('are of pristine text, byte for byte', async () => {
    const made = await planOf(wanted([file(path, 'a\r\n')]), written('m', 'a\r\n'));
    expect(after(made, written('m', 'a\r\n')).bases).toEqual(new Map([[hash('a\r\n'), 'a\r\n']]));
  });
});

describe('a second time', () => {
  const needs = {
    dependencies: { zod: '^4' },
    devDependencies: { vitest: '^4' },
    scripts: { agent: 'tsx x.ts' },
    env: { KEY: '# A key.\nKEY=\n' },
    gitignore: ['.agent/'],
  };
  const wants = wanted(
    [
      file(path, 'x\n'),
      file('src/agent/prompt.ts', 'p\n', { role: 'seed' }),
      file('src/agent/loop.test.ts', 't\n', { role: 'test' }),
    ],
    { needs },
  );
  const repos: readonly [string, Project][] = [
    ['an empty repo', disk({ 'package.json': '{}\n' })],
    [
      'a repo with files of its own',
      disk({ 'package.json': '{"name":"x"}', '.gitignore': 'dist', '.env.example': 'A=1\r\n' }),
    ],
    [
      'a repo with a seed of its own',
      disk({ 'package.json': '{}\n', 'src/agent/prompt.ts': 'mine' }),
    ],
    ['a repo that has it already', disk({ 'package.json': '{}\n', [path]: 'x\r\n' })],
  ];

  it.each(repos)('there is nothing to write in %s', async (_, project) => {
    const again = after(await planOf(wants, project), project);
    expect(writesOf(await planOf(wants, again), again)).toEqual([]);
  });

  it.each(repos)('there is nothing to say in %s', async (_, project) => {
    const again = after(await planOf(wants, project), project);
    expect((await planOf(wants, again)).changes.filter(isReported)).toEqual([]);
  });

  it.each([
    ['the user edited a file', path, 'mine\n'],
    ['the user deleted a file', path, undefined],
    ['the user deleted a seed', 'src/agent/prompt.ts', undefined],
    ['the user took a variable out', '.env.example', 'MINE=1\n'],
    ['the user deleted .gitignore', '.gitignore', undefined],
    ['the user took the packages out', 'package.json', '{}\n'],
    ['the user edited the configuration', '12-factor.json', '{ "dir": "src/agent" }'],
  ])('there is nothing to write after %s', async (_, edited, text) => {
    const start = disk({ 'package.json': '{}\n' });
    const there = after(await planOf(wants, start), start);
    const texts = new Map(there.disk);
    if (text === undefined) texts.delete(edited);
    else texts.set(edited, text);
    const mine = { ...there, disk: texts };
    expect(writesOf(await planOf(wants, mine), mine)).toEqual([]);
  });

  it('another version of the tool alone is no reason to write', async () => {
    const start = disk({ 'package.json': '{}\n' });
    const there = after(await planOf(wants, start), start);
    const newer = { ...wants, lock: { ...wants.lock, tool: '0.9.0' } };
    expect(writesOf(await planOf(newer, there), there).map(({ path: one }) => one)).toEqual([]);
  });

  it('there is nothing to write after an update, merges and deletions included', async () => {
    const start = disk({ 'package.json': '{}\n' });
    const there = after(await planOf(wants, start), start);
    const mine = { ...there, disk: new Map([...there.disk, [path, 'mine\n']]) };
    const newer = wanted([file(path, 'y\n'), file('src/agent/new.ts', 'n\n')], { needs });
    const merge: Merge = async () => ({ kind: 'merged', text: 'both\n' });
    const updated = after(await planOf(newer, mine, merge), mine);
    expect(updated.disk.get(path)).toBe('both\n');
    expect(updated.disk.has('src/agent/loop.test.ts')).toBe(false);
    expect(writesOf(await planOf(newer, updated), updated)).toEqual([]);
  });
});

describe('the last component', () => {
  const needs = {
    ...noNeeds,
    dependencies: { zod: '^4' },
    env: { KEY: '# A key.\nKEY=\n' },
    gitignore: ['.agent/'],
  };
  const wants = wanted([file(path, 'x\n'), file('src/agent/prompt.ts', 'p\n', { role: 'seed' })], {
    needs,
  });
  const { lock: rest } = wanted();
  const less = wanted([], {
    lock: { ...rest, components: {} },
    actions: new Map([['loop', 'remove']]),
  });
  const added = async (texts: Record<string, string>) =>
    after(await planOf(wants, disk(texts)), disk(texts));
  const removed = async (
    project: Project,
    decided = (decisions: readonly Decision[]) => decisions,
  ) => after(planChanges(less, decided(await decide(less, project, noTools)), project), project);

  it.each([
    ['a bare repo', { 'package.json': '{\n  "name": "x"\n}\n' }],
    [
      'a repo with files of its own',
      { 'package.json': '{\n  "name": "x"\n}\n', '.env.example': 'A=1', '.gitignore': 'dist\r\n' },
    ],
  ])('leaves %s as it was', async (_, texts) => {
    const { disk: left, bases, lock: locks } = await removed(await added(texts));
    expect([Object.fromEntries(left), bases.size, locks]).toEqual([texts, 0, undefined]);
  });

  it('leaves what the user edited, and nothing else of ours', async () => {
    const there = await added({ 'package.json': '{}\n' });
    const mine = {
      ...there,
      disk: new Map([...there.disk, [path, 'mine\n'], ['12-factor.json', '{"dir":"src/agent"}']]),
    };
    const { disk: left, bases } = await removed(mine);
    expect([[...left.keys()].toSorted(), bases.size]).toEqual([
      ['12-factor.json', 'package.json', path],
      0,
    ]);
  });
});
