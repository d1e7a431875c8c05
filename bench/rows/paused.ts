import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '../../registry/agent/event.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { append, type Store, type Thread } from '../../registry/agent/store/store.ts';
import { initial } from '../../registry/agent/thread.ts';
import { newPostgres } from '../../test/support/servers.ts';
import { startServed, writeServed, type Env, type Started } from '../../test/support/served.ts';
import { atMost, type Figure } from '../figures.ts';
import type { Row } from '../row.ts';

const THREADS = 100_000;
const AT_ONCE = 32;
/** ms in which a server looks at what is due, and collects what it no longer needs. */
const SETTLE_MS = 15_000;

/** What threads cost a server that waits for people: nothing should be in memory for each. */
export const paused: Row = {
  name: 'paused',
  about: `a server's memory with 100,000 threads that wait for an approval (with --quick 5,000); floor: with none`,
  peers: [],
  async measure({ folder, isQuick }) {
    const project = writeServed(join(folder, 'served'));
    const database = await newPostgres(folder);
    await database.start();
    const [threads, count] = [join(folder, 'threads'), isQuick ? THREADS / 20 : THREADS];
    const postgres = postgresStore(database.url, 'bench');
    const stores: readonly [string, Store, Env][] = [
      ['postgres', postgres, { STORE: 'postgres', THREADS: 'bench', DATABASE_URL: database.url }],
      ['file', fileStore(threads), { STORE: 'file', THREADS: threads }],
    ];
    try {
      const figures: Figure[] = [];
      for (const [name, store, env] of stores)
        figures.push(await measure(name, store, await startServed(project, env), count));
      return figures;
    } finally {
      await postgres.close();
      await database.stop();
    }
  },
};

async function measure(name: string, store: Store, { child, url, ended }: Started, count: number): Promise<Figure> {
  const floor = await settledMb(child.pid ?? 0, url);
  await pauseThreads(store, count);
  const ours = await settledMb(child.pid ?? 0, url);
  child.kill();
  await ended;
  const judged = [{ value: ours - floor, of: `MB for ${count.toLocaleString('en')} paused threads`, bar: atMost(50) }];
  return { what: `resident, ${name}`, unit: 'MB', ours, floor, judged };
}

/** After the same requests each time, since the first ones load code. */
async function settledMb(pid: number, url: string): Promise<number> {
  for (let n = 0; n < 200; n++) await (await fetch(`${url}/threads?limit=100`)).text();
  await sleep(SETTLE_MS);
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;
}

async function pauseThreads(store: Store, count: number): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < count) await pauseThread(store, `t_${String(next++).padStart(8, '0')}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function pauseThread(store: Store, id: string): Promise<void> {
  const [at, due] = [new Date().toISOString(), new Date(Date.now() + 30 * 86_400_000).toISOString()];
  const step = { intent: 'write', to: 'production' };
  const events: readonly Event[] = [
    { type: 'message', channel: 'http', from: 'ada', text: 'go', at },
    { type: 'tool_call', call_id: `${id}:1`, step, awaits: 'approval', objection: { ask: 'it writes' }, due, at },
  ];
  let thread: Thread = { id, events: [], state: initial };
  for (const event of events) thread = await append(store, thread, event);
}
