import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { randomOf, type Random } from '../../support/random.ts';
import {
  eachCase,
  figure,
  openCounter,
  seedOf,
  shuffled,
  type Counter,
  type Row,
  type Share,
  type Tally,
} from '../row.ts';
import { withScratch } from '../support/scratch.ts';
import { bundle } from './bundle.ts';
import { playThrough, type Kill, type Stage } from './episode.ts';
import { judge } from './judge.ts';
import { byPlace, onceStarted, withPlaces, type Place } from './places.ts';
import { script as steps } from './script.ts';

const bar = 1_000;

/** A running agent, killed at every point between two events, in every store. */
export const agentKills: Row = {
  name: 'agent kill',
  about: 'kill -9 of a running agent, at every point, in every store',
  bar: '>= 1,000 kills, 0 events lost, 0 run twice',
  weight: 2,
  run,
  judge: (tally, isWhole) => ({
    result: [
      `${figure(tally, 'kills')} kills (${byPlace(tally)})`,
      ...['acknowledged', 'lost', 'twice', 'run again', 'handed over'].map(
        (name) => `${figure(tally, name)} ${name}`,
      ),
    ].join(', '),
    missed: isWhole && figure(tally, 'kills') < bar ? ['too few'] : [],
  }),
};

/** A store to play in, and the points that an undisturbed process passes there. */
type Scene = {
  readonly name: Place['name'];
  readonly stage: Stage;
  readonly points: readonly string[];
};

/** `first` is killed at a known point; the processes after it, at one that the seed chooses. */
type Case = { readonly scene: Scene; readonly first: number; readonly more: number };

async function run(share: Share): Promise<Tally> {
  return withScratch((folder) =>
    withPlaces(folder, async (places) => {
      const counter = openCounter();
      const main = await bundle(folder, 'victim-main');
      const scenes: Scene[] = [];
      for (const place of places)
        if (place.isHere) scenes.push(await openScene(place, join(folder, place.name), main));
        else counter.add(`no ${place.name}`);
      const all = shuffled(scenes.flatMap(casesOf), share.seed);
      const count = await eachCase(onceStarted(share), all.length, async (n) => {
        const one = all[n];
        if (one) await attempt(one, n, randomOf(seedOf(share, n)), counter);
      });
      return counter.tally(count);
    }),
  );
}

async function openScene(place: Place, folder: string, script: string): Promise<Scene> {
  await mkdir(folder);
  const stage = {
    command: [script],
    folder,
    address: await place.address('kills'),
    store: await place.open('kills'),
  };
  const record = await playThrough(stage, { thread: 'whole-x', kills: [], hasRival: false });
  const [fault] = judge(record, steps);
  if (fault) throw new Error(`Nobody was killed, and yet in ${place.name}: ${fault.what}`);
  return { name: place.name, stage, points: record.points };
}

/** Every point once with one kill, and once with up to three. */
const casesOf = (scene: Scene): readonly Case[] =>
  scene.points.flatMap((_, first) => [0, 1 + (first % 2)].map((more) => ({ scene, first, more })));

async function attempt(
  { scene, first, more }: Case,
  n: number,
  { below }: Random,
  { add, fail }: Counter,
) {
  const { name, stage, points } = scene;
  const later = (): Kill => (below(4) === 0 ? { afterMs: below(60) } : { at: below(12) });
  const kills = [{ at: first }, ...Array.from({ length: more }, later)];
  const record = await playThrough(stage, { thread: `k${n}-x`, kills, hasRival: below(3) === 0 });
  const retried = record.events.filter(
    (event) => event.type === 'tool_started' && event.attempt > 1,
  );
  add('kills', record.kills.length);
  add(name, record.kills.length);
  add('acknowledged', record.acknowledged.length);
  add('run again', retried.length);
  add('handed over', record.events.filter(({ type }) => type === 'handed_over').length);
  for (const { kind, what } of judge(record, steps)) {
    add(kind);
    fail(
      `case ${n}: ${name}, killed at ${points[first]} ` +
        `(${record.kills.join(', ')}): ${kind}: ${what}`,
    );
  }
}
