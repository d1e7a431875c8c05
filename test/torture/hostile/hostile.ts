import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { differing, readTree, type Tree } from '../sequences/invariants.ts';
import { writeRegistry, writeRepo } from '../support/registries.ts';
import {
  type Counter,
  eachCase,
  figure,
  openCounter,
  shuffled,
  type Row,
  type Share,
  type Tally,
} from '../row.ts';
import { copy, remove, withScratch } from '../support/scratch.ts';
import { runHere } from '../support/tool.ts';
import { type Arena, canary, type Vector } from './vector.ts';
import { vectors } from './vectors.ts';

const inside = 'a/b/c/d/repo';
/** What a command may write in a repo. */
const ours =
  /^(package\.json|\.gitignore|\.env\.example|12-factor\.json|\.12-factor(\/.*)?|src\/agent(\/.*)?)$/;
const protectedPath =
  /(^|\/)(\.git|node_modules|\.github|\.husky|\.vscode)(\/|$)|(^|\/)(\.npmrc|\.env(\.(?!example$)[^/]*)?|package-lock\.json|yarn\.lock)$/i;

/** Repos, registries and flags that mean harm. */
export const hostile: Row = {
  name: 'hostile',
  about: 'paths, links and manifests that mean harm',
  bar: '>= 300 refused, 0 bytes outside the root',
  weight: 1,
  run,
  judge: (tally, isWhole) => ({
    result: `${figure(tally, 'refused')} refused, ${figure(tally, 'harmless')} harmless`,
    missed: isWhole && figure(tally, 'refused') < 300 ? ['too few refused'] : [],
  }),
};

async function run(share: Share): Promise<Tally> {
  return withScratch(async (folder) => {
    const { add, fail, tally } = openCounter();
    const arena = join(folder, 'arena');
    const kept = join(folder, 'kept');
    await build(arena);
    await copy(arena, kept);
    const order = shuffled(vectors(arenaOf(arena).outside), share.seed);
    const count = await eachCase(share, order.length, async (n) => {
      const vector = order[n];
      if (!vector) return;
      const wrong = await meet(vector, arena, add);
      if (wrong !== undefined) fail(`case ${n}: ${vector.name}: ${wrong}`);
      await remove(arena);
      await copy(kept, arena);
    });
    return tally(count);
  });
}

const arenaOf = (arena: string): Arena => ({
  root: join(arena, inside),
  outside: join(arena, 'a'),
  registry: join(arena, 'a/registry'),
});

/**
 * A repo with a few components, things of others in it, and watched files at every height above it.
 */
async function build(arena: string): Promise<void> {
  const { root, registry, outside } = arenaOf(arena);
  await writeRepo(root);
  await writeRegistry(registry, () => undefined);
  const theirs = [
    '.git/config',
    '.git/hooks/x',
    '.github/workflows/ci.yml',
    '.husky/pre-commit',
    '.vscode/settings.json',
  ];
  const locks = [
    '.npmrc',
    '.env',
    'package-lock.json',
    'node_modules/zod/index.js',
    'src/agents.ts',
  ];
  const above = ['../', '../../', '../../../', '../../../../'].flatMap((up) => [
    `${up}out.ts`,
    `${up}src/agent/core/loop.ts`,
  ]);
  for (const path of [...theirs, ...locks, ...above].map((one) => join(root, one))) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, canary);
  }
  await mkdir(join(outside, 'folder/tmp'), { recursive: true });
  for (const path of ['file', 'folder/loop.ts', 'folder/tmp/tx-1-0123abcd'])
    await writeFile(join(outside, path), canary);
  const { code, said } = await runHere(['add', 'tools', '--no-install', '--yes'], root);
  if (code !== 0) throw new Error(said);
}

/** Plays a vector in the arena: what was wrong. */
async function meet(
  vector: Vector,
  place: string,
  add: Counter['add'],
): Promise<string | undefined> {
  const arena = arenaOf(place);
  const commands = await vector.prepare(arena);
  const before = await readTree(place);
  let refusals = 0;
  for (const args of commands) {
    const ran = await runHere(args, arena.root);
    if (ran.bug !== undefined) return `${args.join(' ')} died: ${ran.bug}`;
    const harm = harmDone(before, await readTree(place));
    if (harm.length > 0) return `${args.join(' ')} (${ran.code}) changed ${harm.join(', ')}`;
    if (ran.code === 1) refusals += 1;
    else if (vector.refused) return `${args.join(' ')} was not refused (${ran.code}): ${ran.said}`;
  }
  add(refusals === commands.length ? 'refused' : 'harmless');
  return undefined;
}

/** What changed outside the root, or inside it where nothing may. */
function harmDone(before: Tree, after: Tree): readonly string[] {
  return differing(before, after).filter((path) => {
    if (!path.startsWith(`${inside}/`)) return true;
    const own = path.slice(inside.length + 1);
    const isNew = !before.files.has(path);
    return isNew ? protectedPath.test(own) : !ours.test(own);
  });
}
