import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { typesOf } from '../../registry/agent/testing/toy-agent.ts';
import {
  hasRedis,
  newPostgres,
  newRedis,
  type DatabaseServer,
} from '../support/generated/database-servers.ts';
import { dial, launch, rests, send } from '../support/generated/http.ts';
import {
  startServed,
  writeServed,
  type Env,
  type Started,
} from '../support/generated/served-agent.ts';

const root = mkdtempSync(join(tmpdir(), 'outages-'));
// As root, PostgreSQL runs as a user of its own.
chmodSync(root, 0o755);
let folder = '';
const started: Started[] = [];
beforeAll(() => (folder = writeServed(join(root, 'agent'))));
afterAll(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(root, { recursive: true, force: true });
});

async function startOne(env: Env, entry?: string): Promise<Started> {
  const one = await startServed(folder, env, entry);
  started.push(one);
  return one;
}

const ask = { intent: 'ask', question: 'Which?' };
const read = { intent: 'read' };
const eventually = async (look: () => unknown, timeout = 60_000) =>
  vi.waitFor(look, { timeout, interval: 100 });
const keyed = (key: string) => ({ body: { message: '[]' }, headers: { 'idempotency-key': key } });

const databases = [
  {
    name: 'postgres',
    isHere: process.platform !== 'win32',
    make: newPostgres,
    variable: 'DATABASE_URL',
  },
  // From Debian's redis-server, which CI installs.
  { name: 'redis', isHere: hasRedis(), make: newRedis, variable: 'REDIS_URL' },
];

describe.each(databases)('$name', ({ name, isHere, make, variable }) => {
  if (!isHere) return test.skip(`${name} is not on this machine`, () => {});
  let database: DatabaseServer;
  beforeAll(async () => {
    const place = join(root, name);
    mkdirSync(place);
    database = await make(place);
    await database.start();
  });
  afterAll(async () => {
    database.thaw();
    await database.stop();
  });
  const envFor = (space: string): Env => ({
    STORE: name,
    THREADS: space,
    [variable]: database.url,
  });

  test('that goes away gets 503, and once it is back nothing is lost', async () => {
    const effects = join(root, `${name}-effects`);
    const env = { ...envFor('away'), EFFECTS: effects, TOOL_MS: '1500' };
    const { url, child } = await startOne(env);
    const asking = await launch(url, [ask]);
    const { open } = await rests(url, asking, 'waiting_for_human');
    const stream = await dial(url);
    let streamed = '';
    stream.on('data', (chunk) => (streamed += chunk.toString()));
    stream.write(`GET /threads/${asking}/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    await eventually(() => expect(streamed).toContain('id: 2'));
    const running = await launch(url, [read]);
    await eventually(() => expect(existsSync(effects)).toBe(true));

    await database.stop();
    for (const [method, path, given] of [
      ['POST', '/threads', keyed('away')],
      ['GET', '/threads', {}],
      ['GET', `/threads/${asking}`, {}],
      ['GET', `/threads/${asking}/events`, {}],
      ['POST', `/threads/${asking}/cancel`, {}],
      ['GET', '/healthz', {}],
    ] as const) {
      const answer = await send(url, method, path, given);
      expect(
        [answer.status, answer.headers.get('retry-after')],
        `${method} ${path} ${answer.text}`,
      ).toEqual([503, '5']);
      expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1|terminat/);
    }
    // The tool ends meanwhile.
    await sleep(3_000);
    expect(child.exitCode).toBeNull();
    await database.start();

    await eventually(async () => expect((await send(url, 'GET', '/healthz')).status).toBe(200));
    const { events } = await rests(url, running, 'done');
    expect(typesOf(events)).toBe('message tool_call tool_started tool_result tool_call');
    expect(readFileSync(effects, 'utf8')).toBe(`${running}:1\n`);
    const retried = await send(url, 'POST', '/threads', keyed('away'));
    expect(retried.status).toBe(202);
    const body = { call_id: open.call_id, text: 'x' };
    expect((await send(url, 'POST', `/threads/${asking}/responses`, { body })).status).toBe(202);
    await eventually(() => expect(streamed).toContain('id: 4'));
    expect([...streamed.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    stream.destroy();
  });

  test('that hangs gets 503 after ten seconds, and once it answers again all goes on', async () => {
    const { url } = await startOne(envFor('hangs'));
    const id = await launch(url, [ask]);
    const { open } = await rests(url, id, 'waiting_for_human');
    database.freeze();
    const began = Date.now();
    const refused = await Promise.all([
      ...Array.from({ length: 30 }, async () => send(url, 'GET', `/threads/${id}`)),
      send(url, 'POST', '/threads', keyed('hangs')),
    ]);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    expect(Date.now() - began).toBeLessThan(25_000);
    database.thaw();
    await eventually(async () => expect((await send(url, 'GET', '/healthz')).status).toBe(200));
    const again = JSON.parse((await send(url, 'POST', '/threads', keyed('hangs'))).text);
    const { events } = await rests(url, again.id, 'done');
    expect(typesOf(events)).toBe('message tool_call');
    const body = { call_id: open.call_id, text: 'x' };
    expect((await send(url, 'POST', `/threads/${id}/responses`, { body })).status).toBe(202);
    await rests(url, id, 'done');
  });

  test('that is away at the start is waited for', async () => {
    await database.stop();
    const { url } = await startOne(envFor('start'));
    expect((await send(url, 'GET', '/healthz')).status).toBe(503);
    await database.start();
    await eventually(async () => expect((await send(url, 'GET', '/healthz')).status).toBe(200));
    await rests(url, await launch(url, []), 'done');
  });

  test('a thread that waits survives kill -9 and a clock that is 29 days ahead', async () => {
    const first = await startOne(envFor('month'));
    const id = await launch(first.url, [ask]);
    const { open } = await rests(first.url, id, 'waiting_for_human');
    first.child.kill('SIGKILL');
    await first.ended;
    const { url } = await startOne({ ...envFor('month'), SKEW_MS: String(29 * 86_400_000) });
    const body = { call_id: open.call_id, text: 'x' };
    expect((await send(url, 'POST', `/threads/${id}/responses`, { body })).status).toBe(202);
    await rests(url, id, 'done');
  });

  test.each([
    [3_000, 'a little'],
    [3_600_000, 'an hour'],
  ])(
    'two processes whose clocks differ by %i ms run no tool twice where a person has to look',
    async (skew) => {
      const space = `skew${skew}`;
      const effects = join(root, `${name}-${space}`);
      const env = {
        ...envFor(space),
        EFFECTS: effects,
        TOOL_MS: '1000',
        TOOL_TIMEOUT_MS: '2000',
        UNKNOWN: 'ask_human',
      };
      const [one, other] = [await startOne(env), await startOne({ ...env, SKEW_MS: String(skew) })];
      const ids = await Promise.all(
        Array.from({ length: 10 }, async (_, n) => launch((n % 2 ? one : other).url, [read, read])),
      );
      await eventually(async () => {
        for (const id of ids) {
          const { status, open } = JSON.parse((await send(one.url, 'GET', `/threads/${id}`)).text);
          const body = { call_id: open?.call_id, text: 'it did' };
          if (status === 'waiting_for_human')
            await send(one.url, 'POST', `/threads/${id}/responses`, { body });
          expect(status).toBe('done');
        }
      });
      const runs = readFileSync(effects, 'utf8').trim().split('\n');
      expect(new Set(runs).size).toBe(runs.length);
      for (const id of ids) {
        const { events } = JSON.parse((await send(one.url, 'GET', `/threads/${id}`)).text);
        const handed = typesOf(events).includes('handed_over');
        // Under the five seconds of grace nobody notices; an hour ahead, a lease is over at once,
        // and a person is asked.
        if (skew < 5_000) expect(handed).toBe(false);
        expect(
          typesOf(events)
            .split(' ')
            .filter((type) => type === 'tool_started'),
        ).toHaveLength(2);
      }
    },
  );
});

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';
const onFullDisk = ['file', ...(process.getBuiltinModule?.('node:sqlite') ? ['sqlite'] : [])];
describe.runIf(isRoot).each(onFullDisk)('a full disk under %s (only root can make one)', (kind) => {
  const disk = join(root, `disk-${kind}`);
  beforeAll(() => {
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  });
  afterAll(() => execFileSync('umount', ['-l', disk]));

  test('gets 503, loses nothing acknowledged, and continues once there is space', async () => {
    const { url, child } = await startOne({
      STORE: kind,
      THREADS: join(disk, kind === 'file' ? 'threads' : 'threads.db'),
    });
    const first = await launch(url, [ask]);
    const { open } = await rests(url, first, 'waiting_for_human');
    execFileSync('sh', ['-c', `head -c 600000 /dev/zero > ${disk}/ballast`]);
    const taken: string[] = [];
    let answer;
    do {
      answer = await send(url, 'POST', '/threads', {
        body: { message: `[${' '.repeat(20_000)}]` },
      });
      if (answer.status === 202) taken.push(JSON.parse(answer.text).id);
    } while (answer.status === 202 && taken.length < 200);
    expect([answer.status, answer.headers.get('retry-after')], answer.text).toEqual([503, '5']);
    expect(child.exitCode).toBeNull();
    rmSync(join(disk, 'ballast'));
    const body = { call_id: open.call_id, text: 'x' };
    await eventually(async () =>
      expect((await send(url, 'POST', `/threads/${first}/responses`, { body })).status).toBe(202),
    );
    await rests(url, first, 'done');
    for (const id of taken) await rests(url, id, 'done', 60_000);
  });
});
