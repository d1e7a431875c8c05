import { afterAll, describe, expect, test } from 'vitest';
import { stamp, timeIn, type Agent } from '../../registry/agent/core/agent.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { answer, cancel, start, threadIdOf } from '../../registry/agent/core/people.ts';
import { append, load, nextCallId, wrapStore } from '../../registry/agent/core/store.ts';
import type { Store, Thread } from '../../registry/agent/core/store.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { ask, done, read } from '../../registry/agent/testing/toy-agent.ts';
import { startWorker } from '../../registry/agent/worker/worker.ts';
import type { Pipeline } from '../../registry/agent/workflow/flow.ts';
import * as pipelines from '../support/generated/pipelines.ts';
import { closePlaces, newSpace, places, type Place } from '../support/generated/store-places.ts';

const { ANSWER_USD, DAY, everything, once, repeatable, RETURNED, rules } = pipelines;

afterAll(closePlaces);

const message = { channel: 'test', from: 'ada', text: 'go' };

/** Counts how often each thing was done, by name. */
function effects() {
  const counts = new Map<string, number>();
  const effect = (name: string) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (name === 'fail') return Promise.reject(new Error('no disk'));
    return Promise.resolve(name);
  };
  return { counts, effect, of: (name: string) => counts.get(name) ?? 0 };
}

/** Runs a pipeline in a process that dies at a save, then in others, to its end. */
async function crash(store: Store, at: number, when: 'before' | 'after') {
  const ran = effects();
  const mortal = pipelines.mortal(store, at, when);
  const effect = (name: string) =>
    mortal.life.isDead ? Promise.reject(new Error('kill -9')) : ran.effect(name);
  const first = pipelines.pipelineOn({ store: mortal.store, pipeline: everything(effect) });
  const next = pipelines.pipelineOn({ store, pipeline: everything(ran.effect) });
  const { id } = await start(next.agent, message);
  const isOver = await advance(first.agent, id).then(
    () => true,
    () => false,
  );
  const saved = pipelines.savedSteps((await load(store, id)).events);
  const before = new Map(ran.counts);
  const ended = await pipelines.playOn(next.agent, next.clock, id, (question) => {
    const name = once.find((one) => question.startsWith(one) || question.includes(named(one)));
    if (name === undefined || ran.of(name) === 0) return 'retry';
    return name === 'fail' ? 'failed: no disk' : `done ${JSON.stringify(name)}`;
  });
  return { id, isOver, saved, before, ran, ...ended };
}

const named = (name: string) => name.split(' ')[0] ?? name;

/** Checks a pipeline that was killed at one place. Returns whether the place was behind its end. */
async function checkCrash(store: Store, at: number, when: 'before' | 'after'): Promise<boolean> {
  const { id, isOver, saved, before, ran, questions, ms, thread } = await crash(store, at, when);
  const where = `${when} save ${at}: ${questions.join(' / ')}`;
  const last = thread.events.filter((event) => event.type === 'tool_call').slice(-1)[0];
  expect([thread.state.status, last?.step['message']], where).toEqual(['done', RETURNED]);
  for (const name of saved)
    expect([name, ran.of(name)], where).toEqual([name, before.get(name) ?? 0]);
  for (const name of once) expect([name, ran.of(name)], where).toEqual([name, 1]);
  for (const name of repeatable) expect(ran.of(name), `${name} ${where}`).toBeGreaterThan(0);
  const all = [...ran.counts.values()].reduce((sum, one) => sum + one, 0);
  expect(all, where).toBeLessThanOrEqual(once.length + repeatable.length + 3);
  expect(questions.length, where).toBeLessThanOrEqual(1);
  const [, ...small] = await pipelines.familyOf(store, id);
  expect(
    small.map(({ state }) => state.status),
    where,
  ).toEqual(['done', 'done']);
  expect(thread.state.usage.usd, where).toBe(4 * ANSWER_USD);
  expect(ms, where).toBeLessThan(300_000);
  return isOver;
}

/** Runs all of `jobs`, some at a time. */
async function each<T>(jobs: readonly T[], work: (job: T) => Promise<unknown>, atOnce = 8) {
  const left = [...jobs];
  const worker = async () => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await work(job);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Runs a pipeline to a save, then with other code, and then with its own again. */
async function changeAt(store: Store, at: number, when: 'before' | 'after'): Promise<void> {
  const ran = effects();
  const mortal = pipelines.mortal(store, at, when);
  const effect = (name: string) =>
    mortal.life.isDead ? Promise.reject(new Error('kill -9')) : ran.effect(name);
  const first = pipelines.pipelineOn({ store: mortal.store, pipeline: everything(effect) });
  const { agent, clock, withCode } = pipelines.pipelineOn({
    store,
    pipeline: everything(ran.effect),
  });
  const { id } = await start(agent, message);
  await advance(first.agent, id).catch(() => undefined);
  const where = `${when} save ${at}`;
  if (pipelines.isDone(await load(store, id))) return;
  const other = effects();
  const changed = withCode(async ({ step }) => {
    await step('plan', { text: 'another' }, () => other.effect('plan'));
  });
  for (let turn = 0; turn < 6; turn += 1) {
    const { state } = await load(store, id);
    if (state.status === 'waiting_for_human') break;
    await pipelines.workOnce(changed, clock, id);
  }
  const { state } = await load(store, id);
  expect(state.status, where).toBe('waiting_for_human');
  expect([...other.counts], where).toEqual([]);
  const { thread, questions } = await pipelines.playOn(agent, clock, id, (question) => {
    const name = once.find((one) => question.includes(named(one)));
    if (question.includes('has changed') || !name || ran.of(name) === 0) return 'retry';
    return name === 'fail' ? 'failed: no disk' : `done ${JSON.stringify(name)}`;
  });
  expect(pipelines.isDone(thread), `${where}: ${questions.join(' / ')}`).toBe(true);
  for (const name of once) expect([name, ran.of(name)], where).toEqual([name, 1]);
}

type End = (agent: Agent, call_id: string, clock: { ms: number }) => unknown;
const bob = { by: 'bob' };

const eventsOf = (family: readonly Thread[]) =>
  family.reduce((sum, { events }) => sum + events.length, 0);
const sizeOf = (family: readonly Thread[]) =>
  JSON.stringify(family.map(({ events }) => events)).length;

const claimsOf = (family: readonly Thread[]) =>
  family.flatMap(({ events }) => events.filter(({ type }) => type === 'tool_started')).length;

/** Five threads, three deep. Each small agent ends up with a question. */
const tree = (() => {
  const pipeline: Pipeline = async ({ step, agentStep }) => {
    const work = () => Promise.resolve('done');
    await step('first', {}, work);
    const all = [agentStep('middle', 'middle', 'm'), agentStep('ask', 'small', 's')];
    await Promise.all([...all, step('beside', {}, work)]);
  };
  const middle: Pipeline = async ({ agentStep }) => await agentStep('deep', 'small', 'd');
  return { pipeline, middle, small: [read, ask, done] };
})();

/** Checks that all threads of a family were cancelled, with so many claims, and stay so. */
async function checkCancelled(agent: Agent, id: string, where: string): Promise<void> {
  const family = await pipelines.familyOf(agent.store, id);
  const statuses = family
    .filter(({ events }) => events.length > 0)
    .map(({ state }) => state.status);
  expect(new Set(statuses), where).toEqual(new Set(['cancelled']));
  for (const { events } of family) {
    const types = events.map(({ type }) => type);
    expect(types.indexOf('cancelled'), where).toBeGreaterThan(types.lastIndexOf('tool_started'));
  }
  await cancel(agent, id, bob);
  const now = await pipelines.familyOf(agent.store, id);
  expect(eventsOf(now), where).toBe(eventsOf(family));
}

/**
 * Cancels a family that was killed at a save of it, and that goes on in other processes before each
 * save of the one that cancels.
 */
async function cancelBeside(store: Store, at: number): Promise<void> {
  const first = pipelines.pipelineOn({
    ...tree,
    store: pipelines.mortal(store, at, 'after').store,
  });
  const { agent, clock } = pipelines.pipelineOn({ ...tree, store });
  const { id } = await start(agent, message);
  await advance(first.agent, id).catch(() => undefined);
  const append: Store['append'] = async (...event) => {
    clock.ms += 300_000;
    for (const one of await pipelines.familyOf(store, id)) await advance(agent, one.id);
    return await store.append(...event);
  };
  await cancel({ ...agent, store: wrapStore(store, { append }) }, id, bob);
  // A save of the one that was killed may have been under way.
  for (const one of await pipelines.familyOf(store, id)) await advance(agent, one.id);
  await checkCancelled(agent, id, `beside, killed at save ${at}`);
}

/**
 * Cancels a family at a save of it, in a process that dies at its own save `dies`, if that is not 0.
 * @returns the saves of the family
 */
async function cancelAt(store: Store, at: number, when: 'before' | 'after', dies: number) {
  const other = pipelines.pipelineOn({ ...tree, store });
  const mortal = pipelines.mortal(store, dies === 0 ? Infinity : dies, 'before');
  const cancelOnce = async (agent: Agent) => await cancel(agent, id, bob).catch(() => undefined);
  let saves = 0;
  let claims: number | undefined;
  let acting: Promise<void> | undefined;
  const cancelNow = async () => {
    await cancelOnce({ ...other.agent, store: mortal.store });
    await cancelOnce(other.agent);
    claims = claimsOf(await pipelines.familyOf(store, id));
  };
  const act = () => (acting = cancelNow());
  const append: Store['append'] = async (...event) => {
    saves += 1;
    const isHere = saves === at;
    if (isHere && when === 'before') await act();
    const saved = store.append(...event);
    // It may be a conflict.
    if (isHere && when === 'after') await saved.then(act, act);
    return await saved;
  };
  const { agent, clock } = pipelines.pipelineOn({
    ...tree,
    store: wrapStore(store, { append }),
  });
  const { id } = await start(other.agent, message);
  await advance(agent, id);
  if (saves < at) return saves;
  // What runs is aborted once it is cancelled, before the cancelling process has ended.
  await acting;
  const where = `${when} save ${at}, dies at ${dies}`;
  expect(claims, where).toBeDefined();
  for (let turn = 0; turn < 3; turn += 1) {
    clock.ms += 2 * DAY;
    for (const one of await pipelines.familyOf(store, id)) await advance(agent, one.id);
  }
  expect(claimsOf(await pipelines.familyOf(store, id)), where).toBe(claims);
  await checkCancelled(other.agent, id, where);
  return saves;
}

/** Opens a store for each job where many threads make a list slow, or else one for all. */
function storesAt(place: Place): () => Promise<Store> {
  if (place.name === 'file') return () => place.open();
  let only: Promise<Store> | undefined;
  return () => (only ??= place.open());
}

type Guarantee = { readonly title: string; check(place: Place): Promise<void> };

const guarantees: readonly Guarantee[] = [
  {
    title:
      'a pipeline that is killed at any save goes on, and repeats no step and no part that is saved',
    async check(place) {
      const open = storesAt(place);
      const store = await open();
      const whole = pipelines.mortal(store, Infinity, 'before');
      const { effect } = effects();
      const { agent } = pipelines.pipelineOn({ store: whole.store, pipeline: everything(effect) });
      const { id } = await start({ ...agent, store }, message);
      await advance(agent, id);
      const saves = Array.from({ length: whole.life.appends }, (_, index) => index + 1);
      expect(saves.length).toBeGreaterThan(40);
      await each(saves, async (at) => {
        await checkCrash(await open(), at, 'before');
        await checkCrash(await open(), at, 'after');
      });
    },
  },
  {
    title: 'two processes that run one call start one child, and it reports once',
    async check(place) {
      const space = newSpace();
      const only = place.isShared ? undefined : await place.open(space);
      const open = async () => only ?? (await place.open(space));
      const ask: Pipeline = async ({ agentStep }) => (await agentStep('a', 'small', 'a')).thread;
      const all = await Promise.all(
        Array.from({ length: 6 }, async (_, n) => {
          const on = pipelines.pipelineOn({ store: await open(), pipeline: ask });
          // The later ones take the call over: for them, its lease is over.
          on.clock.ms += n * 70_000;
          return { ...on.agent, wake: () => undefined };
        }),
      );
      const [agent] = all;
      if (!agent) throw new Error('no agent');
      const { id } = await start(agent, message);
      await Promise.all(all.map((one) => advance(one, id)));
      const [parent, child, ...others] = await pipelines.familyOf(agent.store, id);
      expect(parent?.events.filter(({ type }) => type === 'child_started')).toHaveLength(1);
      expect([child?.events.length, others]).toEqual([1, []]);
      await Promise.all(all.map((one) => advance(one, child?.id ?? '')));
      await Promise.all(all.map((one) => advance(one, id)));
      const { state } = await load(agent.store, id);
      expect([state.status, state.usage.usd]).toEqual(['done', 2 * ANSWER_USD]);
    },
  },
  {
    title: 'however a child ends, its parent hears of it once, also after a crash',
    async check(place) {
      const store = await place.open();
      const parent: Pipeline = async ({ agentStep }) => {
        try {
          return (await agentStep('ask', 'small', 'a')).thread && 'answered';
        } catch (error) {
          return error instanceof Error && error.message;
        }
      };
      const ends: readonly (readonly [string, End])[] = [
        ['answered', (agent, call) => answer(agent, call, { by: 'ada', text: 'this one' })],
        ['small was cancelled by bob', (agent, call) => cancel(agent, threadIdOf(call), bob)],
        ['small failed: no answer in time', (_, __, clock) => (clock.ms += 91 * DAY)],
      ];
      const deaths = [1, 2, 3, 4].flatMap((at) => [
        [at, 'before'] as const,
        [at, 'after'] as const,
      ]);
      const jobs = ends.flatMap((end) => deaths.map((death) => [...end, ...death] as const));
      await each(jobs, async ([said, finish, at, when]) => {
        const mortal = pipelines.mortal(store, at, when);
        const failing = { ...rules.expiry, outcome: 'failed' as const };
        const options = { pipeline: parent, small: [ask, done], smallExpiry: failing };
        const { agent, clock } = pipelines.pipelineOn({ ...options, store });
        const { id } = await start(agent, message);
        await advance(agent, id);
        const [, child] = await pipelines.familyOf(store, id);
        const dying = { ...agent, store: mortal.store, now: () => clock.ms };
        const act = async () => {
          await finish(dying, child?.state.open?.call_id ?? '', clock);
          await advance(dying, child?.id ?? '');
        };
        await act().catch(() => undefined);
        // A person whose request failed sends it again.
        if (!mortal.life.isDead || at > 1 || when === 'after') expect(said).toBeDefined();
        else await finish(agent, child?.state.open?.call_id ?? '', clock);
        const { thread, ms } = await pipelines.playOn(agent, clock, id, () => 'retry');
        const where = `${said}: ${when} save ${at}`;
        const last = thread.events.filter((event) => event.type === 'tool_call').slice(-1)[0];
        expect([thread.state.status, last?.step['message']], where).toEqual(['done', said]);
        const paid = said === 'answered' ? 2 * ANSWER_USD : ANSWER_USD;
        expect(thread.state.usage.usd, where).toBe(paid);
        expect(ms, where).toBeLessThan(DAY + 1_000);
      });
    },
  },
  {
    title: 'a pause of 40 days in a child adds a few events',
    async check(place) {
      const store = await place.open();
      const waits: Pipeline = async ({ step, agentStep }) => {
        const both = [agentStep('ask', 'small', 'a'), step('b', {}, () => Promise.resolve('b'))];
        return (await Promise.all(both)).length;
      };
      const { agent, clock } = pipelines.pipelineOn({ store, pipeline: waits, small: [ask, done] });
      const { id } = await start(agent, message);
      await advance(agent, id);
      const before = await pipelines.familyOf(store, id);
      const from = clock.ms;
      for (;;) {
        const due = Date.parse((await pipelines.nextDue(agent, clock, id)) ?? '');
        if (due > from + 40 * DAY) break;
        await pipelines.workOnce(agent, clock, id);
      }
      const after = await pipelines.familyOf(store, id);
      const [added, bytes] = [eventsOf(after) - eventsOf(before), sizeOf(after) - sizeOf(before)];
      console.log(`${place.name}: 40 days are ${added} events, ${bytes} bytes`);
      expect(after.map(({ state }) => state.status)).toEqual(
        before.map(({ state }) => state.status),
      );
      expect(added).toBeLessThanOrEqual(80);
      expect(bytes).toBeLessThan(16_000);
      const [, child] = after;
      await answer(agent, child?.state.open?.call_id ?? '', { by: 'ada', text: 'this one' });
      await advance(agent, child?.id ?? '');
      expect((await load(store, id)).state.status).toBe('done');
    },
  },
  {
    title: 'cancelling at any point ends the whole family, and can be repeated after a crash',
    async check(place) {
      const open = storesAt(place);
      const count = await cancelAt(await open(), Infinity, 'after', 0);
      expect(count).toBeGreaterThan(25);
      const jobs = Array.from({ length: count }, (_, index) => index + 1);
      await each(jobs, async (at) => {
        await cancelAt(await open(), at, 'before', 0);
        await cancelAt(await open(), at, 'after', 0);
        // The process that cancels dies at its own first or second save.
        await cancelAt(await open(), at, 'after', 1 + (at % 3));
      });
    },
  },
  {
    title: 'a family that goes on while it is cancelled ends, too',
    async check(place) {
      const open = storesAt(place);
      const jobs = Array.from({ length: 30 }, (_, index) => index + 1);
      await each(jobs, async (at) => await cancelBeside(await open(), at));
    },
  },
  {
    title: 'a worker that stops saves the parts that end, and another goes on at once',
    async check(place) {
      const store = await place.open();
      const ran: string[] = [];
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const pipeline: Pipeline = async ({ step, agentStep }) => {
        const does = (name: string, until?: Promise<void>) => async () => {
          ran.push(name);
          await until;
          return name;
        };
        const all = [step('a', {}, does('a')), step('b', {}, does('b', released))];
        await Promise.all([...all, agentStep('c', 'small', 'c')]);
        return await step('after', {}, does('after'));
      };
      const { agent: plain } = pipelines.pipelineOn({ store, pipeline, small: [done] });
      const agent = { ...plain, now: () => Date.now() };
      const { id } = await start(agent, message);
      const options = { everyMs: 50, log: () => undefined };
      const first = startWorker(agent, options);
      first.advance(id);
      const ended = async () =>
        (await load(store, id)).events.filter(({ type }) => type === 'part_ended').length;
      await expect.poll(ended, { timeout: 30_000, interval: 5 }).toBe(2);
      const stopped = first.stop(60_000);
      release();
      expect(await stopped).toEqual([]);
      expect([await ended(), ran]).toEqual([3, ['a', 'b']]);
      const second = startWorker(agent, options);
      const status = async () => (await load(store, id)).state.status;
      await expect.poll(status, { timeout: 30_000, interval: 20 }).toBe('done');
      await second.stop();
      expect(ran).toEqual(['a', 'b', 'after']);
    },
  },
  {
    title: 'code that has changed is for a person at each point, and goes on once it is back',
    async check(place) {
      const open = storesAt(place);
      const jobs = Array.from({ length: 45 }, (_, index) => index + 3);
      await each(jobs, async (at) => {
        await changeAt(await open(), at, 'before');
        await changeAt(await open(), at, 'after');
      });
    },
  },
];

describe.each(places)('$name', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});
  const named = guarantees.map(({ title, check }) => [title, check] as const);
  test.each(named)('%s', async (_, check) => check(place));
});

test.each([100, 1_000])(
  'a thread of %i recorded steps goes on, and none runs again',
  async (count) => {
    let runs = 0;
    const pipeline: Pipeline = async ({ step }) => {
      for (let n = 0; n <= count; n += 1)
        await step('count', { n }, () => Promise.resolve((runs += 1)));
      return 'over';
    };
    const { agent } = pipelines.pipelineOn({ store: memoryStore(), pipeline });
    let thread = await start(agent, message);
    for (let n = 0; n < count; n += 1) {
      const call_id = nextCallId(thread);
      const step = { intent: 'count', n };
      const run = { call_id, attempt: 1 };
      const lease_until = timeIn(60_000, agent);
      const events = [
        { type: 'tool_call', call_id, step, awaits: 'result' },
        { type: 'tool_started', ...run, by: 'another process', lease_until },
        { type: 'tool_result', ...run, result: n },
      ] as const;
      for (const event of events)
        thread = await append(agent.store, thread, stamp(agent, event), agent);
    }
    const from = performance.now();
    thread = await advance(agent, thread.id);
    const ms = Math.round(performance.now() - from);
    // The code runs from the top to choose the step, to run it, and to end.
    console.log(`3 replays of ${count} steps: ${ms} ms`);
    expect([thread.state.status, runs]).toEqual(['done', 1]);
  },
);
