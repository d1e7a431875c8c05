import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listAll, type Store } from '../../registry/agent/core/store.ts';
import { freePort } from '../support/generated/database-servers.ts';
import { openStore } from '../support/generated/open-store.ts';
import { startServed, writeServed, type Env } from '../support/generated/served-agent.ts';
import { randomOf } from '../support/random.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const root = mkdtempSync(join(tmpdir(), 'webhook-'));
let folder = '';
beforeAll(() => void (folder = writeServed(join(root, 'agent'))));
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

const DELIVERIES = 1_000;
const AT_ONCE = 24;
const TIMEOUT_MS = 400_000;
const KILLS = 8;
/** The schedule that Standard Webhooks recommends, in hours, at 15,000 times the speed. */
const retryHours = [5 / 3_600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24];
const retryMs = retryHours.map((hours) => (hours * 3_600_000) / 15_000);

type Scheme = 'github' | 'standard' | 'stripe';
type Sent = { readonly scheme: Scheme; readonly id: string; readonly body: string };

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);

/** Signs a delivery anew on each attempt, as senders do. */
function signed({ scheme, id, body }: Sent): Readonly<Record<string, string>> {
  const time = String(Math.floor(Date.now() / 1_000));
  switch (scheme) {
    case 'github':
      return { 'x-hub-signature-256': `sha256=${hmac(secret, body).digest('hex')}` };
    case 'stripe': {
      const signature = hmac(secret, `${time}.${body}`).digest('hex');
      return { 'stripe-signature': `t=${time},v1=${signature}` };
    }
    case 'standard': {
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      const signature = hmac(key, `${id}.${time}.${body}`).digest('base64');
      return {
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': `v1,${signature}`,
      };
    }
    default:
      return scheme satisfies never;
  }
}

/** @returns the thread, or undefined for an attempt that a sender repeats */
async function attempt(url: string, sent: Sent): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/webhooks/${sent.scheme}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed(sent) },
      body: sent.body,
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return response.status === 202 ? JSON.parse(text).id : undefined;
  } catch {
    return undefined;
  }
}

/** Repeats a delivery until it is taken. @returns the thread, and how many attempts failed */
async function deliver(url: string, sent: Sent) {
  for (const [failed, waitMs] of retryMs.entries()) {
    const id = await attempt(url, sent);
    if (id !== undefined) return { id, failed };
    await sleep(waitMs);
  }
  throw new Error(`${sent.scheme} ${sent.id} was never taken`);
}

/** Starts a server on one port again and again. */
async function startOften(env: Env) {
  const port = String(await freePort());
  const start = () => startServed(folder, { ...env, PORT: port, HOOK_SECRET: secret });
  let running = await start();
  const kill = async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  };
  return {
    url: running.url,
    kill,
    async restart() {
      await kill();
      running = await start();
      if (running.url === '') throw new Error(running.err());
    },
  };
}

const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;
const schemes: readonly [Scheme, ...Scheme[]] = ['github', 'standard', 'stripe'];

test.for(['file', 'sqlite'] as const)(
  'on %s, 1,000 deliveries are taken once each: repeated, at once, out of order, over kills',
  { timeout: TIMEOUT_MS },
  async (name, context) => {
    if (name === 'sqlite' && !hasSqlite) return context.skip('this Node has no SQLite');
    const random = randomOf(1_997);
    const THREADS = join(root, name === 'file' ? name : `${name}.db`);
    const server = await startOften({ STORE: name, THREADS });
    const events = Array.from({ length: DELIVERIES }, (_, index): Sent => {
      const id = `evt_${index}`;
      return { scheme: random.one(schemes), id, body: JSON.stringify({ id, index }) };
    });
    // A sender may send a delivery twice, and in any order.
    const repeated = random.some(events);
    const queue = [...events, ...repeated, ...repeated]
      .map((sent) => ({ sent, at: random.below(1_000_000) }))
      .sort((a, b) => a.at - b.at)
      .map(({ sent }) => sent);
    const total = queue.length;
    const threads = new Map<Sent, Set<string>>(events.map((sent) => [sent, new Set()]));
    let failures = 0;
    let restarts = 0;
    let restarting = Promise.resolve();
    const work = async () => {
      for (let sent = queue.shift(); sent; sent = queue.shift()) {
        const done = total - queue.length;
        if (done > ((restarts + 1) * total) / (KILLS + 1)) {
          restarts += 1;
          restarting = restarting.then(server.restart);
        }
        const { id, failed } = await deliver(server.url, sent);
        failures += failed;
        threads.get(sent)?.add(id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await restarting;
    await server.kill();

    expect(restarts).toBe(KILLS);
    expect(failures).toBeGreaterThan(KILLS);
    const ids = [...threads.values()].map((found) => [...found]);
    expect(ids.filter(({ length }) => length !== 1)).toEqual([]);
    expect(new Set(ids.flat()).size).toBe(DELIVERIES);
    const store = await openStore({ name, where: root, space: name });
    expect(await countThreads(store)).toBe(DELIVERIES);
    for (const [sent, [id = '']] of threads) {
      const messages = (await store.load(id)).filter(({ type }) => type === 'message');
      expect(messages).toMatchObject([{ from: sent.scheme, data: JSON.parse(sent.body) }]);
      expect(messages).toHaveLength(1);
    }
    await store.close();
  },
);

async function countThreads(store: Store): Promise<number> {
  let count = 0;
  for await (const { id } of listAll(store, { limit: 500 })) if (id !== '') count += 1;
  return count;
}
