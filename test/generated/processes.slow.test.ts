import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { Event } from '../../registry/agent/core/event.ts';
import { answer } from '../../registry/agent/core/people.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { load } from '../../registry/agent/core/store.ts';
import { killChildren, startChild } from '../support/generated/child.ts';
import { wholeLines } from '../support/generated/whole-lines.ts';

const root = mkdtempSync(join(tmpdir(), 'processes-'));
afterAll(() => {
  killChildren();
  rmSync(root, { recursive: true, force: true });
});

test('keeps each acknowledged append of three processes that are killed', async () => {
  const folder = join(root, 'appending');
  const acknowledged = new Map<number, string>();
  for (let round = 0; round < 6; round++) {
    const writers = ['ada', 'bob', 'eve'].map((name) => startChild('append.ts', folder, name));
    await expect
      .poll(() => writers.every(({ lines }) => lines().length > 0), {
        timeout: 20_000,
        interval: 20,
      })
      .toBe(true);
    await setTimeout(100 + round * 37);
    for (const { child } of writers) child.kill('SIGKILL');
    await Promise.all(writers.map(({ ended }) => ended));
    for (const line of writers.flatMap(({ lines }) => lines())) {
      const [version = '', name = ''] = line.split(' ');
      expect(acknowledged.has(Number(version)), `version ${version} acknowledged twice`).toBe(
        false,
      );
      acknowledged.set(Number(version), name);
    }
  }
  const events = await fileStore(folder).load('t');
  expect(acknowledged.size).toBeGreaterThan(100);
  expect(events.length).toBeGreaterThanOrEqual(acknowledged.size);
  const authors = new Map(
    events.map((event, version) => [version, event.type === 'message' ? event.from : '']),
  );
  expect([...acknowledged].filter(([version, name]) => authors.get(version) !== name)).toEqual([]);
}, 120_000);

/** Runs the thread in `folder`. Kills it `ms` after it has saved `after` events. */
async function runAndKill(folder: string, after: number, ms: number, saved: Set<number>) {
  const running = startChild('run.ts', folder);
  await expect
    .poll(() => running.lines().length > 0 || running.child.exitCode !== null, {
      timeout: 20_000,
      interval: 5,
    })
    .toBe(true);
  while (Number(running.lines().at(-1) ?? 0) < after && running.child.exitCode === null)
    await setTimeout(1);
  await setTimeout(ms);
  running.child.kill('SIGKILL');
  await running.ended;
  expect(running.err()).toBe('');
  for (const line of running.lines()) saved.add(Number(line));
}

const effectsIn = (folder: string) => wholeLines(join(folder, 'effects'));

test.each(
  [1, 2, 3, 4, 5, 6, 8, 9, 11].flatMap((after) => [0, 7, 15].map((ms) => [after, ms] as const)),
)(
  'finishes a thread killed after %i events and %i ms, loses no event and runs no tool twice',
  async (after, ms) => {
    const folder = mkdtempSync(join(root, 'killed-'));
    const saved = new Set<number>();
    await runAndKill(folder, after, ms, saved);
    const store = fileStore(join(folder, 'threads'));
    expect((await store.load('t')).length).toBeGreaterThanOrEqual(Math.max(...saved));

    const agent = { store, now: Date.now, policy: { approvers: [] } };
    for (let ahead = 60_000; ahead < 600_000; ahead += 60_000) {
      const again = startChild('run.ts', folder, String(ahead));
      expect([await again.ended, again.err()]).toEqual([0, '']);
      const { state } = await load(store, 't');
      if (state.status === 'done') break;
      expect(state.status).toBe('waiting_for_human');
      await answer(agent, state.open?.call_id ?? '', { by: 'ada', text: 'I looked: continue' });
    }
    const { state, events } = await load(store, 't');
    expect(state.status).toBe('done');
    const effects = effectsIn(folder);
    expect(new Set(effects).size, 'a tool ran twice').toBe(effects.length);
    const results = events.filter((event: Event) => event.type === 'tool_result');
    expect(effects.length).toBeGreaterThanOrEqual(results.length);
  },
  60_000,
);
