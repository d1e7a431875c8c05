import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../support/generated/open-store.ts';
import { randomOf } from '../../support/random.ts';
import { bundle } from './bundle.ts';
import { judgeRound, runsOf, type OutageFault } from './judge-outage.ts';
import { planRound, type RoundPlan } from './outage-plan.ts';
import { playRound, type Round } from './outage-round.ts';
import type { Outage } from './outage-store.ts';
import type { Play } from './victim.ts';

const careful: Play = { intent: 'careful', what: '300', ends: 'well', gate: 'run' };
const repeatable: Play = { ...careful, intent: 'repeatable' };
const script = [careful, repeatable, { ...careful, what: '200' }, { intent: 'done' } as const];
const startsAt = Array.from({ length: 8 }, (_, n) => n * 50);
const calm: RoundPlan = { script, startsAt, outages: [[], []] };

const away: Outage = { kind: 'away', from: 400, until: 6_400 };
const noClaims: Outage = { ...away, from: 0, only: 'tool_started' };
const noOutcomes: Outage = { ...away, from: 0, until: 7_500, only: 'tool_result' };
/** Longer than the 10 s after which another worker starts a call that nobody has claimed. */
const oneSided: Outage = { kind: 'frozen', from: 0, until: 11_500, only: 'tool_started' };

const plans = {
  calm,
  away: { ...calm, outages: [[away], [away]] },
  'without claims': { ...calm, outages: [[noClaims], [noClaims]] },
  'one-sided': { ...calm, outages: [[oneSided], []] },
  'without outcomes': { ...calm, outages: [[noOutcomes], []] },
} satisfies Record<string, RoundPlan>;
type Name = keyof typeof plans;

/** Which faulty worker plays which round, and what it must be found to do. */
const faulty = [
  ['a worker without a clock', 'clockless', 'without claims', 'expired'],
  ['a worker that does not repeat a save', 'impatient', 'without outcomes', 'lost'],
  ['a store that appends at any version', 'blind worker', 'one-sided', 'twice'],
] as const;

let folder = '';
const rounds = new Map<string, Promise<Round>>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outages-'));
  const [good = '', bad = ''] = await Promise.all([
    bundle(folder, 'outage-main'),
    bundle(folder, 'bad-main'),
  ]);
  for (const name of Object.keys(plans) as Name[]) rounds.set(name, play([good], plans[name]));
  for (const [, name, plan] of faulty) rounds.set(name, play([bad, name], plans[plan]));
  rounds.set('seeded', play([good], planRound(randomOf(1))));
  await Promise.all(rounds.values());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function play(command: readonly string[], plan: RoundPlan): Promise<Round> {
  const space = `round${rounds.size}`;
  const address = { name: 'file', where: folder, space } as const;
  const journal = join(folder, `${space}.journal`);
  return playRound({ command, address, store: await openStore(address), journal }, plan, 1);
}

async function playedRound(name: string): Promise<Round> {
  const round = await rounds.get(name);
  if (round === undefined) throw new Error(`no round ${name}`);
  return round;
}

const kindsOf = (faults: readonly OutageFault[]) => [...new Set(faults.map(({ kind }) => kind))];
const eventsOf = ({ threads }: Round) => threads.flatMap(({ events }) => events);

test.each([...Object.keys(plans), 'seeded'])('the round %s has no faults', async (name) => {
  expect(judgeRound(await playedRound(name))).toEqual([]);
});

test('without an outage, each call is claimed once, runs once and has one result', async () => {
  const round = await playedRound('calm');
  const runs = runsOf(round);
  expect(runs).toHaveLength(startsAt.length * 3);
  for (const type of ['tool_started', 'tool_result'])
    expect(eventsOf(round).filter((event) => event.type === type)).toHaveLength(runs.length);
});

test('a claim that an outage delays past its lease is claimed anew', async () => {
  const round = await playedRound('without claims');
  const claims = eventsOf(round).filter((event) => event.type === 'tool_started');
  expect(claims.filter(({ attempt }) => attempt > 1)).not.toEqual([]);
  expect(runsOf(round).filter(({ attempt }) => attempt > 1)).not.toEqual([]);
});

test('an outcome that an outage delays past its lease closes the hand-over', async () => {
  const late = eventsOf(await playedRound('without outcomes')).filter((event) => 'late' in event);
  expect(late).not.toEqual([]);
});

test.each(faulty)('%s (%s) in the round %s is found out: %s', async (_, name, __, kind) => {
  expect(kindsOf(judgeRound(await playedRound(name)))).toContain(kind);
});

type Change = (round: Round) => Partial<Round>;
const changeEvents =
  (change: (events: Round['threads'][number]['events']) => Round['threads'][number]['events']) =>
  ({ threads }: Round) => ({
    threads: threads.map((thread) => ({ ...thread, events: change(thread.events) })),
  });

test.each<[string, OutageFault['kind'], Change]>([
  [
    'a tool runs again while it runs',
    'overlap',
    ({ journal }) => ({
      journal: journal.flatMap((entry) =>
        entry.phase === 'start' ? [entry, { ...entry, worker: 1 - entry.worker }] : [entry],
      ),
    }),
  ],
  [
    'a careful tool runs again',
    'twice',
    ({ journal }) => ({
      journal: [...journal, ...journal.map((entry) => ({ ...entry, attempt: 2 }))],
    }),
  ],
  [
    'a lease ends before the run',
    'expired',
    changeEvents((events) =>
      events.map((event) =>
        event.type === 'tool_started'
          ? { ...event, lease_until: event.at.replace(/^2\d/, '19') }
          : event,
      ),
    ),
  ],
  [
    'a result is gone',
    'lost',
    changeEvents((events) => events.filter(({ type }) => type !== 'tool_result')),
  ],
  [
    'a claim is gone',
    'other',
    changeEvents((events) => events.filter(({ type }) => type !== 'tool_started')),
  ],
  [
    'an event changes nothing',
    'other',
    changeEvents((events) => events.flatMap((one) => [one, one])),
  ],
  [
    'a run has no end',
    'other',
    ({ journal }) => ({ journal: journal.filter(({ phase }) => phase === 'start') }),
  ],
  ['a thread hangs', 'hangs', () => ({ hanging: ['r-0'] })],
  ['a worker complained', 'other', () => ({ complaints: ['TypeError'] })],
  [
    'a thread is listed otherwise',
    'other',
    ({ threads }) => ({ threads: threads.map((thread) => ({ ...thread, listed: undefined })) }),
  ],
])('a record in which %s has a fault: %s', async (_, kind, change) => {
  const round = await playedRound('calm');
  expect(kindsOf(judgeRound({ ...round, ...change(round) }))).toContain(kind);
});
