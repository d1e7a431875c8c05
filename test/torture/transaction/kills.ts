import { join } from 'node:path';
import { randomOf } from '../../support/random.ts';
import { treeOf } from './fault-points.ts';
import {
  eachCase,
  figure,
  openCounter,
  type Row,
  seedOf,
  shuffled,
  type Share,
  type Tally,
} from '../row.ts';
import { openScenes, runFaulty, type Scene } from './scenes.ts';
import { copy, remove, withScratch } from '../support/scratch.ts';
import { type Ran, runHere, runProcess } from '../support/tool.ts';

const once = ['kill-before', 'kill-half', 'kill-after', 'EIO', 'ENOSPC', 'EXDEV', 'EACCES'];
const lasting = ['EIO', 'ENOSPC', 'EXDEV', 'EACCES'];
const kinds = [...once.map((kind) => `:${kind}`), ...lasting.map((kind) => `+:${kind}`)];

/** The built tool, killed or failing at every call by which it changes a file. */
export const kills: Row = {
  name: 'kill',
  about: 'kill -9 and failing disks under the real commands',
  bar: '>= 500 points, 0 half-written',
  weight: 2,
  run,
  judge: (tally, isWhole) => ({
    result: [
      'add',
      'update',
      'remove',
      'undo',
      'killed',
      'refused',
      'done',
      'left for the next run',
      'old',
      'new',
    ]
      .map((name) => `${figure(tally, name)} ${name}`)
      .join(', '),
    missed: isWhole && tally.count < 500 ? ['too few'] : [],
  }),
};

type Point = { readonly scene: Scene; readonly faults: string };

async function run(share: Share): Promise<Tally> {
  return withScratch(async (folder) => {
    const { add, fail, tally } = openCounter();
    const all = shuffled(pointsOf(await openScenes(folder), share.seed), share.seed);
    const count = await eachCase(share, all.length, async (n) => {
      const point = all[n];
      if (!point) return;
      const root = join(folder, `run-${n}`);
      await copy(point.scene.folder, root);
      const { ends, wrong } = await attempt(point, root, randomOf(seedOf(share, n)).below(4) === 0);
      [point.scene.name, ...ends].forEach((one) => add(one));
      if (wrong === undefined) return remove(root);
      fail(
        `case ${n}: ${point.scene.name} with ${point.faults} ` +
          `(${point.scene.calls[callOf(point)]}): ${wrong}`,
      );
    });
    return tally(count);
  });
}

const callOf = ({ faults }: Point): number => Number.parseInt(faults) - 1;

/** Every call of every scene once, with one fault after the other. */
function pointsOf(scenes: readonly Scene[], seed: number): readonly Point[] {
  return scenes.flatMap((scene) =>
    scene.calls.map((_, at) => ({
      scene,
      faults: `${at + 1}${kinds[(at + seed) % kinds.length]}`,
    })),
  );
}

/** Runs into the fault, then runs a harmless command, and says what may not be. */
async function attempt({ scene, faults }: Point, root: string, asProcess: boolean) {
  const ran = await runFaulty(scene.args, root, faults);
  const left = await treeOf(root);
  const end = endOf(ran, scene);
  const first = firstWrong(ran, end, left, scene);
  if (first !== undefined) return { ends: [end], wrong: first };
  const next = await (asProcess ? runProcess(['status'], root) : runHere(['status'], root));
  const tree = await treeOf(root);
  const ends = [end, tree === scene.after ? 'new' : 'old'];
  if (next.bug !== undefined) return { ends, wrong: `the next run died: ${next.bug}` };
  if (tree !== scene.before && tree !== scene.after)
    return {
      ends,
      wrong:
        `half-written after the next run, which said: ${next.said}\n` +
        `${difference(tree, scene)}`,
    };
  if (end === 'done' && tree !== scene.after) return { ends, wrong: 'done, and then taken back' };
  if (tree === scene.before) return { ends, wrong: undefined };
  const undone = await runHere(['undo'], root);
  const back = await treeOf(root);
  return {
    ends,
    wrong:
      back === scene.before
        ? undefined
        : `undo is not exact: ${undone.said}\n${difference(back, scene)}`,
  };
}

type End = 'killed' | 'done' | 'refused' | 'left for the next run' | 'other';

function endOf({ killed, code, said }: Ran, scene: Scene): End {
  if (killed) return 'killed';
  if (code === scene.code) return 'done';
  if (code !== 1) return 'other';
  return /Some files are written/.test(said)
    ? 'left for the next run'
    : /othing (more )?was written/.test(said)
      ? 'refused'
      : 'other';
}

/** What the process said is true, and it said something. */
function firstWrong(ran: Ran, end: End, left: string, scene: Scene): string | undefined {
  if (end === 'killed') return undefined;
  if (ran.bug !== undefined) return `it died: ${ran.bug}`;
  if (end === 'done' && left !== scene.after) return `it said done\n${difference(left, scene)}`;
  if (end === 'refused' && left !== scene.before)
    return `it said ${ran.said}\n${difference(left, scene)}`;
  return end === 'other' ? `exit code ${ran.code}: ${ran.said}` : undefined;
}

/** The first few lines that neither tree has. */
function difference(tree: string, { before, after }: Scene): string {
  const known = new Set([...before.split('\n'), ...after.split('\n')]);
  const odd = tree.split('\n').filter((line) => !known.has(line));
  const missing = before.split('\n').filter((line) => after.includes(line) && !tree.includes(line));
  return [...odd.map((line) => `+ ${line}`), ...missing.map((line) => `- ${line}`)]
    .slice(0, 5)
    .map((line) => line.slice(0, 200))
    .join('\n');
}
