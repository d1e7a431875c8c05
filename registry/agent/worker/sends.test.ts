import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { Agent, Outbox } from '../core/agent.ts';
import type { NewEvent } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import { updateThread } from '../core/people.ts';
import { load, wrapStore } from '../core/store.ts';
import { memoryStore } from '../store/memory.ts';
import { ask, done, hear, toyAgent, typesOf } from '../testing/toy-agent.ts';
import { startWorker } from './worker.ts';

const often = { everyMs: 5, log: () => undefined };
const never = { dueAt: () => undefined };
const past = { dueAt: () => new Date(0).toISOString() };

const delivery: NewEvent = { type: 'delivery', delivery: 'd', attempt: 1, state: 'sent' };

const tellNothing: Outbox = { ...never, send: () => Promise.resolve() };

async function becomes({ store }: Agent, types: string): Promise<void> {
  const now = async () => typesOf((await load(store, 't')).events);
  await vi.waitFor(async () => expect(await now()).toBe(types), 4_500);
}

test('a thread that failed is continued soon, although people were told meanwhile', async () => {
  const inner = memoryStore();
  let failures = 1;
  const store = wrapStore(inner, {
    load(id) {
      failures -= 1;
      if (failures === 0) return Promise.reject(new TypeError('away'));
      return inner.load(id);
    },
  });
  const { agent } = toyAgent([done], { store: inner });
  await hear(agent, 't');
  const worker = startWorker({ ...agent, store, outbox: tellNothing }, often);
  worker.advance('t');
  await becomes(agent, 'message tool_call');
  await worker.stop();
});

test('after a failure people are told later, and the thread is continued', async () => {
  const send = vi.fn(() => Promise.reject(new Error('a typo in people.ts')));
  const { agent } = toyAgent([ask]);
  await hear(agent, 't');
  const worker = startWorker({ ...agent, outbox: { ...past, send } }, often);
  worker.advance('t');
  await becomes(agent, 'message tool_call');
  await sleep(1_000);
  expect(send.mock.calls.length).toBeLessThan(3);
  await worker.stop();
});

test('a due thread in which nothing happens is not loaded at each search', async () => {
  const { agent } = toyAgent([ask]);
  await hear(agent, 't');
  const stale = startWorker(
    { ...agent, outbox: { ...past, send: () => Promise.resolve() } },
    often,
  );
  stale.advance('t');
  await becomes(agent, 'message tool_call');
  await stale.stop();
  const store = wrapStore(agent.store, {});
  const loads = vi.spyOn(store, 'load');
  const worker = startWorker({ ...agent, store }, often);
  await sleep(500);
  expect(loads.mock.calls.length).toBeGreaterThan(0);
  expect(loads.mock.calls.length).toBeLessThan(5);
  await worker.stop();
});

test('a worker that starts looks once at threads that wait: people may be new', async () => {
  const { agent } = toyAgent([ask]);
  await hear(agent, 't');
  await advance(agent, 't');
  const told: string[] = [];
  const send: Outbox['send'] = (_, id) => Promise.resolve(void told.push(id));
  const worker = startWorker({ ...agent, outbox: { ...never, send } }, often);
  await sleep(200);
  expect(told).toEqual(['t']);
  await worker.stop();
});

test('what was sent is saved while the worker stops', async () => {
  let stopped: Promise<unknown> = Promise.resolve();
  const outbox: Outbox = {
    ...never,
    async send(sending, id, signal) {
      stopped = worker.stop();
      expect(signal.aborted).toBe(true);
      await updateThread(sending, id, () => delivery);
    },
  };
  const { agent } = toyAgent([ask]);
  await hear(agent, 't');
  const worker = startWorker({ ...agent, outbox }, { ...often, everyMs: Infinity });
  worker.advance('t');
  await vi.waitFor(async () => {
    expect(typesOf((await load(agent.store, 't')).events)).toContain('delivery');
  });
  await stopped;
});

test('the answer of a model is saved while the worker stops, after a delivery, too', async () => {
  const { agent } = toyAgent([ask]);
  let stopped: Promise<unknown> = Promise.resolve();
  let asked = 0;
  const model: Agent['model'] = async (request) => {
    asked += 1;
    await updateThread(agent, 't', () => delivery);
    stopped = worker.stop();
    return await agent.model(request);
  };
  await hear(agent, 't');
  const worker = startWorker({ ...agent, model }, { ...often, everyMs: Infinity });
  worker.advance('t');
  await becomes(agent, 'message delivery tool_call');
  await stopped;
  expect(asked).toBe(1);
});
