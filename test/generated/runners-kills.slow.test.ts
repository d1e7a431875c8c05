import { expect, test } from 'vitest';
import { load } from '../../registry/agent/core/store.ts';
import { typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { send } from '../support/generated/http.ts';
import { describeRunners, eventually, launch } from '../support/generated/runner-processes.ts';

const repeat = (ms: number) => ({ intent: 'repeat', ms });
const once = (ms: number) => ({ intent: 'once', ms });

describeRunners(({ name, hasEngine, open }) => {
  test('others go on with what a killed worker ran, and no tool that may not runs twice', async () => {
    const place = await open();
    const options = { timeoutMs: 3_000 };
    const server = await place.front(options);
    const worker = hasEngine ? await place.worker(options) : await place.server(options);
    const target = hasEngine ? server : worker;
    const repeats = await Promise.all(
      ['r0', 'r1', 'r2'].map((one) => launch(target, one, [repeat(2_500)])),
    );
    const asks = await Promise.all(
      ['o0', 'o1', 'o2'].map((one) => launch(target, one, [once(2_500)])),
    );
    await eventually(() => expect(place.entries('tool')).toHaveLength(6));
    await worker.kill();
    const killedAt = Date.now();
    expect(place.entries('tool ended')).toEqual([]);
    if (hasEngine) await place.worker(options);
    for (const id of repeats)
      await eventually(async () => expect(await place.statusOf(id)).toBe('done'), 90_000);
    for (const id of asks)
      await eventually(async () => expect(await place.statusOf(id)).toBe('waiting_for_human'));
    console.log(`${name}: others went on after ${Date.now() - killedAt} ms`);
    for (const one of ['r0', 'r1', 'r2']) expect(place.entries('tool', one)).toHaveLength(2);
    for (const one of ['o0', 'o1', 'o2']) expect(place.entries('tool', one)).toHaveLength(1);
    for (const id of asks) {
      const { state, events } = await load(place.store, id);
      expect(typesOf(events)).toBe('message tool_call tool_started handed_over');
      const body = { call_id: state.open?.call_id, text: 'it took effect' };
      await send(server.url, 'POST', `/threads/${id}/responses`, { body });
      await eventually(async () => expect(await place.statusOf(id)).toBe('done'));
    }
  });

  test('an old and a new version move the threads of both, also while the old one stops', async () => {
    const place = await open();
    // A thread that waits for its turn in a process that stops is found later.
    const atOnce = 30;
    const older = { asksBeforeOnce: false, atOnce };
    const newer = { asksBeforeOnce: true, atOnce };
    const oldOnes = [await place.front(older), ...(hasEngine ? [await place.worker(older)] : [])];
    const [oldServer] = oldOnes;
    const names = Array.from({ length: 30 }, (_, n) => `t${n}`);
    const steps = [repeat(300), once(100), repeat(300)];
    const launchAll = (url: string, some: readonly string[]) =>
      Promise.all(some.map((one) => launch({ url }, one, steps)));
    const first = await launchAll(oldServer?.url ?? '', names.slice(0, 10));
    const server = await place.front(newer);
    if (hasEngine) await place.worker(newer);
    const both = await Promise.all([
      launchAll(oldServer?.url ?? '', names.slice(10, 20)),
      launchAll(server.url, names.slice(20)),
    ]);
    const ends = await Promise.all(oldOnes.map((one) => one.stop()));
    expect(ends.map(({ code }) => code)).toEqual(oldOnes.map(() => 0));
    const ids = [...first, ...both.flat()];
    let approved = 0;
    await eventually(async () => {
      for (const { id } of await place.store.list({ status: 'waiting_for_approval', limit: 99 })) {
        const { state } = await load(place.store, id);
        const body = { call_id: state.open?.call_id, approved: true };
        const answer = await send(server.url, 'POST', `/threads/${id}/approvals`, { body });
        if (answer.status === 202) approved += 1;
      }
      expect(await place.store.list({ status: 'done', limit: 99 })).toHaveLength(ids.length);
    }, 60_000);
    console.log(`${name}: ${approved} of ${ids.length} threads were approved`);
    for (const one of names)
      expect(place.entries('tool', one).filter(({ step }) => step === 'once')).toHaveLength(1);
  });
});
