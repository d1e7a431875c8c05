import { engines } from '../../support/generated/engines.ts';
import { bundle } from '../agent/bundle.ts';
import { eachCase, figure, openCounter, seedOf } from '../row.ts';
import type { Counter, Row, Share, Tally } from '../row.ts';
import { withScratch } from '../support/scratch.ts';
import { judge } from './judge.ts';
import { fast, leaseSeconds, leastKills, planStorm, sizeFor, slow, usual, whole } from './plan.ts';
import type { StormPlan } from './plan.ts';
import { points } from './points.ts';
import { killedAt, openServers, type EngineName } from './servers.ts';
import { playStorm, type Played } from './storm.ts';

const names: readonly EngineName[] = ['local', ...engines.map(({ name }) => name)];

/** For each engine a storm of kills, with shortened leases (case 0) and with the usual ones. */
export const engineRows: readonly Row[] = names.map(engineRow);

function engineRow(name: EngineName): Row {
  const missing = engines.find((one) => one.name === name)?.missing;
  return {
    name: `engine ${name}`,
    about: 'kill -9 of processes and of the engine, scaled out and in, while they advance threads',
    bar: '450 workers, 50 engines, 20 points, 1,000 threads; 0 lost, 0 twice, 0 stuck',
    weight: 0,
    run: async (share) => await run(name, missing, share),
    judge: (tally, isWhole) => ({
      result: missing === undefined ? describe(name, tally) : `not here: ${missing}`,
      missed: missing === undefined ? missedIn(tally, isWhole) : [],
      isHere: missing === undefined,
    }),
  };
}

const settledAt = (seconds: number) => `ms to settle with leases of ${seconds} s`;

function describe(name: EngineName, tally: Tally): string {
  const count = (what: string) => `${figure(tally, what)} ${what}`;
  const leases = [fast, usual].map(leaseSeconds);
  const settled = leases.flatMap((seconds) => {
    const ms = figure(tally, settledAt(seconds));
    if (ms === 0) return [];
    return `with leases of ${seconds} s at rest ${Math.round(ms / 1_000)} s after the last kill`;
  });
  return [
    `killed: ${count('workers')}, ${count('engines')} (${killedAt(name)})`,
    `${count('at points')} (${passed(tally).length} of ${points.length})`,
    ...['threads', 'scaled in', 'scaled out', 'acknowledged'].map(count),
    ...['lost', 'twice', 'stuck', 'other', 'run again', 'handed over', 'late outcomes'].map(count),
    ...settled,
  ].join(', ');
}

function missedIn(tally: Tally, isWhole: boolean): readonly string[] {
  const kills = figure(tally, 'workers') + figure(tally, 'engines');
  const least = isWhole ? whole.workers + whole.engines : leastKills;
  const missed = kills < least ? ['too few kills'] : [];
  const notPassed = points.filter((point) => !passed(tally).includes(point));
  return isWhole ? [...missed, ...notPassed.map((point) => `not killed: ${point}`)] : missed;
}

const passed = (tally: Tally) => points.filter((point) => figure(tally, point) > 0);

/** In one lane: the processes of a storm need both cores. */
async function run(
  name: EngineName,
  missing: string | undefined,
  { lane, ...share }: Share,
): Promise<Tally> {
  const counter = openCounter();
  if (lane > 0 || missing !== undefined) return counter.tally(0);
  const all = { ...share, lane: 0, lanes: 1 };
  const count = await eachCase(all, share.until === undefined ? 2 : 1, async (n) => {
    await attempt(name, n, all, counter);
  });
  return counter.tally(count);
}

async function attempt(name: EngineName, n: number, share: Share, counter: Counter) {
  const seed = seedOf(share, n) >>> 0;
  const size = share.until === undefined ? whole : sizeFor(share.until - Date.now());
  const plan = n === 0 ? planStorm(seed, size, fast) : planStorm(seed, slow, usual);
  await withScratch(async (folder) => {
    const command = [await bundle(folder, 'worker-main', import.meta.url)];
    const servers = await openServers(name, folder);
    try {
      const { progress } = share;
      count(await playStorm({ command, folder, servers, progress }, plan), plan, n, counter);
    } finally {
      await servers.stop();
    }
  });
}

function count(played: Played, plan: StormPlan, n: number, { add, fail }: Counter): void {
  const events = played.threads.flatMap((thread) => thread.events);
  const counted = (is: (event: (typeof events)[number]) => boolean) => events.filter(is).length;
  add('workers', played.done['kill a worker']);
  add('engines', played.done['kill the engine']);
  add('scaled in', played.done['scale in']);
  add('scaled out', played.done['scale out']);
  add('at points', played.passed.length);
  for (const point of new Set(played.passed)) add(point);
  add('threads', played.threads.length);
  add('acknowledged', played.acknowledged.length);
  add(
    'run again',
    counted((event) => event.type === 'tool_started' && event.attempt > 1),
  );
  add(
    'handed over',
    counted(({ type }) => type === 'handed_over'),
  );
  add(
    'late outcomes',
    counted((event) => 'late' in event),
  );
  add(settledAt(leaseSeconds(plan.clock)), played.settledAfterMs);
  for (const { kind, what } of judge(played)) {
    add(kind);
    fail(`case ${n}: ${kind}: ${what}`);
  }
}
