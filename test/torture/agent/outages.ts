import { join } from 'node:path';
import { randomOf } from '../../support/random.ts';
import {
  eachCase,
  figure,
  openCounter,
  seedOf,
  type Counter,
  type Row,
  type Share,
  type Tally,
} from '../row.ts';
import { withScratch } from '../support/scratch.ts';
import { bundle } from './bundle.ts';
import { judgeRound, runsOf } from './judge-outage.ts';
import { lengths, planRound, type RoundPlan } from './outage-plan.ts';
import { outageKinds } from './outage-store.ts';
import { playRound, type Round } from './outage-round.ts';
import { byPlace, onceStarted, shortOf, withPlaces, type Place } from './places.ts';

const rounds = 60;

/** Two workers on one store that one of them, or both, cannot reach for a time. */
export const agentOutages: Row = {
  name: 'agent outage',
  about: 'outages of every length between claims, runs and outcomes, in every store',
  bar: `${rounds} rounds x every store, 0 overlap, 0 expired, 0 twice, 0 lost, 0 hang`,
  weight: 2,
  run,
  judge: (tally, isWhole) => ({
    result: describe(tally),
    missed: isWhole ? shortOf(tally, rounds).map((name) => `too few in ${name}`) : [],
  }),
};

function describe(tally: Tally): string {
  const count = (name: string) => `${figure(tally, name)} ${name}`;
  const each = (names: readonly string[]) => names.map(count).join(', ');
  return [
    `${count('rounds')} (${byPlace(tally)})`,
    `${count('outages')} (${each(lengths.map((ms) => `of ${ms} ms`))}; ${each(outageKinds)})`,
    each(['claims disturbed', 'outcomes disturbed', 'calls', 'runs', 'claims', 'handed over']),
    each(['late outcomes', 'answered', 'killed']),
    `at rest ${Math.round(figure(tally, 'ms to settle') / figure(tally, 'rounds'))} ms after them`,
  ].join(', ');
}

async function run(share: Share): Promise<Tally> {
  return withScratch((folder) =>
    withPlaces(folder, async (places) => {
      const counter = openCounter();
      const script = await bundle(folder, 'outage-main');
      const here = places.filter(({ isHere }) => isHere);
      for (const { name, isHere } of places) if (!isHere) counter.add(`no ${name}`);
      // Starts the servers.
      for (const place of here) await place.address('outages');
      const count = await eachCase(onceStarted(share), rounds, async (n) => {
        const seed = seedOf(share, n);
        const plan = planRound(randomOf(seed));
        await Promise.all(
          here.map((place) => attempt(place, { folder, script, n, seed, plan }, counter)),
        );
      });
      return counter.tally(count);
    }),
  );
}

type Case = {
  readonly folder: string;
  readonly script: string;
  readonly n: number;
  readonly seed: number;
  readonly plan: RoundPlan;
};

async function attempt(place: Place, { folder, script, n, seed, plan }: Case, counter: Counter) {
  const space = `outage${n}`;
  const stage = {
    command: [script],
    address: await place.address(space),
    store: await place.open(space),
    journal: join(folder, `${place.name}-${n}.journal`),
  };
  const round = await playRound(stage, plan, seed);
  counter.add('rounds');
  counter.add(place.name);
  countRound(round, plan, counter);
  for (const { kind, what } of judgeRound(round))
    counter.fail(`case ${n}: ${place.name}: ${kind}: ${what}`);
}

function countRound(round: Round, plan: RoundPlan, { add }: Counter): void {
  const events = round.threads.flatMap((thread) => thread.events);
  const ofType = (...types: readonly string[]) =>
    events.filter(({ type }) => types.includes(type)).length;
  const disturbed = (...types: readonly string[]) =>
    round.disturbed.filter((type) => types.includes(type)).length;
  for (const { kind, from, until } of new Set(plan.outages.flat())) {
    add('outages');
    add(kind);
    add(`of ${until - from} ms`);
  }
  add('claims disturbed', disturbed('tool_started'));
  add('outcomes disturbed', disturbed('tool_result', 'tool_error', 'tool_pending'));
  add('calls', new Set(runsOf(round).map(({ key }) => key)).size);
  add('runs', runsOf(round).length);
  add('claims', ofType('tool_started'));
  add('handed over', ofType('handed_over'));
  add('answered', ofType('human_response'));
  add('late outcomes', events.filter((event) => 'late' in event).length);
  add('killed', round.killed === undefined ? 0 : 1);
  add('ms to settle', round.settledAfterMs);
}
