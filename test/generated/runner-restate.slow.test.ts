import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hear, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { killChildren, startChild } from '../support/generated/child.ts';
import type { Task } from '../support/generated/children/restate-worker.ts';
import { openStore, type Opened } from '../support/generated/open-store.ts';
import { newRestate, type RestateServer } from '../support/generated/restate-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'restate-test-'));
let restate: RestateServer;
let spaces = 0;
const runs = Number(process.versions.node.split('.')[0]) >= 22;

beforeAll(async () => {
  restate = await newRestate(folder);
  await restate.start();
});
afterAll(async () => {
  killChildren();
  await restate.stop();
  await restate.close();
});

/** Threads in a file store, and the processes of an agent that share it. */
async function world(defaults: Partial<Task> = {}) {
  const space = `s${++spaces}`;
  const address = { name: 'file', where: folder, space } as const;
  const store: Opened = await openStore(address);
  const calls = join(folder, `calls-${space}`);
  const agent = { ...toyAgent([], { store }).agent, now: Date.now };
  const engine = { url: restate.url, space };
  const common = { engine, store: address, calls, steps: 2, modelMs: 20, atOnce: 20 };

  async function start(name: string, changes: Partial<Task> = {}) {
    const task: Task = { ...common, name, ...defaults, ...changes };
    const process = startChild('restate-worker.ts', JSON.stringify(task));
    await vi.waitFor(() => expect(process.lines(), process.err()).toContain('ready'), waiting);
    return process;
  }

  return {
    space,
    store,
    agent,
    start,
    hear: (id: string) => hear(agent, id, id),
    /** The processes that called the model for a thread, in order. */
    calls: (id?: string) =>
      (existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').slice(0, -1) : [])
        .map((line) => line.split(' '))
        .filter(([thread]) => id === undefined || thread === id)
        .map(([, process]) => process),
    done: async (count: number, timeout = 60_000) =>
      await vi.waitFor(
        async () => expect(await store.list({ status: 'done', limit: 1_000 })).toHaveLength(count),
        { timeout, interval: 100 },
      ),
  };
}

const waiting = { timeout: 20_000, interval: 50 };

describe.runIf(runs)('restate', () => {
  test('advances a thread that was launched by another process', async () => {
    const { hear, start, done, calls } = await world();
    const server = await start('server', { atOnce: 0 });
    await start('worker');
    await hear('t');
    server.write('t');
    await done(1);
    expect(calls()).toEqual(['worker', 'worker', 'worker']);
  });

  test('spreads 100 threads over two processes, and calls the model once a step', async () => {
    const { hear, start, done, calls } = await world({ modelMs: 100, atOnce: 10 });
    await Promise.all(['a', 'b'].map((name) => start(name)));
    const server = await start('server', { atOnce: 0 });
    const ids = Array.from({ length: 100 }, (_, n) => `o${n % 4}_${n}`);
    for (const id of ids) {
      await hear(id);
      server.write(id);
    }
    const startedAt = Date.now();
    await done(100);
    const share = calls().filter((name) => name === 'a').length / calls().length;
    console.log(
      `100 threads: ${calls().length} calls of the model for 300 steps, ` +
        `${Math.round(100 * share)} % in one process, ${Date.now() - startedAt} ms`,
    );
    expect(calls().length).toBeLessThanOrEqual(303);
    expect(Math.abs(share - 0.5)).toBeLessThan(0.25);
  });
});
