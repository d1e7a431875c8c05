import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '../../../registry/agent/core/event.ts';
import { randomOf } from '../../support/random.ts';
import { openStore } from '../../support/generated/open-store.ts';
import { bundle } from './bundle.ts';
import { append, closeTrack, openTrack, settle } from './contest.ts';
import { playThrough, type Kill, type Played } from './episode.ts';
import { kinds, racersOf } from './heats.ts';
import { judge, type Fault } from './judge.ts';
import type { Place } from './places.ts';
import { script } from './script.ts';

let [folder, good, racing, bad]: string[] = [];
let whole: Played;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kills-'));
  [good, racing, bad] = await Promise.all(
    ['victim-main', 'racer-main', 'bad-main'].map((name) => bundle(at(), name)),
  );
  whole = await playKilled([]);
});
afterAll(() => rm(at(), { recursive: true, force: true }));

const at = (): string => folder ?? '';
let played = 0;

/** Plays a thread in a file, by processes that are killed. */
async function playKilled(
  kills: readonly Kill[],
  { hasRival = false, command = [good ?? ''] } = {},
): Promise<Played> {
  const address = { name: 'file', where: at(), space: 'threads' } as const;
  const stage = { command, address, store: await openStore(address), folder: at() };
  return playThrough(stage, { thread: `k${(played += 1)}-x`, kills, hasRival });
}

const kindsOf = (faults: readonly Fault[]) => [...new Set(faults.map(({ kind }) => kind))].sort();

test('a thread that nobody disturbs has no faults, and meets everything', () => {
  expect(judge(whole, script)).toEqual([]);
  expect(new Set(whole.events.map(({ type }) => type))).toEqual(
    new Set<Event['type']>([
      'message',
      'tool_call',
      'tool_started',
      'tool_result',
      'tool_error',
      'tool_pending',
      'approval',
      'human_response',
      'expired',
    ]),
  );
});

test.each<[string, readonly Kill[], boolean]>([
  ['before tool_call', [{ at: 3 }], false],
  ['saved tool_started', [{ at: 7 }], false],
  ['in notes', [{ at: 10 }], true],
  ['behind tool_started', [{ at: 20 }], true],
  ['in staging', [{ at: 22 }], true],
  ['behind staging', [{ at: 23 }, { at: 1 }, { at: 4 }], true],
])('killed %s and later %j, it has no faults', async (name, kills, hasRival) => {
  const record = await playKilled(kills, { hasRival });
  expect(whole.points[kills[0]?.at ?? -1]).toBe(name);
  expect(record.kills).toHaveLength(kills.length);
  expect(record.kills[0]).toBe(name);
  expect(judge(record, script)).toEqual([]);
});

test('a store that acknowledges before it saves is found to lose', async () => {
  const record = await playKilled([{ at: 8 }], { command: [bad ?? '', 'hasty'] });
  expect(kindsOf(judge(record, script))).toContain('lost');
});

test('a loop that runs a tool before its claim is saved is found to run it twice', async () => {
  const record = await playKilled([{ at: 22 }], { command: [bad ?? '', 'unclaimed'] });
  expect(judge(record, script).filter(({ kind }) => kind === 'twice')).not.toEqual([]);
});

type Change = (record: Played) => Partial<Played>;
const first = { version: 1, event: '{}' };
const began = { phase: 'began', key: 'k1-x:4', what: 'staging' } as const;

test.each<[string, Fault['kind'], Change]>([
  ['an event is gone', 'lost', ({ events }) => ({ events: events.slice(0, -1) })],
  [
    'an event is another',
    'lost',
    ({ acknowledged }) => ({ acknowledged: [...acknowledged, first] }),
  ],
  [
    'a version is acknowledged twice',
    'lost',
    ({ acknowledged: all }) => ({ acknowledged: [...all, ...all] }),
  ],
  [
    'a careful tool runs again',
    'twice',
    ({ effects }) => ({ effects: [...effects, { ...began, attempt: 2 }] }),
  ],
  ['an attempt runs again', 'twice', ({ effects }) => ({ effects: [...effects, ...effects] })],
  [
    'a tool runs without a claim',
    'other',
    ({ effects }) => ({ effects: [...effects, { ...began, key: 'k', attempt: 1 }] }),
  ],
  [
    'a tool takes effect twice',
    'twice',
    ({ effects }) => ({ effects: [...effects, { ...began, attempt: 1, phase: 'took' }] }),
  ],
  ['a tool takes no effect', 'other', () => ({ effects: [] })],
  [
    'a lease is broken',
    'other',
    ({ events }) => ({
      events: events.map((event) =>
        event.type === 'tool_started'
          ? { ...event, lease_until: '9999-01-01T00:00:00.000Z' }
          : event,
      ),
    }),
  ],
  [
    'an event changes nothing',
    'other',
    ({ events }) => ({ events: events.flatMap((event) => [event, event]) }),
  ],
  ['it is listed otherwise', 'other', () => ({ listed: undefined })],
  ['a process saw it otherwise', 'other', () => ({ seen: '{}' })],
  ['a process died', 'other', () => ({ complaints: ['TypeError'] })],
  ['it stops early', 'other', ({ events }) => ({ events: events.slice(0, 9), acknowledged: [] })],
])('a record in which %s has a fault: %s', (_, kind, change) => {
  expect(kindsOf(judge({ ...whole, ...change(whole) }, script))).toContain(kind);
});

const place: Place = {
  name: 'file',
  isHere: true,
  address: async (space) => ({ name: 'file', where: at(), space }),
  open: async (space) => openStore({ name: 'file', where: at(), space }),
};

test('in a race of two processes one answer of each kind counts, and the rest is told', async () => {
  const track = await openTrack(place, [racing ?? ''], 2);
  for (const [n, kind] of kinds.entries()) {
    const { applied, refused, wrong } = await settle(
      track,
      `r${n}`,
      kind.step,
      racersOf(kind, 20, randomOf(n)),
    );
    expect(wrong).toEqual([]);
    if (!kind.does.includes('expire')) expect([applied, refused]).toEqual([1, 19]);
  }
  expect(await append(track, 'lines', 20)).toEqual({ applied: 40, refused: 0, ran: 0, wrong: [] });
  expect(await closeTrack(track)).toBe('');
});

test('a store that appends whatever the version is found to apply several answers', async () => {
  const track = await openTrack(place, [bad ?? '', 'blind'], 2);
  const [kind] = kinds;
  if (kind === undefined) throw new Error('no kind');
  const { wrong } = await settle(track, 'blind', kind.step, racersOf(kind, 20, randomOf(1)));
  expect(wrong).toContainEqual(expect.stringMatching(/^\d+ answers were applied$/));
  await closeTrack(track);
});
