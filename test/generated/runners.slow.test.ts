import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { start } from '../../registry/agent/core/people.ts';
import { load, wrapStore } from '../../registry/agent/core/store.ts';
import { typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { send } from '../support/generated/http.ts';
import { runnerAgent } from '../support/generated/runner-agent.ts';
import {
  describeRunners,
  eventually,
  launch,
  mostAtOnce,
  say,
  type Place,
} from '../support/generated/runner-processes.ts';

const repeat = (ms: number) => ({ intent: 'repeat', ms });
const behaviour = { timeoutMs: 60_000, expiryMs: 60_000, bugFile: '', asksBeforeOnce: false };

const isDone = (place: Place, id: string) =>
  eventually(async () => expect(await place.statusOf(id)).toBe('done'));

describeRunners(({ name, hasEngine, open }) => {
  /** A server, and for an engine a worker that moves what the server gets. */
  async function pair(options: Parameters<Place['server']>[0] = {}) {
    const place = await open();
    const server = await place.front(options);
    const worker = hasEngine ? await place.worker(options) : server;
    return { place, server, worker };
  }

  test('a thread is moved, and a message at any time is taken up', async () => {
    const { place, server, worker } = await pair();
    const id = await launch(server, 'a', [repeat(700)]);
    await eventually(() => expect(place.entries('tool', 'a')).toHaveLength(1));
    await say(server, id, 'while a tool runs');
    await isDone(place, id);
    const { events } = await load(place.store, id);
    const types = 'message tool_call tool_started message tool_result tool_call';
    expect(typesOf(events)).toBe(types);
    expect(place.entries('tool', 'a')).toMatchObject([{ pid: worker.pid }]);

    writeFileSync(place.holdFile, '');
    const late = await launch(server, 'b');
    await isDone(place, late);
    await say(server, late, 'after the last load of advance()');
    await sleep(300);
    expect(place.entries('model', 'b')).toHaveLength(1);
    rmSync(place.holdFile);
    await isDone(place, late);
    expect(place.entries('model', 'b')).toHaveLength(2);
  });

  test('threads that are due are found: a wake that was lost, and a request that expires', async () => {
    const { place, server } = await pair({ expiryMs: 500 });
    const due = new Date().toISOString();
    const store = wrapStore(place.store, {
      append: (id, version, event, index) =>
        place.store.append(id, version, event, { ...index, due }),
    });
    const agent = runnerAgent(store, place.ledger, behaviour);
    const text = JSON.stringify({ name: 'lost', steps: [] });
    const lost = await start(agent, { channel: 'test', from: 'ada', text });
    const asks = await launch(server, 'asks', [{ intent: 'ask', question: 'Which?' }]);
    await isDone(place, lost.id);
    await isDone(place, asks);
    const { events } = await load(place.store, asks);
    expect(typesOf(events)).toBe('message tool_call expired tool_call');
  });

  test('what runs is saved on SIGTERM, and another process goes on at once', async () => {
    const { place, server, worker } = await pair();
    const id = await launch(server, 'a', [repeat(5_000), repeat(10)]);
    await eventually(() => expect(place.entries('tool', 'a')).toHaveLength(1));
    const other = hasEngine ? await place.worker() : await place.server();
    expect(place.entries('tool ended', 'a')).toEqual([]);
    const { code, ms } = await worker.stop();
    expect(code).toBe(0);
    await isDone(place, id);
    const [first, second] = place.entries('tool', 'a');
    expect([first?.pid, second?.pid]).toEqual([worker.pid, other.pid]);
    const gap = (second?.at ?? 0) - (place.entries('tool ended', 'a')[0]?.at ?? 0);
    console.log(`${name}: ended after ${ms} ms, went on after ${gap} ms`);
    expect(gap).toBeLessThan(10_000);
  });

  test('many processes ask each model once, and one of them at a time searches', async () => {
    const place = await open();
    // With an engine, a search takes longer than the time between two, and finds what runs, too.
    const options = { searchMs: hasEngine ? 700 : 100, isAlwaysDue: hasEngine };
    const kinds = hasEngine ? Array.from({ length: 7 }, () => place.worker(options)) : [];
    const more = hasEngine ? [] : Array.from({ length: 7 }, () => place.server(options));
    const servers = [await place.front(options), ...(await Promise.all(more))];
    await Promise.all(kinds);
    const from = Date.now();
    const names = Array.from({ length: 100 }, (_, n) => `t${n}`);
    const ids = await Promise.all(
      names.map((one, n) =>
        launch(servers[n % servers.length] ?? { url: '' }, one, [repeat(5), repeat(5)]),
      ),
    );
    await eventually(async () => {
      const done = await place.store.list({ status: 'done', limit: 200 });
      expect(done).toHaveLength(ids.length);
    }, 60_000);
    const took = Date.now() - from;
    await sleep(Math.max(0, 4_000 - took));
    const asked = place.entries('model');
    const steps = new Set(asked.map(({ thread, step }) => `${thread} ${step}`));
    const searches = place.entries('search').filter(({ at }) => at > from);
    const figures = `${asked.length} model calls for ${steps.size} steps in ${took} ms`;
    const ms = Date.now() - from;
    console.log(`${name}: ${figures}, ${searches.length} searches in ${ms} ms`);
    expect(steps.size).toBe(300);
    expect(asked.length).toBeLessThanOrEqual(303);
    if (!hasEngine) return;
    expect(mostAtOnce(place, 'search')).toBe(1);
    expect(searches.length).toBeGreaterThan(ms / 3_000);
    expect(searches.length).toBeLessThanOrEqual(ms / 500 + 2);
  });

  test('a thread that fails again and again is handed to a person, and left alone', async () => {
    const { place, server } = await pair({ retryMs: 10, everyMs: 200 });
    writeFileSync(place.bugFile, '');
    const id = await launch(server, 'a');
    await eventually(async () => expect(await place.statusOf(id)).toBe('waiting_for_human'));
    const bugs = place.entries('bug');
    expect(bugs).toHaveLength(10);
    const waits = bugs.slice(1).map(({ at }, n) => at - (bugs[n]?.at ?? 0));
    console.log(`${name}: ms before each attempt: ${waits.join(' ')}`);
    expect(waits[8]).toBeGreaterThan(10 * 2 ** 8 - 20);
    await sleep(1_000);
    expect(place.entries('bug')).toHaveLength(10);
    rmSync(place.bugFile);
    const { state } = await load(place.store, id);
    expect(state.open).toMatchObject({
      reason: '10 failures in a row: x is not a function. How should I go on?',
    });
    const body = { call_id: state.open?.call_id, text: 'go on' };
    await send(server.url, 'POST', `/threads/${id}/responses`, { body });
    await isDone(place, id);
  });
});
