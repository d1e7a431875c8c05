import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Event, Step } from '../../registry/agent/core/event.ts';
import { answer, approve, cancel, say, start } from '../../registry/agent/core/people.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import type { Agent } from '../../registry/agent/core/agent.ts';
import { recorded } from '../../registry/agent/core/recorded-threads.ts';
import { append, Conflict, load, type Store } from '../../registry/agent/core/store.ts';
import { initial, reduce } from '../../registry/agent/core/thread.ts';
import {
  ask,
  done,
  hear,
  read,
  toyAgent,
  typesOf,
  write,
} from '../../registry/agent/testing/toy-agent.ts';
import { killChildren, startChild, type Child } from '../support/generated/child.ts';
import type { Task } from '../support/generated/children/advance.ts';
import {
  closePlaces,
  newFolder,
  newSpace,
  places,
  type Place,
} from '../support/generated/store-places.ts';
import { wholeLines } from '../support/generated/whole-lines.ts';

afterAll(async () => {
  killChildren();
  await closePlaces();
});

const DAYS = 86_400_000;
const yes = { approved: true, by: 'ada' };
const no = { approved: false, by: 'bob', comment: 'not today' };
const message = { channel: 'test', from: 'ada', text: 'go' };

/** One set of threads at a place, and agents and processes that work on it. */
function setUp(place: Place) {
  const space = newSpace();
  const effects = join(newFolder('effects'), 'effects');
  let only: Promise<Store> | undefined;
  /** A new connection; memory has only one. */
  const connect = (): Promise<Store> =>
    place.isShared ? place.open(space) : (only ??= place.open(space));
  return {
    connect,
    /** An agent with a connection of its own. */
    async agent(steps: readonly Step[], options: Parameters<typeof toyAgent>[1] = {}) {
      return toyAgent(steps, { store: await connect(), ...options });
    },
    /** Prepares a process that advances thread `t`. */
    async child(
      steps: readonly Step[],
      task: Partial<Task> = {},
      child = startChild('advance.ts'),
    ) {
      const address = { name: place.name, where: await place.where(), space };
      const ours = { address, steps, effects };
      const all: Task = { ...ours, onUnknownOutcome: 'ask_human', hangs: false, ...task };
      const from = child.lines().length;
      child.write(JSON.stringify(all));
      await lineOf(child, from);
      return {
        go: () => child.write('go'),
        status: () => lineOf(child, from + 1),
        kill: () => (child.child.kill('SIGKILL'), child.ended),
      };
    },
    /** The idempotency keys of tools that ran in other processes. */
    effects: () => wholeLines(effects),
  };
}

/** Waits for a line of a child's output, by index. */
async function lineOf({ lines, err }: Child, index: number): Promise<string | undefined> {
  await waitUntil(() => lines().length > index || err() !== '');
  expect(err()).toBe('');
  return lines()[index];
}

/** Started once, because starting takes longer than the race. */
let racers: readonly Child[] | undefined;

const waitUntil = (isTrue: () => boolean) =>
  expect.poll(isTrue, { timeout: 60_000, interval: 10 }).toBe(true);

/** Sends "go" to thread `t` and advances it. */
async function begin(agent: Agent) {
  await hear(agent, 't');
  return advance(agent, 't');
}

/** A store that fails before it saves the event at `version`, as if the process was killed. */
function dyingAt(version: number, store: Store): Store {
  const dies = async () => Promise.reject(new Error('kill -9'));
  return {
    ...store,
    append: (id, v, event, index) => (v === version ? dies() : store.append(id, v, event, index)),
  };
}

/** Begins thread `t`, and kills its process while the tool runs. In memory, the store fails. */
async function killedInTool(place: Place, onUnknownOutcome: 'retry' | 'ask_human') {
  const here = setUp(place);
  const toy = await here.agent([read, done], { onUnknownOutcome, timeoutMs: 60_000 });
  await hear(toy.agent, 't');
  if (!place.isShared) {
    const dying = { ...toy.agent, store: dyingAt(3, toy.agent.store) };
    await expect(advance(dying, 't')).rejects.toThrow('kill -9');
    return { ...toy, ran: () => toy.ran.map((line) => line.replace('read ', '')) };
  }
  const child = await here.child([read, done], { onUnknownOutcome, hangs: true });
  child.go();
  await waitUntil(() => here.effects().length > 0);
  await child.kill();
  return {
    ...toy,
    ran: () => [...here.effects(), ...toy.ran.map((line) => line.replace('read ', ''))],
  };
}

const crash = (isShared: boolean) => (isShared ? 'kill -9' : 'a failure of the store');

type Guarantee = {
  readonly title: string | ((place: Place) => string);
  check(place: Place): Promise<void>;
};

const guarantees: readonly Guarantee[] = [
  {
    title: 'saves a call before its tool runs',
    async check(place) {
      const here = setUp(place);
      const other = await here.connect();
      const saw: string[] = [];
      const { agent, ran } = await here.agent([read, done], {
        run: async () => saw.push(typesOf(await other.load('t'))),
        timeoutMs: 10_000,
      });
      expect((await begin(agent)).state.status).toBe('done');
      expect([saw, ran]).toEqual([['message tool_call tool_started'], ['read t:1']]);
    },
  },
  {
    title: ({ isShared }) =>
      `runs a tool once in a race of 16 ${isShared ? 'processes' : 'calls of advance()'}`,
    async check(place) {
      const here = setUp(place);
      const steps = [write, done];
      const { agent, ran } = await here.agent(steps);
      const call = (await begin(agent)).state.open?.call_id ?? '';
      await approve(agent, call, yes);
      if (place.isShared) {
        racers ??= Array.from({ length: 16 }, () => startChild('advance.ts'));
        const ready = await Promise.all(racers.map((racer) => here.child(steps, {}, racer)));
        for (const { go } of ready) go();
        await Promise.all(ready.map(({ status }) => status()));
        expect(here.effects()).toEqual([call]);
      } else {
        await Promise.all(Array.from({ length: 16 }, () => advance(agent, 't')));
        expect(ran).toEqual([`write to production ${call}`]);
      }
      expect(typesOf(await agent.store.load('t'))).toBe(
        'message tool_call approval tool_started tool_result tool_call',
      );
    },
  },
  {
    title: 'keeps the result of a tool and drops the choice of a model after a conflict',
    async check(place) {
      const here = setUp(place);
      const other = (await here.agent([])).agent;
      let isFirst = true;
      const { agent, ran } = await here.agent([read, done], {
        run: async () => (await say(other, 't', { ...message, text: 'and this' }), 'ok'),
        timeoutMs: 10_000,
      });
      const model: Agent['model'] = async (request) => {
        if (isFirst) await say(other, 't', { ...message, text: 'wait' });
        isFirst = false;
        return agent.model(request);
      };
      const old = await hear(agent, 't');
      const { events } = await advance({ ...agent, model }, 't');
      expect(typesOf(events)).toBe(
        'message message tool_call tool_started message tool_result tool_call',
      );
      expect(ran).toEqual(['read t:2']);
      const late: Event = { type: 'cancelled', by: 'ada', at: '2026-01-01T00:00:00.000Z' };
      await expect(append(other.store, old, late)).rejects.toThrow(Conflict);
      expect(await other.store.load('t')).toEqual(events);
    },
  },
  {
    title: ({ isShared }) =>
      `runs a tool with retry again, with the same key, after ${crash(isShared)}`,
    async check(place) {
      const { agent, clock, ran } = await killedInTool(place, 'retry');
      expect((await advance(agent, 't')).state.status).toBe('running');
      clock.ms += 70_000;
      expect((await advance(agent, 't')).state.status).toBe('done');
      expect(ran()).toEqual(['t:1', 't:1']);
    },
  },
  {
    title: ({ isShared }) => `leaves a tool with ask_human to a person after ${crash(isShared)}`,
    async check(place) {
      const { agent, clock, ran } = await killedInTool(place, 'ask_human');
      expect((await advance(agent, 't')).state.status).toBe('running');
      clock.ms += 70_000;
      const { state } = await advance(agent, 't');
      expect(state).toMatchObject({
        status: 'waiting_for_human',
        open: { call_id: 't:1', attempt: 1 },
      });
      await say(agent, 't', { ...message, text: 'hello?' });
      expect((await advance(agent, 't')).state).toMatchObject({
        status: 'waiting_for_human',
        open: { call_id: 't:1' },
      });
      await answer(agent, 't:1', { by: 'ada', text: 'it was done' });
      expect((await advance(agent, 't')).state.status).toBe('done');
      expect(ran()).toEqual(['t:1']);
    },
  },
  {
    title: 'treats a timeout as an unknown outcome, and aborts the signal of the tool',
    async check(place) {
      const signals: AbortSignal[] = [];
      const { agent, ran } = await setUp(place).agent([read], {
        onUnknownOutcome: 'ask_human',
        timeoutMs: 20,
        run: async ({ signal }) => (signals.push(signal), new Promise(() => {})),
      });
      expect((await begin(agent)).state).toMatchObject({
        status: 'waiting_for_human',
        open: { call_id: 't:1' },
      });
      expect([ran, signals.map(({ aborted }) => aborted)]).toEqual([['read t:1'], [true]]);
    },
  },
  {
    title: 'requires the call of an answer, and accepts one of 16 contradictory answers',
    async check(place) {
      const here = setUp(place);
      const agents = await Promise.all(
        Array.from({ length: 4 }, async () => (await here.agent([write, done])).agent),
      );
      const [agent] = agents;
      if (agent === undefined) throw new Error('no agent');
      const call = (await begin(agent)).state.open?.call_id ?? '';
      await expect(approve(agent, 'latest', yes)).rejects.toThrow('not a call');
      await expect(approve(agent, 't:9', yes)).rejects.toThrow('waiting_for_approval at t:1');
      const answers = Array.from({ length: 16 }, (_, n) =>
        approve(agents[n % 4] ?? agent, call, n % 2 ? yes : no),
      );
      const settled = await Promise.allSettled(answers);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      for (const { message: why } of refused)
        expect(why).toMatch(/^Already answered: (approved by ada|denied by bob)/);
      expect(typesOf(await agent.store.load('t'))).toBe('message tool_call approval');
    },
  },
  {
    title: 'ignores a message that is delivered again, also in a race',
    async check(place) {
      const here = setUp(place);
      const agents = await Promise.all(
        Array.from({ length: 4 }, async () => (await here.agent([done])).agent),
      );
      const delivery = { ...message, idempotency_key: 'delivery-1' };
      const threads = await Promise.all(
        [...agents, ...agents, ...agents].map((agent) => start(agent, delivery)),
      );
      const [id = '', ...others] = new Set(threads.map((thread) => thread.id));
      expect(others).toEqual([]);
      for (const agent of agents) await say(agent, id, delivery);
      for (const { store } of agents) expect(typesOf(await store.load(id))).toBe('message');
    },
  },
  {
    title: ({ isShared, restart }) => {
      const after = [isShared && 'kill -9', restart && 'a restart of its server', '30 days'];
      return `continues a paused thread after ${after.filter(Boolean).join(', ')}`;
    },
    async check(place) {
      const here = setUp(place);
      const first = await here.agent([write, done]);
      await hear(first.agent, 't');
      if (place.isShared) {
        const child = await here.child([write, done]);
        child.go();
        expect(await child.status()).toBe('waiting_for_approval');
        await child.kill();
        await place.restart?.();
      } else await advance(first.agent, 't');
      const second = await here.agent([write, done]);
      second.clock.ms += 30 * DAYS - 1;
      expect((await advance(second.agent, 't')).state.status).toBe('waiting_for_approval');
      await approve(second.agent, 't:1', yes);
      expect((await advance(second.agent, 't')).state.status).toBe('done');
      expect([here.effects(), first.ran, second.ran]).toEqual([
        [],
        [],
        ['write to production t:1'],
      ]);
    },
  },
  {
    title: 'expires an unanswered request, or accepts a late answer, but not both',
    async check(place) {
      const here = setUp(place);
      const onTime = await here.agent([write, done]);
      await begin(onTime.agent);
      // Clocks differ: the request has expired for four processes, and not for one.
      const late = await Promise.all(Array.from({ length: 4 }, () => here.agent([write, done])));
      for (const { clock } of late) clock.ms += 30 * DAYS + 1;
      const [approved] = await Promise.allSettled([
        approve(onTime.agent, 't:1', yes),
        ...late.map(({ agent }) => advance(agent, 't')),
      ]);
      const isApproved = approved?.status === 'fulfilled';
      expect((await advance(onTime.agent, 't')).state.status).toBe('done');
      const first = (await onTime.agent.store.load('t'))[2];
      expect(first?.type).toBe(isApproved ? 'approval' : 'expired');
      expect([onTime, ...late].flatMap(({ ran }) => ran)).toHaveLength(isApproved ? 1 : 0);
      await expect(approve(onTime.agent, 't:1', no)).rejects.toThrow('Already answered');
    },
  },
  {
    title: 'denies an expired request, or fails the thread, as the policy says',
    async check(place) {
      for (const [outcome, status] of [
        ['denied', 'done'],
        ['failed', 'failed'],
      ] as const) {
        const { agent, clock, ran } = await setUp(place).agent([write, done]);
        const strict = {
          ...agent,
          policy: { ...agent.policy, expiry: { afterMs: 1_000, outcome } },
        };
        await begin(strict);
        clock.ms += 1_001;
        expect((await advance(strict, 't')).state.status).toBe(status);
        await expect(approve(strict, 't:1', yes)).rejects.toThrow('it expired');
        expect(ran).toEqual([]);
      }
    },
  },
  {
    title: 'aborts a running tool and a running model when the thread is cancelled elsewhere',
    async check(place) {
      const here = setUp(place);
      const other = (await here.agent([])).agent;
      const signals: AbortSignal[] = [];
      const untilAborted = async (signal: AbortSignal) => {
        signals.push(signal);
        return new Promise<string>((resolve) =>
          signal.addEventListener('abort', () => resolve('late')),
        );
      };
      const { agent } = await here.agent([read], {
        timeoutMs: 60_000,
        run: ({ signal }) => untilAborted(signal),
      });
      const slow: Agent['model'] = async ({ signal }) => ({ step: await untilAborted(signal) });
      await hear(agent, 't');
      await hear(agent, 'u');
      const running = [advance(agent, 't'), advance({ ...agent, model: slow }, 'u')];
      await waitUntil(() => signals.length === 2);
      for (const id of ['t', 'u']) await cancel(other, id, { by: 'ada' });
      const [tool, model] = await Promise.all(running);
      expect(typesOf(tool?.events ?? [])).toBe('message tool_call tool_started cancelled');
      expect(typesOf(model?.events ?? [])).toBe('message cancelled');
      await expect(say(other, 'u', message)).rejects.toThrow('was cancelled');
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    },
  },
  {
    title: 'hands a thread to a person at each limit: steps, errors, tokens, repeats, progress',
    async check(place) {
      const writes = Array.from({ length: 30 }, (_, n) => ({ intent: 'write', to: String(n) }));
      const reads = Array.from({ length: 30 }, () => read);
      const nonsense = Array.from({ length: 30 }, () => ({ intent: 'nonsense' }));
      const here = setUp(place);
      const agentOf = async (steps: readonly Step[]) =>
        (await here.agent(steps, { onWrite: 'run' })).agent;
      const idle = await agentOf(reads);
      const costly: Agent['model'] = async () => ({
        step: read,
        usage: { input_tokens: 900, output_tokens: 100 },
      });
      const spins: readonly (readonly [string, Agent])[] = [
        ['20 steps', await agentOf(writes)],
        ['the same step 3 times', await agentOf(reads)],
        ['3 errors in a row', await agentOf(nonsense)],
        ['1000 tokens', { ...(await agentOf([])), model: costly }],
        ['no progress', { ...idle, policy: { ...idle.policy, progress: () => false } }],
      ];
      for (const [reason, agent] of spins) {
        const { id } = await start(agent, message);
        const { state } = await advance(agent, id);
        expect(state).toMatchObject({
          status: 'waiting_for_human',
          open: { reason: expect.stringContaining(reason) },
        });
      }
      expect(await idle.store.list({ limit: 9, status: 'waiting_for_human' })).toHaveLength(
        spins.length,
      );
    },
  },
  {
    title: 'runs an approved call only, and shows the model the decision',
    async check(place) {
      const here = setUp(place);
      const answers: readonly (readonly [
        (agent: Agent, call: string) => Promise<unknown>,
        number,
        string,
      ])[] = [
        [
          (agent, call) => approve(agent, call, { ...yes, comment: 'quickly' }),
          1,
          'comment: quickly',
        ],
        [(agent, call) => approve(agent, call, no), 0, 'comment: not today'],
        [
          (agent, call) => say(agent, call.split(':')[0] ?? '', { ...message, text: 'never mind' }),
          0,
          'never mind',
        ],
      ];
      for (const [reply, runs, tells] of answers) {
        const { agent } = await here.agent([write, done]);
        const { id } = await start(agent, message);
        const call = (await advance(agent, id)).state.open?.call_id ?? '';
        const other = await here.agent([write, done]);
        await reply(other.agent, call);
        const { state, events } = await advance(other.agent, id);
        expect(state.status).toBe('done');
        expect(other.ran).toHaveLength(runs);
        expect(agent.context(events).join('\n')).toContain(tells);
        await expect(approve(agent, call, yes)).rejects.toThrow();
      }
    },
  },
  {
    title: 'takes an answer to a question, and a denial by the policy',
    async check(place) {
      const here = setUp(place);
      const asked = await here.agent([ask, done]);
      await begin(asked.agent);
      await answer((await here.agent([])).agent, 't:1', { by: 'bob', text: 'the blue one' });
      expect((await advance(asked.agent, 't')).state.status).toBe('done');
      const { agent, ran } = await here.agent([write, done], {
        onWrite: { deny: 'never on a Friday' },
      });
      const { id } = await start(agent, message);
      const { events } = await advance(agent, id);
      expect(events[2]).toMatchObject({
        type: 'approval',
        approved: false,
        by: 'policy',
        comment: 'never on a Friday',
      });
      expect(ran).toEqual([]);
    },
  },
  {
    title: 'replays threads of earlier versions to the same state',
    async check(place) {
      const here = setUp(place);
      const [one, other] = [await here.connect(), await here.connect()];
      for (const [index, { events, state }] of Object.values(recorded).entries()) {
        const lines = events.trim().split(/\n\s*/);
        let thread = await load(one, `t_${index}`);
        for (const line of lines) thread = await append(one, thread, JSON.parse(line));
        const kept = await other.load(thread.id);
        expect(kept.map((event) => JSON.stringify(event))).toEqual(lines);
        const replayed = kept.reduce(reduce, initial);
        expect({ open: undefined, ...replayed }).toMatchObject({ open: undefined, ...state });
        const after = index === 0 ? {} : { after: `t_${index - 1}` };
        expect(await other.list({ ...after, limit: 1 })).toMatchObject([
          { id: thread.id, status: replayed.status },
        ]);
      }
    },
  },
];

describe.each(places)('$name', (place) => {
  if (place.missing !== undefined) return test.skip(place.missing, () => {});
  const named = guarantees.map(({ title, check }) => {
    const name = typeof title === 'string' ? title : title(place);
    return [name, check] as const;
  });
  test.each(named)('%s', async (_, check) => check(place));
});
