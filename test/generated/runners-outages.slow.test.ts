import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { linesIn } from '../support/generated/log-lines.ts';
import {
  describeEngines,
  eventually,
  launch,
  say,
  type Place,
  type Running,
} from '../support/generated/runner-processes.ts';

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

/** The lines in which a process complains. */
const complaints = ({ err }: Running) =>
  linesIn(err())
    .filter(({ level }) => level !== 'info')
    .map(({ message, error }) => `${message}: ${error}`);

describeEngines(({ name, engine, open }) => {
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
    for (const one of [server, ...workers]) {
      console.log(complaints(one));
      expect(new Set(complaints(one)).size).toBe(complaints(one).length);
      expect(complaints(one).length).toBeGreaterThan(0);
    }
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
    for (const one of [server, worker, other]) {
      console.log(complaints(one));
      expect(new Set(complaints(one)).size).toBe(complaints(one).length);
      expect(complaints(one).length).toBeGreaterThan(0);
    }
  });
});
