import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomOf, type Random } from '../../support/random.ts';
import { brokenIn, differing, readTree, type Tree } from './invariants.ts';
import { writeRepo } from '../support/registries.ts';
import {
  eachCase,
  figure,
  openCounter,
  type Counter,
  type Row,
  seedOf,
  type Share,
  type Tally,
} from '../row.ts';
import { remove, withScratch } from '../support/scratch.ts';
import { type Ran, runHere, runProcess } from '../support/tool.ts';
import { act, type Mine } from './user.ts';
import { writeVersions } from './versions.ts';

const total = 1000;
const longest = 14;
const others = [
  'model-anthropic',
  'model-openai',
  'model-openai-compatible',
  'model-choose',
  'store-memory',
] as const;

/** Random commands and edits in one repo, with everything that must hold after each. */
export const sequences: Row = {
  name: 'sequence',
  about: 'random commands and edits',
  bar: '1,000 runs, 0 bytes changed by update twice, undo exact',
  weight: 2,
  run,
  judge: (tally, isWhole) => ({
    result: [
      'commands',
      'written',
      'refused',
      'with conflicts',
      'updated twice',
      'undone twice',
      'processes',
    ]
      .map((name) => `${figure(tally, name)} ${name}`)
      .join(', '),
    missed: isWhole && tally.count < total ? ['too few'] : [],
  }),
};

type Run = {
  readonly root: string;
  readonly mine: Mine;
  readonly random: Random;
  readonly versions: readonly [string, string, string];
  readonly log: string[];
  /** The old and new names of files that moved, without their folder. */
  readonly moves: (readonly [string, string])[];
  readonly add: Counter['add'];
};

async function run(share: Share): Promise<Tally> {
  return withScratch(async (folder) => {
    const { add, fail, tally } = openCounter();
    const count = await eachCase(share, total, async (n) => {
      const random = randomOf(seedOf(share, n));
      const place = join(folder, `run-${n}`);
      const root = join(place, 'repo');
      await writeRepo(root);
      const versions = await writeVersions(place, random);
      const one: Run = { root, mine: new Map(), random, versions, log: [], moves: [], add };
      const wrong = await play(one).catch((error: unknown) =>
        String(error instanceof Error ? error.stack : error),
      );
      if (share.only !== undefined) console.log(one.log.join('\n'));
      await remove(place);
      if (wrong !== undefined) fail(`case ${n}: ${wrong}\n  ${one.log.join('\n  ')}`);
    });
    return tally(count);
  });
}

/** Plays a sequence to its end, or to the first thing that is wrong. */
async function play(one: Run): Promise<string | undefined> {
  const first = await command(one, [
    'add',
    one.random.one(['agent', 'agent', 'loop']),
    '--registry',
    one.versions[0],
  ]);
  if (first !== undefined) return first;
  for (let left = 3 + one.random.below(longest); left > 0; left -= 1) {
    if (one.random.below(5) < 2) {
      for (let edits = one.random.below(15); edits >= 0; edits -= 1)
        one.log.push(`the user ${await act(one.root, one.mine, one.random)}`);
      continue;
    }
    const wrong = await command(one, await choose(one));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

async function choose({ root, random, versions }: Run): Promise<readonly string[]> {
  const { one, below } = random;
  const registry =
    below(6) === 0 ? [] : ['--registry', one([...versions, versions[1], versions[2]])];
  const choice = [
    '--on-conflict',
    one(['skip', 'skip', 'overwrite', 'markers', 'markers', 'markers', 'fail']),
  ];
  const installed = await installedIn(root);
  const here = installed[below(installed.length)];
  if (here === undefined)
    return below(4) === 0 ? ['undo'] : ['add', 'agent', ...registry, ...choice];
  const update = ['update', ...registry, ...choice];
  return one<readonly string[]>([
    update,
    update,
    update,
    [...update, here],
    ['add', one(['agent', ...others]), ...registry, ...choice, ...one([[], ['--use']])],
    ['add', one(['agent', ...others]), ...registry, ...choice],
    ['remove', one([here, 'agent', ...others]), ...choice, ...one([[], [], ['--force']])],
    ['undo'],
    one([['status'], ['diff'], ['doctor'], [...update, '--dry-run']]),
  ]);
}

async function installedIn(root: string): Promise<readonly string[]> {
  const text = await readFile(join(root, '.12-factor/lock.json'), 'utf8').catch(
    () => '{"components":{}}',
  );
  return Object.keys((JSON.parse(text) as { components: object }).components);
}

/** Runs one command and what may follow it, and says what is wrong. */
async function command(one: Run, words: readonly string[]): Promise<string | undefined> {
  const { root, mine, random, add } = one;
  const writes = ['add', 'update', 'remove'].includes(words[0] ?? '');
  const args = writes ? [...words, '--no-install', '--yes'] : words;
  const before = await readTree(root);
  const ran = await carry(one, args);
  const after = await readTree(root);
  add('commands');
  add(ran.code === 1 ? 'refused' : ran.code === 2 ? 'with conflicts' : 'fine');
  if (ran.bug !== undefined) return `it died: ${ran.bug}`;
  const changed = differing(before, after);
  if (changed.length > 0) add('written');
  if (
    (ran.code === 1 || (!writes && words[0] !== 'undo') || words.includes('--dry-run')) &&
    !isSame(before, after)
  )
    return `it wrote: ${changed.join(', ')}`;
  if (writes && changed.length === 0 && before.tmp !== after.tmp)
    return 'it changed nothing, but wrote';
  one.moves.push(...movesIn(ran));
  for (const path of forfeited(ran)) forfeit(path, one);
  const broken = await brokenIn(root, after, mine);
  if (broken.length > 0) return broken.slice(0, 3).join('; ');
  return (
    (words[0] === 'update' && ran.code !== 1 ? await again(one, args, after) : undefined) ??
    (writes && changed.length > 0 && random.below(2) === 0
      ? await backAndForth(one, before, after)
      : undefined)
  );
}

const isSame = (one: Tree, other: Tree): boolean =>
  differing(one, other).length === 0 && one.tmp === other.tmp;

async function carry({ root, random, log, add }: Run, args: readonly string[]): Promise<Ran> {
  const asProcess = random.below(25) === 0;
  if (asProcess) add('processes');
  const ran = await (asProcess ? runProcess(args, root) : runHere(args, root));
  log.push(`${args.join(' ')} -> ${ran.code} ${ran.code === 1 ? ran.said.split('\n').at(-2) : ''}`);
  return ran;
}

/** Files of which the user gave up the own text by what was asked for. */
function forfeited({ said }: Ran): readonly string[] {
  const why = String.raw`(?:(?:\d+ hunks? )?overwritten|you edited it; --force)`;
  const row = String.raw`^\s*(?:replace|delete|merge)\s+(?:.+ → )?(\S+)\s+${why}`;
  return [...said.matchAll(new RegExp(row, 'gm'))].map(([, path]) => path ?? '');
}

/** The path without the folder of the components, which may move. */
const nameOf = (path: string): string => path.replace(/^(?:src\/agent|lib\/bot)\//, '');

function movesIn({ said }: Ran): readonly (readonly [string, string])[] {
  const rows = [...said.matchAll(/^\s*\w+\s+(\S+) → (\S+)/gm)];
  return rows.map(([, from = '', to = '']) => [nameOf(from), nameOf(to)] as const);
}

/** Gives up the text of a file by all the names that it had. */
function forfeit(path: string, { mine, moves }: Run): void {
  const names = new Set([nameOf(path)]);
  // The loop also visits the names that it adds.
  for (const name of names)
    for (const pair of moves) if (pair.includes(name)) pair.forEach((other) => names.add(other));
  for (const key of mine.keys()) if (names.has(nameOf(key))) mine.delete(key);
}

async function again(one: Run, args: readonly string[], after: Tree): Promise<string | undefined> {
  one.add('updated twice');
  await carry(one, args);
  const now = await readTree(one.root);
  return isSame(after, now)
    ? undefined
    : `the second update wrote: ${differing(after, now).join(', ')}`;
}

async function backAndForth(one: Run, before: Tree, after: Tree): Promise<string | undefined> {
  one.add('undone twice');
  for (const [name, tree] of [
    ['undo', before],
    ['undo of undo', after],
  ] as const) {
    await carry(one, ['undo']);
    const odd = differing(await readTree(one.root), tree);
    if (odd.length > 0) return `${name} is not exact: ${odd.join(', ')}`;
  }
  return undefined;
}
