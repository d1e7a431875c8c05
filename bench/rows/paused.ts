import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '../../registry/agent/core/event.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { append, type Store, type Thread } from '../../registry/agent/core/store.ts';
import { initial } from '../../registry/agent/core/thread.ts';
import { heldSince, mbOf, tellsHeap } from '../../test/torture/soak/memory.ts';
import { newPostgres } from '../../test/support/generated/database-servers.ts';
import {
  startServed,
  writeServed,
  type Env,
  type Started,
} from '../../test/support/generated/served-agent.ts';
import { atMost, type Bar, type Figure } from '../figures.ts';
import type { Row } from '../row.ts';

const THREADS = 100_000;
const AT_ONCE = 32;
/** ms in which a server looks at all that is due, which it does once a minute at least, and is measured after that. */
const SETTLE_MS = 75_000;

/** What threads cost a server that waits for people: nothing should be in memory for each. */
export const paused: Row = {
  name: 'paused',
  about:
    `a server's memory with 100,000 threads that wait for an approval (with --quick 5,000); floor: with none; ` +
    `held: after a garbage collection; resident: with what is not collected yet`,
  peers: [],
  async measure({ folder, isQuick }) {
    const project = writeServed(join(folder, 'served'));
    const database = await newPostgres(folder);
    await database.start();
    const [threads, count] = [join(folder, 'threads'), isQuick ? THREADS / 20 : THREADS];
    const postgres = postgresStore(database.url, 'bench');
    const heap = join(folder, 'heap');
    const stores: readonly [string, Store, Env][] = [
      ['postgres', postgres, { STORE: 'postgres', THREADS: 'bench', DATABASE_URL: database.url }],
      ['file', fileStore(threads), { STORE: 'file', THREADS: threads }],
    ];
    try {
      const figures: Figure[] = [];
      for (const [name, store, env] of stores)
        figures.push(
          ...(await measure(
            name,
            store,
            await startServed(project, { ...env, ...tellsHeap(heap) }),
            count,
            heap,
          )),
        );
      return figures;
    } finally {
      await postgres.close();
      await database.stop();
    }
  },
};

async function measure(
  name: string,
  store: Store,
  { child, url, ended }: Started,
  count: number,
  heap: string,
): Promise<readonly Figure[]> {
  const memory = async () => settledMb(child.pid, url, heap);
  const floor = await memory();
  await pauseThreads(store, count);
  const ours = await memory();
  child.kill();
  await ended;
  const of = `MB for ${count.toLocaleString('en')} paused threads`;
  const more = (key: keyof Memory, bar?: Bar) => [
    { value: ours[key] - floor[key], of, ...(bar && { bar }) },
  ];
  return [
    {
      what: `held, ${name}`,
      unit: 'MB',
      ours: ours.held,
      floor: floor.held,
      judged: more('held', atMost(50)),
    },
    {
      what: `resident, ${name}`,
      unit: 'MB',
      ours: ours.resident,
      floor: floor.resident,
      judged: more('resident'),
    },
  ];
}

type Memory = { readonly held: number; readonly resident: number };

/** After the same requests each time, since the first ones load code. */
async function settledMb(pid: number | undefined, url: string, heap: string): Promise<Memory> {
  for (let n = 0; n < 200; n++) await (await fetch(`${url}/threads?limit=100`)).text();
  const since = Date.now();
  await sleep(SETTLE_MS);
  return { held: heldSince(heap, since).at(-1)?.mb ?? Number.NaN, resident: mbOf(pid) };
}

async function pauseThreads(store: Store, count: number): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < count) {
      await pauseThread(store, `t_${String(next++).padStart(8, '0')}`);
      // The file store waits for nothing, and connections that were closed meanwhile want to be noticed.
      await setImmediate();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function pauseThread(store: Store, id: string): Promise<void> {
  const [at, due] = [
    new Date().toISOString(),
    new Date(Date.now() + 30 * 86_400_000).toISOString(),
  ];
  const step = { intent: 'write', to: 'production' };
  const events: readonly Event[] = [
    { type: 'message', channel: 'http', from: 'ada', text: 'go', at },
    {
      type: 'tool_call',
      call_id: `${id}:1`,
      step,
      awaits: 'approval',
      objection: { ask: 'it writes' },
      due,
      at,
    },
  ];
  let thread: Thread = { id, events: [], state: initial };
  for (const event of events) thread = await append(store, thread, event);
}
