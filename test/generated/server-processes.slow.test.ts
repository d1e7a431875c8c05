import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { agentServer } from '../../registry/agent/server/server.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { postgresStore } from '../../registry/agent/store/postgres.ts';
import { redisStore } from '../../registry/agent/store/redis.ts';
import { sqliteStore } from '../../registry/agent/store/sqlite.ts';
import { wrapStore, load, type Store } from '../../registry/agent/core/store.ts';
import { hear, toyAgent, typesOf } from '../../registry/agent/testing/toy-agent.ts';
import {
  hasRedis,
  newPostgres,
  newRedis,
  type DatabaseServer,
} from '../support/generated/database-servers.ts';
import { dial, launch, rests, send } from '../support/generated/http.ts';
import { linesIn, onlyLine } from '../support/generated/log-lines.ts';
import {
  startServed,
  writeServed,
  type Env,
  type Started,
} from '../support/generated/served-agent.ts';
import { wholeLines } from '../support/generated/whole-lines.ts';

const root = mkdtempSync(join(tmpdir(), 'serving-'));
// As root, PostgreSQL runs as a user of its own.
chmodSync(root, 0o755);
let folder = '';
let [postgres, redis]: (DatabaseServer | undefined)[] = [];
const started: Started[] = [];
beforeAll(async () => {
  folder = writeServed(join(root, 'agent'));
  postgres = await newPostgres(root);
  await postgres.start();
  if (!hasRedis()) return;
  redis = await newRedis(root);
  await redis.start();
});
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});
afterAll(async () => {
  await postgres?.stop();
  await redis?.stop();
  rmSync(root, { recursive: true, force: true });
});

async function startOne(env: Env, entry?: string, ...args: readonly string[]): Promise<Started> {
  const one = await startServed(folder, env, entry, ...args);
  started.push(one);
  return one;
}

type Place = { readonly env: Env; readonly store: Store; close(): Promise<unknown> };
const places: Record<string, (space: string) => Place | string> = {
  file: (space) => {
    const threads = join(root, space);
    return {
      env: { STORE: 'file', THREADS: threads },
      store: fileStore(threads),
      close: async () => {},
    };
  },
  sqlite: (space) => {
    if (!process.getBuiltinModule?.('node:sqlite')) return 'Node 22.13 and later have SQLite';
    const path = join(root, `${space}.db`);
    const store = sqliteStore(path);
    return { env: { STORE: 'sqlite', THREADS: path }, store, close: async () => store.close() };
  },
  postgres: (space) => {
    const url = postgres?.url ?? '';
    const store = postgresStore(url, space);
    return {
      env: { STORE: 'postgres', THREADS: space, DATABASE_URL: url },
      store,
      close: async () => store.close(),
    };
  },
  redis: (space) => {
    if (!redis) return 'redis-server is not on this machine';
    const store = redisStore(redis.url, space);
    const env = { STORE: 'redis', THREADS: space, REDIS_URL: redis.url };
    return { env, store, close: async () => store.close() };
  },
};
const names = Object.keys(places);

const ask = { intent: 'ask', question: 'Which?' };
const read = { intent: 'read' };
const write = { intent: 'write', to: 'production' };
const eventually = async (look: () => unknown, timeout = 60_000) =>
  vi.waitFor(look, { timeout, interval: 50 });

describe.each(names)('on %s', (name) => {
  test('a 2xx comes after the save: killed right after it, the event is there', async (context) => {
    const place = places[name]?.('acknowledged');
    if (typeof place !== 'object') return context.skip(place);
    for (let round = 0; round < 5; round++) {
      const { url, child, ended } = await startOne({ ...place.env, MODEL_MS: '60000' });
      const taken = await Promise.all(Array.from({ length: 5 }, async () => launch(url, [ask])));
      child.kill('SIGKILL');
      await ended;
      for (const id of taken) expect(typesOf(await place.store.load(id))).toBe('message');
    }
    await place.close();
  });

  test('four processes advance 100 due threads, and each tool runs once', async (context) => {
    const place = places[name]?.('due');
    if (typeof place !== 'object') return context.skip(place);
    const { agent } = toyAgent([], { store: place.store });
    const before = { ...agent, now: () => Date.now() - 300_000 };
    const ids = Array.from({ length: 100 }, (_, n) => `t${n}`);
    for (const id of ids) await hear(before, id, JSON.stringify([read, ask]));
    const effects = join(root, `${name}-due`);
    const env = { ...place.env, EFFECTS: effects, TOOL_MS: '20', UNKNOWN: 'ask_human' };
    await Promise.all(Array.from({ length: 4 }, async () => startOne(env, 'worker/main.ts')));
    await eventually(async () =>
      expect(await place.store.list({ status: 'waiting_for_human', limit: 200 })).toHaveLength(100),
    );
    expect(wholeLines(effects).toSorted()).toEqual(ids.map((id) => `${id}:1`).toSorted());
    for (const id of ids)
      expect(typesOf(await place.store.load(id))).toBe(
        'message tool_call tool_started tool_result tool_call',
      );
    await place.close();
  });

  test('of an answer and an expiry at the same time, one counts', async (context) => {
    const place = places[name]?.('expiry');
    if (typeof place !== 'object') return context.skip(place);
    const { agent } = toyAgent([], { store: place.store });
    const [one] = [await startOne(place.env), await startOne(place.env, 'worker/main.ts')];
    const due = new Date(Date.now() + 3_000).toISOString();
    const ids = Array.from({ length: 20 }, (_, n) => `t${n}`);
    for (const id of ids) {
      const thread = await hear({ ...agent, now: Date.now }, id);
      const call = {
        type: 'tool_call',
        call_id: `${id}:1`,
        step: ask,
        awaits: 'answer',
        due,
      } as const;
      const index = { status: 'waiting_for_human', due, owner: 'ada' } as const;
      await place.store.append(id, thread.events.length, { ...call, at: due }, index);
    }
    await sleep(Date.parse(due) - Date.now() - 500);
    const statuses: number[] = [];
    for (const id of ids) {
      await sleep(75);
      const body = { call_id: `${id}:1`, text: 'x' };
      statuses.push((await send(one.url, 'POST', `/threads/${id}/responses`, { body })).status);
    }
    expect([...new Set(statuses)].toSorted()).toEqual([202, 409]);
    for (const [n, id] of ids.entries()) {
      const isTaken = statuses[n] === 202;
      await eventually(async () => {
        const types = typesOf(await place.store.load(id));
        expect(types).toMatch(
          isTaken ? /^message tool_call human_response/ : /^message tool_call expired/,
        );
        expect(types.match(/human_response|expired/g)).toHaveLength(1);
      });
    }
    await place.close();
  });
});

test.each([
  ['fails', 503, async () => Promise.reject(new Error('no space left on device'))],
  ['is slow', 202, async () => sleep(300)],
])('a store that %s: %i, and never before the save', async (_, status, before) => {
  const inner = memoryStore();
  let isSaved = false;
  const store = wrapStore(inner, {
    async append(...event) {
      await before();
      const version = await inner.append(...event);
      isSaved = true;
      return version;
    },
  });
  const { agent } = toyAgent([ask], { store });
  const server = agentServer(agent, {
    authenticate: async () => ({ name: 'ada' }),
    log: () => {},
    everyMs: Infinity,
  });
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"message":"go"}',
  };
  const response = await server.fetch(new Request('http://agent.test/threads', init));
  expect([response.status, isSaved]).toEqual([status, status === 202]);
  await server.stop(0);
});

test('a promise that a tool leaves behind ends nothing; no secret is printed', async () => {
  const STRAY_TOKEN = 'tok_  SECRETSECRETSECRET';
  const { url, child, ended, err } = await startOne({ STRAY_TOKEN, TOOL_MS: '300' });
  const ids = await Promise.all(Array.from({ length: 5 }, async () => launch(url, [read])));
  for (const id of ids) await rests(url, id, 'done');
  expect(linesIn(err())).toContainEqual(
    expect.objectContaining({ level: 'error', error: 'the audit failed: [secret]' }),
  );
  expect(err()).not.toMatch(/SECRETSECRET|\n\s+at /);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('no part of a secret of the environment is saved with the error of a tool', async () => {
  const FAILED_TOKEN = 'tok_SECRET\nSECRETSECRET';
  const threads = join(root, 'failed');
  const { url } = await startOne({ STORE: 'file', THREADS: threads, FAILED_TOKEN });
  const id = await launch(url, [read]);
  await rests(url, id, 'done');
  const { events } = await load(fileStore(threads), id);
  const error = `${'x'.repeat(280)} [secret]`;
  expect(events.find(({ type }) => type === 'tool_error')).toMatchObject({ error });
});

test('after an uncaught exception, it saves what runs, and exits with 1', async () => {
  const THROWN_TOKEN = 'tok_SECRETSECRETSECRET';
  const threads = join(root, 'thrown');
  const env = { STORE: 'file', THREADS: threads, THROWN_TOKEN, TOOL_MS: '500' };
  const { url, ended, err } = await startOne(env);
  const id = await launch(url, [read]);
  expect(await ended).toBe(1);
  expect(linesIn(err())).toContainEqual(
    expect.objectContaining({
      message: 'Stopping after an uncaught exception',
      error: 'a timer failed: [secret]',
    }),
  );
  expect(err()).not.toMatch(/SECRETSECRET|\n\s+at /);
  expect(typesOf((await load(fileStore(threads), id)).events)).toContain('tool_result');
});

describe('the log of a server', () => {
  test('has a JSON line for each step, wait and failure, without content and secrets', async () => {
    const SHOP_TOKEN = 'tok_SECRETSECRETSECRET';
    const { url, child, ended, err } = await startOne({ SHOP_TOKEN });
    const id = await launch(url, [read, write, { intent: SHOP_TOKEN }]);
    const { open } = await rests(url, id, 'waiting_for_approval');
    const body = { call_id: open.call_id, approved: true, comment: 'private' };
    await send(url, 'POST', `/threads/${id}/approvals`, { body });
    const asking = await rests(url, id, 'waiting_for_human', 10_000);
    await send(url, 'POST', `/threads/${id}/cancel`, { body: { reason: 'private' } });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const lines = linesIn(err());
    expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      expect.stringMatching(/^info: Listening on http/),
      `info: ${id} starts`,
      `info: ${id}:1 read is chosen`,
      `info: ${id}:4 write waits for approval`,
      ...Array(3).fill(`warn: ${id} got no step from the model`),
      `warn: ${asking.open.call_id} is handed to a person`,
      `info: ${id} is cancelled`,
      'info: Stopping.',
    ]);
    const about = lines.filter(({ thread }) => thread === id);
    expect(about).toHaveLength(lines.length - 2);
    for (const { time, process: from } of lines) {
      expect(new Date(time).toISOString()).toBe(time);
      expect(from).toMatch(new RegExp(`:${child.pid}$`));
    }
    expect(err()).not.toMatch(/SECRET|private|production|local\b/);
  });

  test.each([
    ['closed', (child: Started['child']) => child.stderr?.destroy()],
    ['full', (child: Started['child']) => child.stderr?.pause()],
  ])('may be %s: threads go on', async (_, stop) => {
    const { url, child, ended } = await startOne({});
    stop(child);
    const ids = await Promise.all(Array.from({ length: 200 }, async () => launch(url, [read])));
    for (const id of ids) await rests(url, id, 'done', 20_000);
    child.kill('SIGTERM');
    child.stderr?.resume();
    expect(await ended).toBe(0);
  });
});

describe('a server that is asked to end', () => {
  const space = (name: string) => ({
    STORE: 'file',
    THREADS: join(root, name),
    EFFECTS: join(root, `${name}-effects`),
  });

  test('while a tool runs, with streams: saves the outcome; another continues', async () => {
    const env = { ...space('stopping'), TOOL_MS: '1500' };
    const { url, child, ended, err } = await startOne(env);
    const id = await launch(url, [read, read]);
    const stream = await dial(url);
    stream.resume();
    stream.write(`GET /threads/${id}/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    await eventually(() => expect(wholeLines(env.EFFECTS)).toHaveLength(1));
    const began = Date.now();
    child.kill('SIGTERM');
    expect(await ended, err()).toBe(0);
    expect(Date.now() - began).toBeLessThan(4_000);
    expect(typesOf(await fileStore(env.THREADS).load(id))).toBe(
      'message tool_call tool_started tool_result',
    );
    const again = await startOne(env);
    await rests(again.url, id, 'done', 10_000);
    expect(wholeLines(env.EFFECTS)).toEqual([`${id}:1`, `${id}:4`]);
  });

  test('while the model is asked: saves the answer; another process continues', async () => {
    const env = { ...space('asking'), MODEL_MS: '1000' };
    const { url, child, ended } = await startOne(env);
    const id = await launch(url, [read]);
    await sleep(200);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    const { events, state } = await load(fileStore(env.THREADS), id);
    expect([typesOf(events), state.status]).toEqual(['message tool_call', 'ready']);
    expect(wholeLines(env.EFFECTS)).toEqual([]);
    await rests((await startOne(env)).url, id, 'done', 10_000);
  });

  test('while a tool runs too long: it ends at the deadline, and names the thread', async () => {
    const env = { ...space('long'), TOOL_MS: '60000' };
    const { url, child, ended, err } = await startOne(env);
    const id = await launch(url, [read]);
    await eventually(() => expect(wholeLines(env.EFFECTS)).toHaveLength(1));
    const began = Date.now();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(Date.now() - began).toBeLessThan(9_500);
    expect(err()).toContain(`Still running: ${id}.`);
  });

  test('twice ends at once, with exit code 1', async () => {
    const env = { ...space('twice'), TOOL_MS: '60000' };
    const { url, child, ended } = await startOne(env);
    await launch(url, [read]);
    await eventually(() => expect(wholeLines(env.EFFECTS)).toHaveLength(1));
    child.kill('SIGTERM');
    // One that comes sooner counts as the same.
    await sleep(700);
    const began = Date.now();
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  test('after kill -9, the next process carries out an acknowledged approval', async () => {
    const env = { ...space('killed'), TOOL_TIMEOUT_MS: '1000' };
    const first = await startOne(env);
    const id = await launch(first.url, [write]);
    const { open } = await rests(first.url, id, 'waiting_for_approval');
    const body = { call_id: open.call_id, approved: true };
    const answer = await send(first.url, 'POST', `/threads/${id}/approvals`, { body });
    first.child.kill('SIGKILL');
    await first.ended;
    expect(answer.status).toBe(202);
    await rests((await startOne(env)).url, id, 'done', 60_000);
    // Killed while the tool ran, it runs again, with the same key.
    expect(new Set(wholeLines(env.EFFECTS))).toEqual(new Set([open.call_id]));
  });
});

describe('what cannot start says why in a sentence, with exit code 1', () => {
  const cases: readonly (readonly [string, Env, string])[] = [
    ['HOST for others, without API_TOKEN', { HOST: '0.0.0.0' }, 'Set API_TOKEN in .env'],
    [
      'HOST for others, with an empty API_TOKEN',
      { HOST: '::', API_TOKEN: ' ' },
      'Set API_TOKEN in .env',
    ],
    ['PORT that is no number', { PORT: 'x' }, 'PORT must be a number from 0 to 65535, not x.'],
    ['PORT that is too high', { PORT: '65536' }, 'PORT must be a number from 0 to 65535'],
    [
      'a HOST that is not here',
      { HOST: '192.0.2.1', API_TOKEN: 'x' },
      'The server cannot start: listen EADDRNOTAVAIL',
    ],
    ['no DATABASE_URL', { STORE: 'postgres', THREADS: 'x' }, 'Set DATABASE_URL in .env'],
    ['no REDIS_URL', { STORE: 'redis', THREADS: 'x' }, 'Set REDIS_URL in .env'],
  ];
  test.each(cases)('%s', async (_, env, said) => {
    const { ended, err } = await startOne(env);
    expect(await ended).toBe(1);
    expect(onlyLine(err())).toMatchObject({
      level: 'error',
      message: expect.stringContaining(said),
    });
  });

  test.each([
    ['postgres', 'DATABASE_URL', 'postgres://a:s3cr/et#w@localhost/db'],
    ['redis', 'REDIS_URL', 'redis://:s3cr/et#w@localhost'],
  ])('a %s with an unreadable address', async (STORE, name, address) => {
    const env = { STORE, THREADS: 'x', [name]: address };
    for (const [entry = '', ...args] of [
      ['server/main.ts'],
      ['worker/main.ts'],
      ['terminal/main.ts', 'list'],
    ]) {
      const { ended, err } = await startOne(env, entry, ...args);
      expect(await ended).toBe(1);
      const lines = err().trim().split('\n');
      expect(lines).toEqual([expect.stringContaining(`${name} is not an address such as `)]);
      expect(err()).not.toContain('s3cr');
    }
  });

  test('a port in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { ended, err } = await startOne({ PORT: String(port) });
    expect(await ended).toBe(1);
    const why = `listen EADDRINUSE: address already in use 127.0.0.1:${port}`;
    const message = `The server cannot start: ${why}. Set PORT or HOST.`;
    expect(onlyLine(err())).toMatchObject({ level: 'error', message });
    taken.close();
  });

  test.each(['server/main.ts', 'worker/main.ts'])(
    '%s on a database of a later version',
    async (entry) => {
      const schema = `later_${entry.slice(0, 6)}`;
      const place = places['postgres']?.(schema);
      if (typeof place !== 'object') throw new Error('no PostgreSQL');
      await place.store.load('t');
      await place.close();
      const { Pool } = await import('pg');
      const pool = new Pool({ connectionString: postgres?.url });
      await pool.query(`UPDATE ${schema}.meta SET version = 9`);
      await pool.end();
      const { ended, err } = await startOne(place.env, entry);
      expect(await ended).toBe(1);
      expect(onlyLine(err()).message).toMatch(/later.* version/);
    },
  );

  test.each(['server/main.ts', 'worker/main.ts'])('%s without a model key', async (entry) => {
    const { ended, err } = await startOne({ MODEL: 'missing' }, entry);
    expect(await ended).toBe(1);
    expect(onlyLine(err()).message).toBe('Set MODEL_KEY in .env: the model needs that.');
  });

  test.each(['server/main.ts', 'worker/main.ts'])(
    '%s with a script that only stands in',
    async (entry) => {
      const { ended, err } = await startOne({ MODEL: 'stands in' }, entry);
      expect(await ended).toBe(1);
      expect(onlyLine(err()).message).toMatch(/^No model key, and only the terminal falls back/);
    },
  );
});
