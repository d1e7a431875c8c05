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
import { append, closeTrack, openTrack, settle, type Track } from './contest.ts';
import { kinds, racersOf, type Kind } from './heats.ts';
import { byPlace, onceStarted, shortOf, withPlaces, type Place } from './places.ts';

const rounds = 50;
const crowd = 200;
const processes = 4;
const linesEach = 200;
const winners = [
  'approval',
  'human_response',
  'expired',
  'tool_result',
  'tool_error',
  'message',
  'cancelled',
];

/** Contradictory answers at once, and appends at once, from several processes, in every store. */
export const agentRaces: Row = {
  name: 'agent race',
  about: `${crowd} contradictory answers at once from ${processes} processes, in every store`,
  bar: `${rounds} rounds x every store, one applied`,
  weight: 2,
  run,
  judge: (tally, isWhole) => ({
    result: [
      `${figure(tally, 'rounds')} rounds (${byPlace(tally)})`,
      ...['answers', 'refused', 'tools run', 'lines appended'].map(
        (name) => `${figure(tally, name)} ${name}`,
      ),
      'first were ' +
        `${winners.map((type) => `${figure(tally, `first was ${type}`)} ${type}`).join(', ')}`,
    ].join(', '),
    missed: isWhole ? shortOf(tally, rounds).map((name) => `too few in ${name}`) : [],
  }),
};

/** A round of one kind in one store; without a kind, everybody appends. */
type Case = {
  readonly name: Place['name'];
  readonly track: Track;
  readonly kind: Kind | undefined;
};

async function run(share: Share): Promise<Tally> {
  return withScratch((folder) =>
    withPlaces(folder, async (places) => {
      const counter = openCounter();
      const script = await bundle(folder, 'racer-main');
      const all: Case[] = [];
      for (const place of places)
        if (place.isHere)
          all.push(...casesOn(place.name, await openTrack(place, [script], processes)));
        else counter.add(`no ${place.name}`);
      const order = shuffled(all, share.seed);
      const count = await eachCase(onceStarted(share), order.length, async (n) => {
        const one = order[n];
        if (one) await attempt(one, n, randomOf(seedOf(share, n)), counter);
      });
      for (const complaint of await Promise.all(
        [...new Set(all.map(({ track }) => track))].map(closeTrack),
      ))
        if (complaint !== '') counter.fail(complaint);
      return counter.tally(count);
    }),
  );
}

const casesOn = (name: Place['name'], track: Track): readonly Case[] =>
  [...Array.from({ length: rounds }, (_, n) => kinds[n % kinds.length]), undefined].map((kind) => ({
    name,
    track,
    kind,
  }));

async function attempt(
  { name, track, kind }: Case,
  n: number,
  random: Random,
  { add, fail }: Counter,
) {
  const thread = `r${n}`;
  const { applied, refused, ran, first, wrong } = await (kind
    ? settle(track, thread, kind.step, racersOf(kind, crowd, random))
    : append(track, thread, linesEach));
  if (kind) {
    add('rounds');
    add(`first was ${first}`);
    add(name);
    add('answers', crowd);
    add('refused', refused);
    add('tools run', ran);
  } else add('lines appended', applied);
  for (const what of wrong) fail(`case ${n}: ${name}, ${kind?.name ?? 'append'}: ${what}`);
}
