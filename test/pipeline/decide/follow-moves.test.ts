import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/pipeline/decide/decide.ts';
import { followMoves } from '../../../src/pipeline/decide/follow-moves.ts';
import type { Project } from '../../../src/pipeline/decide/project-state.ts';
import { planChanges } from '../../../src/pipeline/plan/plan.ts';
import { writesOf } from '../../../src/pipeline/plan/writes.ts';
import type { Wanted } from '../../../src/pipeline/render/wanted.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { file, installed, lock, locked, noTools, wanted } from '../../support/pipeline/fixtures.ts';

const [old, next] = ['src/agent/Loop.ts', 'src/agent/loop.ts'];
const move = { from: [old], to: next, givers: ['loop'], taker: 'loop' };
const moves = { pending: [move], all: new Map([[old, next]]), aliases: () => [] };

const projectOf = (some: Partial<Project> = {}): Project => ({
  lock: lock({ components: { loop: installed() }, files: { [old]: locked('x\n') } }),
  bases: new Map([[hash('x\n'), 'x\n']]),
  disk: new Map([[old, 'x\n']]),
  obstacles: new Map(),
  ...some,
});

/** The paths that an update writes and deletes. */
async function changedPaths(onDisk: Project, wants: Wanted = wanted([file(next, 'x\n')])) {
  const { wanted: followed, project } = followMoves(wants, onDisk, moves);
  const plan = planChanges(followed, await decide(followed, project, noTools), project, onDisk);
  return writesOf(plan, onDisk)
    .filter(({ path }) => path.startsWith('src/'))
    .map(({ path, before, content }) => [path, before, content]);
}

describe('a file whose name changes by case alone', () => {
  const expected = [
    [next, undefined, 'x\n'],
    [old, hash('x\n'), undefined],
  ];

  it('is no obstacle to itself', async () => {
    const why = 'Loop.ts exists, and some file systems ignore case';
    const onDisk = projectOf({ obstacles: new Map([[next, { why }]]) });
    expect(await changedPaths(onDisk)).toEqual(expected);
  });

  it('moves on a file system where they are two', async () => {
    expect(await changedPaths(projectOf())).toEqual(expected);
  });
});

describe('a move', () => {
  it('changes nothing if there is none', () => {
    const onDisk = projectOf({ lock: lock() });
    const wants = wanted([file(next, 'x\n')]);
    const none = { ...moves, pending: [], all: new Map<string, string>() };
    const followed = followMoves(wants, onDisk, none);
    expect([followed.wanted, followed.project]).toEqual([wants, onDisk]);
    expect(followed.project).toBe(onDisk);
  });

  it('is left for later if its component is kept', () => {
    const kept = wanted([file(next, 'x\n')], { actions: new Map([['loop', 'keep']]) });
    const onDisk = projectOf();
    expect(followMoves(kept, onDisk, moves).project).toBe(onDisk);
  });

  it('keeps the entry of a file that is as the tool wrote it', () => {
    const { project } = followMoves(wanted([file(next, 'x\n')]), projectOf(), moves);
    expect(project.lock?.files).toEqual({ [next]: locked('x\n') });
    expect(project.moved).toEqual(new Map([[next, [old]]]));
  });

  it('adapts the base copy and the texts of a file that imports it', () => {
    const importer = 'src/agent/a.ts';
    const text = "import './Loop.ts';\n";
    const onDisk = projectOf({
      lock: lock({
        components: { loop: installed() },
        files: { [old]: locked('x\n'), [importer]: locked(text) },
      }),
      bases: new Map([
        [hash('x\n'), 'x\n'],
        [hash(text), text],
      ]),
      disk: new Map([
        [old, 'x\n'],
        [importer, `${text}mine();\n`],
      ]),
    });
    const { project } = followMoves(wanted([file(next, 'x\n')]), onDisk, moves);
    const followed = "import './loop.ts';\n";
    expect(project.disk.get(importer)).toBe(`${followed}mine();\n`);
    const base = project.lock?.files[importer]?.base ?? '';
    expect(project.bases.get(base)).toBe(followed);
  });
});
