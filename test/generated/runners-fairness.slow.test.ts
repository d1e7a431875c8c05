import { expect, test } from 'vitest';
import {
  describeEngines,
  describeRunners,
  eventually,
  launch,
  mostAtOnce,
} from '../support/generated/runner-processes.ts';

const steps = (ms: number) => [{ intent: 'repeat', ms }];

describeRunners(({ name, hasEngine, open }) => {
  test('an owner with 300 threads does not hold up the thread of another', async () => {
    const place = await open();
    const server = await place.front({ atOnce: 4 });
    if (hasEngine) await place.worker({ atOnce: 4 });
    const names = Array.from({ length: 300 }, (_, n) => `a${n}`);
    await Promise.all(names.map((one) => launch(server, one, steps(150), 'ada')));
    const started = place.entries('tool').length;
    await launch(server, 'b', steps(150), 'bob');
    await eventually(() => expect(place.entries('tool', 'b')).toHaveLength(1));
    const all = place.entries('tool').map(({ thread }) => thread);
    const ahead = all.indexOf('b') - started;
    console.log(`${name}: ${ahead} threads started before that of another owner`);
    expect(started).toBeLessThan(200);
    expect(ahead).toBeLessThan(12);
  });
});

describeEngines(({ name, open }) => {
  test('a limit holds for all processes together', async (context) => {
    if (name === 'restate') return context.skip('Restate has this limit in its own settings');
    const place = await open({ perOwner: 3, overall: 3 });
    const server = await place.front();
    await Promise.all([place.worker(), place.worker()]);
    const names = Array.from({ length: 20 }, (_, n) => `a${n}`);
    await Promise.all(names.map((one) => launch(server, one, steps(300))));
    await eventually(async () => {
      const done = await place.store.list({ status: 'done', limit: 99 });
      expect(done).toHaveLength(names.length);
    });
    console.log(`${name}: ${mostAtOnce(place, 'tool')} tools at a time`);
    const most = mostAtOnce(place, 'tool');
    expect(most).toBeGreaterThanOrEqual(3);
    // Two processes of pg-boss that look at the same moment do not see each other.
    expect(most).toBeLessThanOrEqual(name === 'pgboss' ? 6 : 3);
  });
});
