import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RunnerHost } from '../../registry/agent/core/agent.ts';
import { restateRunner } from '../../registry/agent/runner/restate.ts';
import { hear, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { killChildren, startChild, type Child } from '../support/generated/child.ts';
import type { Task } from '../support/generated/children/restate-worker.ts';
import { freePort } from '../support/generated/database-servers.ts';
import { engines } from '../support/generated/engines.ts';
import { openStore } from '../support/generated/open-store.ts';
import { newRestate, type RestateServer } from '../support/generated/restate-server.ts';
import { wholeLines } from '../support/generated/whole-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'restate-test-'));
const missing = engines.find(({ name }) => name === 'restate')?.missing;
const waiting = { timeout: 60_000, interval: 50 };
let restate: RestateServer;
let spaces = 0;

afterAll(() => rmSync(folder, { recursive: true }));

/** Threads in a file store, and the processes of an agent that share it. */
async function world(defaults: Partial<Task> = {}) {
  const space = `s${++spaces}`;
  const address = { name: 'file', where: folder, space } as const;
  const store = await openStore(address);
  const calls = join(folder, `calls-${space}`);
  const engine = { url: restate.url, space };
  const common = { engine, store: address, calls, steps: 2, modelMs: 20, atOnce: 20 };

  async function start(name: string, changes: Partial<Task> = {}): Promise<Child> {
    const task: Task = { ...common, name, ...defaults, ...changes };
    const process = startChild('restate-worker.ts', JSON.stringify(task));
    await vi.waitFor(() => expect(process.lines(), process.err()).toContain('ready'), waiting);
    return process;
  }

  /** Saves the first message of threads, and wakes them. */
  async function launch(process: Child, count: number): Promise<void> {
    for (let n = 0; n < count; n++) await hearNow(`o${n % 4}_${n}`);
    for (let n = 0; n < count; n++) process.write(`o${n % 4}_${n}`);
  }

  const hearNow = (id: string, agoMs = 0) =>
    hear({ ...toyAgent([], { store }).agent, now: () => Date.now() - agoMs }, id, id);

  /** The thread and the process of each call of the model, in order. */
  const called = () => wholeLines(calls).map((line) => line.split(' '));
  const callers = () => called().map(([, process]) => process);

  return {
    start,
    launch,
    hear: hearNow,
    callers,
    threads: () => called().map(([thread]) => thread),
    /** Resolves when as many threads are done. */
    done: (count: number) =>
      vi.waitFor(
        async () => expect(await store.list({ status: 'done', limit: 1_000 })).toHaveLength(count),
        waiting,
      ),
    called: (count: number) =>
      vi.waitFor(() => expect(called().length).toBeGreaterThanOrEqual(count), waiting),
    runs: (id: string) => restate.invocations(`target = '${space}-threads/${id}/advance'`),
  };
}

const says = (process: Child, text: string) =>
  vi.waitFor(() => expect(process.lines().join('\n')).toContain(text), waiting);

async function kill(process: Child): Promise<void> {
  process.child.kill('SIGKILL');
  await process.ended;
}

const registered = 'Restate sends threads to';
const kept = 'Wakes are kept until they can be sent';

test.each([
  ['without an address of Restate', { ingress: '' }, 'RESTATE_INGRESS_URL'],
  ['for strangers', { ingress: 'http://127.0.0.1:1', host: '0.0.0.0' }, 'RESTATE_IDENTITY_KEYS'],
])('restate: no process works %s', (_, options, needed) => {
  const host: RunnerHost = {
    agent: toyAgent([]).agent,
    advance: () => Promise.resolve(),
    atOnce: 1,
    log: () => undefined,
    signal: AbortSignal.abort(),
  };
  expect(() => restateRunner(options)(host)).toThrow(needed);
});

describe.runIf(missing === undefined)('restate', () => {
  beforeAll(async () => {
    restate = await newRestate(folder);
    await restate.start();
  });
  afterAll(async () => {
    killChildren();
    await restate.stop();
    await restate.close();
  });

  test('advances a thread that another process launched, once a worker has registered', async () => {
    const { hear, start, done, callers } = await world();
    const server = await start('server', { atOnce: 0 });
    await hear('t');
    server.write('t');
    await says(server, kept);
    await start('worker');
    await done(1);
    expect(callers()).toEqual(['worker', 'worker', 'worker']);
    expect(server.lines().join('\n')).not.toContain(registered);
  });

  test('runs a thread once more after a wake that came during a run', async () => {
    const { hear, start, done, called, runs } = await world({ modelMs: 1_000, steps: 0 });
    const worker = await start('worker');
    await hear('t');
    worker.write('t');
    await called(1);
    worker.write('t');
    await vi.waitFor(async () => expect(await runs('t')).toHaveLength(2), waiting);
    expect((await runs('t')).map(({ status }) => status).sort()).toEqual(['pending', 'running']);
    await done(1);
    await vi.waitFor(
      async () =>
        expect((await runs('t')).map(({ status }) => status)).toEqual(['completed', 'completed']),
      waiting,
    );
  });

  test('spreads 100 threads over two processes, and calls the model once a step', async () => {
    const { launch, start, done, callers } = await world({ modelMs: 100, atOnce: 10 });
    await Promise.all(['a', 'b'].map((name) => start(name)));
    const server = await start('server', { atOnce: 0 });
    const startedAt = Date.now();
    await launch(server, 100);
    await done(100);
    const share = callers().filter((name) => name === 'a').length / callers().length;
    const inOne = `${Math.round(100 * share)} % in one of two processes`;
    console.log(
      `100 threads, 300 steps: ${callers().length} calls, ${inOne}, ${Date.now() - startedAt} ms`,
    );
    expect(callers().length).toBeLessThanOrEqual(303);
    expect(Math.abs(share - 0.5)).toBeLessThan(0.3);
  });

  test('uses two processes that advance one thread each', async () => {
    const { launch, start, done, callers } = await world({ modelMs: 300, steps: 0, atOnce: 1 });
    const [a] = [await start('a'), await start('b')];
    const startedAt = Date.now();
    await launch(a, 10);
    await done(10);
    console.log(`one at a time in each: ${callers().join(' ')}, ${Date.now() - startedAt} ms`);
    expect(callers().sort().join(' ')).toMatch(/^(a ){3,7}(b ?){3,7}$/);
  });

  test('lets owners take turns in a process', async () => {
    const { hear, start, done, threads } = await world({ modelMs: 100, steps: 0, atOnce: 1 });
    const worker = await start('worker');
    await says(worker, registered);
    const ids = [...Array.from({ length: 20 }, (_, n) => `many_${n}`), 'one_0'];
    for (const id of ids) await hear(id);
    for (const id of ids) worker.write(id);
    await done(21);
    const place = threads().indexOf('one_0');
    console.log(`an owner with one thread, behind 20 of another: at place ${place + 1}`);
    expect(place).toBeLessThan(10);
  });

  test('moves the threads of a worker that was killed to another one', async () => {
    const { launch, start, done, called, callers } = await world({ modelMs: 300 });
    const [a, b] = [await start('a'), await start('b')];
    await launch(b, 20);
    await called(20);
    await kill(a);
    const startedAt = Date.now();
    await done(20);
    console.log(`a worker killed: ${callers().length} calls, ${Date.now() - startedAt} ms later`);
    expect(callers().length).toBeLessThanOrEqual(80);
  });

  test('goes on with a new worker when all were killed', async () => {
    const { launch, start, done, called, callers } = await world({ modelMs: 300 });
    const worker = await start('a');
    await launch(worker, 10);
    await called(10);
    await kill(worker);
    await sleep(3_000);
    await start('b');
    const startedAt = Date.now();
    await done(10);
    console.log(
      `all workers killed: ${callers().length} calls, ${Date.now() - startedAt} ms later`,
    );
    expect(callers()).toContain('b');
  });

  test('goes on after Restate was killed and started again', async () => {
    const { launch, start, done, called, callers } = await world({ modelMs: 300 });
    const [a] = [await start('a'), await start('b')];
    await launch(a, 40);
    await called(40);
    await restate.kill();
    await sleep(1_000);
    await restate.start();
    const startedAt = Date.now();
    await done(40);
    console.log(`Restate killed: ${callers().length} calls, ${Date.now() - startedAt} ms later`);
    expect(callers().length).toBeLessThanOrEqual(160);
  });

  test('keeps wakes while Restate is away', async () => {
    const { hear, start, done } = await world();
    const worker = await start('worker');
    await says(worker, registered);
    await restate.stop();
    await hear('t');
    worker.write('t');
    await says(worker, kept);
    await restate.start();
    await done(1);
  });

  test('releases a thread after its time, and goes on with it', async () => {
    const options = { runMs: 500 };
    const { hear, start, done, callers, runs } = await world({ modelMs: 200, steps: 10, options });
    const [a] = [await start('a'), await start('b')];
    await hear('t');
    a.write('t');
    await done(1);
    const all = await runs('t');
    console.log(`a run of 2.2 s, released each 0.5 s: ${all.length} runs, ${callers().join(' ')}`);
    expect(all.length).toBeGreaterThan(2);
    expect(callers()).toHaveLength(11);
  });

  test('moves threads to a new process during a deploy', async () => {
    const { launch, start, done, called, callers } = await world({ modelMs: 100, steps: 9 });
    const old = await start('old');
    await launch(old, 20);
    await called(40);
    await says(await start('new'), registered);
    old.write('stop');
    expect(await old.ended).toBe(0);
    expect(old.lines()).toContain('stopped 0');
    await done(20);
    const byNew = callers().filter((name) => name === 'new').length;
    console.log(`deploy: ${callers().length} calls for 200 steps, ${byNew} by the new process`);
    expect(byNew).toBeGreaterThan(0);
    expect(callers().length).toBeLessThanOrEqual(202);
  });

  test('sends new runs to a new address, while an old process is still there', async () => {
    const { launch, start, done, called, callers } = await world({ modelMs: 100, steps: 9 });
    const runMs = 500;
    const old = await start('old', { options: { runMs } });
    await launch(old, 20);
    await called(40);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await says(await start('new', { options: { runMs, port, url } }), registered);
    await done(20);
    console.log(`new address: ${callers().length} calls for 200 steps, last ${callers().at(-1)}`);
    expect(callers().at(-1)).toBe('new');
    expect(callers().length).toBeLessThanOrEqual(202);
  });

  test('finds due threads, and does not pile up wakes of a thread that runs', async () => {
    const { hear, start, done, runs } = await world({ modelMs: 4_000, steps: 0, everyMs: 200 });
    await Promise.all(['a', 'b', 'c'].map((name) => start(name)));
    await hear('t', 300_000);
    await done(1);
    const all = await runs('t');
    console.log(`due during 20 searches: ${all.length} run`);
    // A second one is right only if the test ran at the end of five minutes.
    expect(all.length).toBeLessThanOrEqual(2);
  });

  test('tries a thread that failed again, later', async () => {
    const { hear, start, done, runs } = await world({ failures: 2 });
    const worker = await start('worker');
    await hear('t');
    worker.write('t');
    await done(1);
    expect(await runs('t')).toHaveLength(3);
    expect(worker.lines().filter((line) => line.includes('no room'))).toHaveLength(2);
  });
});

describe.runIf(missing === undefined)('restate with settings', () => {
  const place = join(folder, 'settings');
  const pem = join(place, 'private.pem');
  beforeAll(async () => {
    mkdirSync(place);
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-outform', 'pem', '-out', pem]);
    restate = await newRestate(place, {
      RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: pem,
      RESTATE_MAX_RETRY_POLICY_MAX_ATTEMPTS: '4',
    });
    await restate.start();
  });
  afterAll(async () => {
    killChildren();
    await restate.stop();
    await restate.close();
  });

  test('is the only one that a process with its key answers', async () => {
    const [key = ''] = /publickeyv1_\w+/.exec(restate.said()) ?? [];
    const port = await freePort();
    const options = { port, url: `http://127.0.0.1:${port}`, identityKeys: [key] };
    const { hear, start, done } = await world({ options });
    const worker = await start('worker');
    await hear('t');
    worker.write('t');
    await done(1);
    const session = connect(options.url);
    const [headers] = await once(session.request({ ':path': '/discover' }), 'response');
    session.destroy();
    expect(headers).toMatchObject({ ':status': 401 });
  });

  test('is not known to a process with another key', async () => {
    const identityKeys = ['publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f'];
    const { start } = await world({ options: { identityKeys } });
    await says(await start('worker'), 'cannot be registered at Restate');
  });

  test('gives up a run whose address is gone, and its thread goes on at a new one', async () => {
    const { hear, start, done, called, callers, runs } = await world({ modelMs: 1_000, steps: 0 });
    const addresses = [await freePort(), await freePort()].map((port) => ({
      port,
      url: `http://127.0.0.1:${port}`,
    }));
    const old = await start('old', { options: addresses[0] ?? {} });
    await hear('t', 300_000);
    old.write('t');
    await called(1);
    await kill(old);
    await start('new', { options: addresses[1] ?? {}, everyMs: 500 });
    await done(1);
    expect(callers()).toEqual(['old', 'new']);
    expect(await runs('t')).toHaveLength(2);
  });
});
