import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startChild } from '../support/generated/child.ts';
import { linesIn } from '../support/generated/log-lines.ts';
import {
  describeEngines,
  eventually,
  launch,
  say,
  type Place,
  type Running,
} from '../support/generated/runner-processes.ts';
import { newSpace } from '../support/generated/store-places.ts';

/** ms without an engine. */
const OUTAGE_MS = Number(process.env['OUTAGE_MS'] ?? 5_000);

const steps = [
  { intent: 'repeat', ms: 1_500 },
  { intent: 'once', ms: 300 },
];

const areDone = (place: Place, ids: readonly string[], timeout = 60_000) =>
  eventually(async () => {
    const statuses = await Promise.all(ids.map((id) => place.statusOf(id)));
    expect(statuses.filter((one) => one !== 'done')).toEqual([]);
  }, timeout);

/** An engine that is away is named in the log, and each error of it only once. */
function expectFewComplaints({ err }: Running): void {
  const complaints = linesIn(err())
    .filter(({ level }) => level !== 'info')
    .map(({ message, error }) => `${message}: ${error}`);
  console.log(complaints);
  expect(complaints.length).toBeGreaterThan(0);
  expect([...new Set(complaints)]).toEqual(complaints);
}

describeEngines(({ name, engine, open }) => {
  test('a process that has stopped leaves no connection open, with its engine or without', async () => {
    const ends = async () => {
      const space = `s${newSpace()}`;
      const child = startChild(
        'runner-stop.ts',
        JSON.stringify({ name, url: engine().url, space }),
      );
      const from = Date.now();
      expect(await child.ended).toBe(0);
      console.log(`${name}: ${child.lines()}, ended after ${Date.now() - from} ms in all`);
    };
    await ends();
    await engine().kill();
    await ends();
    await engine().start();
  }, 60_000);

  if (name === 'bullmq')
    test('threads that are due are found also after Redis has lost all that it had', async () => {
      const place = await open();
      await place.front();
      await place.worker();
      await eventually(() => expect(place.entries('search').length).toBeGreaterThan(1));
      const redis = new Redis(engine().url);
      await redis.flushall();
      await redis.quit();
      const searches = place.entries('search').length;
      await eventually(() => expect(place.entries('search').length).toBeGreaterThan(searches + 3));
    });

  test('an engine that is killed for a while loses no thread, and is named in the log once', async () => {
    const place = await open();
    const server = await place.front();
    const workers = [await place.worker(), await place.worker()];
    const names = (prefix: string) => Array.from({ length: 8 }, (_, n) => `${prefix}${n}`);
    const before = await Promise.all(names('a').map((one) => launch(server, one, steps)));
    await eventually(() => expect(place.entries('tool').length).toBeGreaterThan(4));
    await engine().kill();
    const killedAt = Date.now();
    const during = await Promise.all(names('b').map((one) => launch(server, one, steps)));
    const answeredIn = Date.now() - killedAt;
    await sleep(OUTAGE_MS);
    await engine().start();
    const backAt = Date.now();
    await areDone(place, [...before, ...during]);
    const ids = [...before, ...during];
    console.log(
      `${name}: 8 requests in ${answeredIn} ms, all done ${Date.now() - backAt} ms after its return`,
    );
    for (const one of [...names('a'), ...names('b')]) {
      const ran = place.entries('tool', one).filter(({ step }) => step === 'once');
      expect(ran).toHaveLength(1);
    }
    const saidAt = Date.now();
    for (const id of ids) await say(server, id, 'and now?');
    await eventually(() => expect(place.entries('model').length).toBe(ids.length * 4));
    await areDone(place, ids);
    console.log(`${name}: ${ids.length} more messages took ${Date.now() - saidAt} ms`);
    for (const one of [server, ...workers]) expectFewComplaints(one);
  });

  test('a process starts and stops without its engine, and works once it is there', async () => {
    const place = await open();
    await engine().kill();
    const server = await place.front();
    const [worker, other] = [await place.worker(), await place.worker()];
    const ids = await Promise.all(['a', 'b'].map((one) => launch(server, one)));
    await sleep(OUTAGE_MS / 2);
    const [workerEnd, serverEnd] = [await other.stop(), await server.stop()];
    console.log(`${name}: stopped in ${workerEnd.ms} and ${serverEnd.ms} ms`);
    expect([workerEnd.code, serverEnd.code]).toEqual([0, 0]);
    expect(workerEnd.ms).toBeLessThan(5_000);
    expect(serverEnd.ms).toBeLessThan(5_000);
    await engine().start();
    const next = await place.front();
    for (const id of ids) await say(next, id, 'again');
    await areDone(place, ids);
    for (const one of [server, worker, other]) expectFewComplaints(one);
  });
});
