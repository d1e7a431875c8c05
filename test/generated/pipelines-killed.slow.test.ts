import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import type { Agent } from '../../registry/agent/core/agent.ts';
import { answer, start } from '../../registry/agent/core/people.ts';
import { listAll, load } from '../../registry/agent/core/store.ts';
import { killChildren, startChild } from '../support/generated/child.ts';
import type { WorkerTask } from '../support/generated/children/pipeline-worker.ts';
import { openLedger, type Ledger } from '../support/generated/effects.ts';
import * as pipelines from '../support/generated/pipelines.ts';
import {
  closePlaces,
  newFolder,
  newSpace,
  places,
  type Place,
} from '../support/generated/store-places.ts';

const { ANSWER_USD, everything, familyOf, once, repeatable, RETURNED } = pipelines;

afterAll(async () => {
  killChildren();
  await closePlaces();
});

const SPEED = 40;
const message = { channel: 'test', from: 'ada', text: 'go' };

/** Starts pipelines at a place, and processes that do them. */
async function setUp(place: Place, count: number) {
  const space = newSpace();
  const store = await place.open(space);
  const where = await place.where();
  const at = place.name === 'postgres' ? where : join(newFolder('effects'), 'effects');
  const from = Date.now();
  const now = () => from + (Date.now() - from) * SPEED;
  const nothing = everything(() => Promise.reject(new Error('not here')));
  const { agent: plain } = pipelines.pipelineOn({ store, pipeline: nothing });
  const agent: Agent = { ...plain, now };
  const ledger = await openLedger(at);
  const threads = await Promise.all(Array.from({ length: count }, () => start(agent, message)));
  const address = { name: place.name, where, space };
  const task: WorkerTask = { address, ledger: at, from, speed: SPEED };
  const worker = () => startChild('pipeline-worker.ts', JSON.stringify(task));
  return { agent, store, ledger, worker, ids: threads.map(({ id }) => id) };
}

/** Ends a worker some time after it began to work. */
async function kill(worker: ReturnType<typeof startChild>, ms: number): Promise<void> {
  await expect.poll(() => worker.lines().length, { timeout: 30_000, interval: 10 }).toBe(1);
  await sleep(ms);
  worker.child.kill('SIGKILL');
  await worker.ended;
  expect(worker.err()).toBe('');
}

/** ms in which a process that is slow, and not dead, does what it had begun. */
const PATIENCE_MS = 2_000;
const seen = new Map<string, number>();

/** Answers the questions of pipelines as the effects say. Returns how many there were. */
async function answerAll(agent: Agent, ledger: Ledger): Promise<number> {
  let questions = 0;
  for await (const { id } of listAll(agent.store, { status: 'waiting_for_human', limit: 500 })) {
    const { state } = await load(agent.store, id);
    if (state.status !== 'waiting_for_human') continue;
    const { call_id } = state.open;
    const seenAt = seen.get(call_id) ?? performance.now();
    seen.set(call_id, seenAt);
    if (performance.now() < seenAt + PATIENCE_MS) continue;
    const question = pipelines.questionOf(state.open);
    const name = once.find((one) => question.includes(one.split(' ')[0] ?? one));
    const effects = await ledger.all();
    const ran = effects.some((effect) => effect.thread === id && effect.name === name);
    const result = name === 'fail' ? 'failed: no disk' : `done ${JSON.stringify(name)}`;
    await answer(agent, call_id, { by: 'ada', text: ran ? result : 'retry' });
    questions += 1;
  }
  return questions;
}

/** Checks the effects and the threads of pipelines that are over. */
async function checkAll({ store, ledger, ids }: Awaited<ReturnType<typeof setUp>>): Promise<void> {
  const effects = await ledger.all();
  for (const id of ids) {
    const [thread, ...small] = await familyOf(store, id);
    const last = thread?.events.filter((event) => event.type === 'tool_call').slice(-1)[0];
    expect(last?.step['message'], id).toBe(RETURNED);
    expect(small.map(({ state }) => state.status)).toEqual(['done', 'done']);
    expect(thread?.state.usage.usd).toBe(4 * ANSWER_USD);
    const own = effects.filter((effect) => effect.thread === id);
    for (const name of once) {
      const runs = own.filter((effect) => effect.name === name);
      expect([id, name, runs.length]).toEqual([id, name, 1]);
    }
    for (const name of repeatable)
      expect(own.filter((effect) => effect.name === name).length).toBeGreaterThan(0);
    const asked = thread?.events.filter(({ type }) => type === 'human_response') ?? [];
    const keys = new Set(own.map(({ key }) => key)).size;
    // Only where a person said that a step runs again does it get another key.
    expect(keys).toBeLessThanOrEqual(once.length + repeatable.length + asked.length);
  }
}

type Storm = { readonly count: number; readonly workers: number; readonly kills: number };

async function storm(place: Place, { count, workers, kills }: Storm) {
  const here = await setUp(place, count);
  const startedAt = performance.now();
  const running = Array.from({ length: workers }, here.worker);
  let questions = 0;
  for (let round = 0; round < kills; round += 1) {
    const at = round % workers;
    const next = running[at];
    if (!next) throw new Error('no worker');
    await kill(next, 150 + ((round * 397) % 900));
    running[at] = here.worker();
    questions += await answerAll(here.agent, here.ledger);
  }
  const isOver = async () => {
    questions += await answerAll(here.agent, here.ledger);
    const left = here.ids.map(async (id) => (await load(here.store, id)).state.status);
    return (await Promise.all(left)).filter((status) => status !== 'done').length;
  };
  await expect.poll(isOver, { timeout: 120_000, interval: 500 }).toBe(0);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const what = `${count} pipelines, ${workers} workers, ${kills} kills, ${questions} questions`;
  console.log(`${place.name}: ${what}: ${seconds} s`);
  for (const { child } of running) child.kill('SIGTERM');
  await Promise.all(running.map(({ ended }) => ended));
  await checkAll(here);
  await here.ledger.close();
}

const storms: Partial<Record<Place['name'], Storm>> = {
  postgres: { count: 100, workers: 2, kills: 6 },
};

describe.each(places.filter(({ isShared }) => isShared))('$name', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});
  const all = storms[place.name] ?? { count: 4, workers: 1, kills: 4 };
  test(`${all.count} pipelines whose workers are killed at times end, each step as it should`, async () => {
    await storm(place, all);
  });
});
