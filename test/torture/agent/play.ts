import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { updateThread } from '../../../registry/agent/core/people.ts';
import { answer, approve, report, say } from '../../../registry/agent/core/people.ts';
import { advance } from '../../../registry/agent/core/loop.ts';
import type { Agent } from '../../../registry/agent/core/agent.ts';
import type { Store } from '../../../registry/agent/core/store.ts';
import { openStore, type Address } from '../../support/generated/open-store.ts';
import { linesOf } from './lines.ts';
import { script, type Deed, type Effect, type Order } from './script.ts';
import { victim } from './victim.ts';

export type Orders = {
  readonly address: Address;
  readonly thread: string;
  /** The file that tools leave a line in. */
  readonly effects: string;
  readonly aheadMs: number;
  /** Which of the points that it passes it stops at for good, from 0. */
  readonly stopAt?: number;
};

/** What it prints, a line each. */
export type Told =
  | { readonly saved: number; readonly event: string }
  | { readonly at: string }
  | { readonly idle: string; readonly points: readonly string[] };

/**
 * Plays the thread until its input ends. `wrap` stands between the agent and the store, to see what
 * a bad one does.
 */
export async function play(
  orders: Orders,
  wrap: (store: Store) => Store = (store) => store,
): Promise<void> {
  const { address, thread, effects, stopAt } = orders;
  const points: string[] = [];
  const point = (name: string) => {
    if (points.push(name) - 1 !== stopAt) return;
    tell({ at: name });
    sleepForever();
  };
  const clock = { aheadMs: orders.aheadMs };
  const opened = await openStore(address);
  const claims = new Map<string, number>();
  const store = watched(wrap(opened), point, claims, ['postgres', 'redis'].includes(address.name));
  const agent = victim({
    store,
    script,
    now: () => Date.now() + clock.aheadMs,
    async act({ what, ends }, { idempotencyKey: key }) {
      const effect = { key, attempt: claims.get(key) ?? 0, what };
      point(`calling ${what}`);
      write(effects, { phase: 'began', ...effect });
      point(`in ${what}`);
      if (ends !== 'badly') write(effects, { phase: 'took', ...effect });
      point(`behind ${what}`);
    },
  });
  await begin(agent, thread);
  const idle = async () => {
    const { state } = await advance(agent, thread);
    tell({ idle: JSON.stringify(state), points });
  };
  await idle();
  for await (const line of linesOf(process.stdin)) {
    const { aheadMs, deed }: Order = JSON.parse(line);
    clock.aheadMs = aheadMs;
    if (deed) await carryOut(agent, thread, deed);
    await idle();
  }
  await opened.close();
}

const ada = { channel: 'test', from: 'ada' };

/** Says the first word, unless it is there, or a rival says it at the same time. */
async function begin(agent: Agent, thread: string): Promise<void> {
  const text = 'zw\u00f6lf \u{1f642}\n\u2028\0"\\';
  await updateThread(agent, thread, ({ events: [first] }) =>
    first === undefined ? { type: 'message', ...ada, text } : undefined,
  );
}

async function carryOut(agent: Agent, thread: string, deed: Deed): Promise<unknown> {
  switch (deed.do) {
    case 'approve':
      return approve(agent, deed.call, { approved: deed.approved, by: deed.by });
    case 'answer':
      return answer(agent, deed.call, { by: deed.by, text: deed.text });
    case 'say':
      return say(agent, thread, { ...ada, text: deed.text });
    case 'report':
      return report(agent, deed.call, { result: 'arrived' });
    default:
      return deed satisfies never;
  }
}

/** Passes points around every append, and acknowledges what is saved. */
function watched(
  store: Store,
  point: (name: string) => void,
  claims: Map<string, number>,
  isRemote: boolean,
): Store {
  return {
    ...store,
    async append(id, version, event, index) {
      point(`before ${event.type}`);
      const saving = store.append(id, version, event, index);
      if (isRemote) {
        // The request has left, and nobody knows what became of it.
        await Promise.race([saving.catch(() => undefined), setImmediate()]);
        point(`saving ${event.type}`);
      }
      const saved = await saving;
      point(`saved ${event.type}`);
      tell({ saved, event: JSON.stringify(event) });
      if (event.type === 'tool_started') claims.set(event.call_id, event.attempt);
      point(`behind ${event.type}`);
      return saved;
    },
  };
}

/**
 * In one call that returns once the reader can have it, so that a kill behind it takes nothing
 * back.
 */
const tell = (told: Told): void => void writeSync(1, `${JSON.stringify(told)}\n`);

function write(path: string, effect: Effect): void {
  const file = openSync(path, 'a');
  writeSync(file, `${JSON.stringify(effect)}\n`);
  fsyncSync(file);
  closeSync(file);
}

const sleepForever = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
