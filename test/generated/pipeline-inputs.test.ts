import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Agent } from '../../registry/agent/core/agent.ts';
import { editCall } from '../../registry/agent/core/edit.ts';
import { Refused, UnknownOutcome } from '../../registry/agent/core/errors.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { answer, approve, say, start } from '../../registry/agent/core/people.ts';
import { load, wrapStore, type Store, type Thread } from '../../registry/agent/core/store.ts';
import { pending } from '../../registry/agent/core/tool.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { ask, done } from '../../registry/agent/testing/toy-agent.ts';
import type { Pipeline } from '../../registry/agent/workflow/flow.ts';
import {
  again,
  DAY,
  familyOf,
  mortal,
  pipelineOn,
  playOn,
  rules,
} from '../support/generated/pipelines.ts';

const message = { channel: 'test', from: 'ada', text: 'go' };

/** Starts a pipeline, and lets it run until it waits or has ended. */
async function play(pipeline: Pipeline, options: Partial<Parameters<typeof pipelineOn>[0]> = {}) {
  const on = pipelineOn({ store: memoryStore(), pipeline, ...options });
  const { id } = await start(on.agent, message);
  const thread = await advance(on.agent, id);
  return { ...on, id, thread, store: on.agent.store };
}

const callsIn = ({ events }: Thread) => events.filter((event) => event.type === 'tool_call');
const end = (thread: Thread) => {
  const step = callsIn(thread).slice(-1)[0]?.step;
  return [thread.state.status, step?.['message'] ?? step?.['question']];
};
const instantly = (value: unknown) => () => Promise.resolve(value);
const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

describe('arguments of a step', () => {
  test.each([{ version: 2 }, { options: null }, { options: { timeoutMs: 'abc' } }])(
    'are those of the code: an edit to %j is refused',
    async (args) => {
      const { agent, thread } = await play(({ step }) =>
        step('deploy', { version: 1 }, instantly('deployed')),
      );
      const call = thread.state.open?.call_id ?? '';
      const edit = editCall(agent, call, { step: { intent: 'deploy', ...args }, by: 'ada' });
      await expect(edit).rejects.toThrow(Refused);
      expect(await load(agent.store, thread.id)).toEqual(thread);
    },
  );

  test.each<[string, Record<string, unknown>, unknown]>([
    ['a date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['NaN and Infinity', { n: NaN, m: -Infinity }, { n: 'NaN', m: '-Infinity' }],
    ['a bigint', { n: 2n ** 70n }, { n: '1180591620717411303424' }],
    ['undefined', { a: undefined, b: [undefined] }, { b: [null] }],
    ['a map', { of: new Map([['a', 1]]) }, { of: [['a', 1]] }],
    ['any characters', { 'ключ\u2028': '💥\ud800\u0000' }, { 'ключ\u2028': '💥\ud800\u0000' }],
    ['steps', { steps: [{ intent: 'x' }] }, { steps: [{ intent: 'x' }] }],
    ['names of Object.prototype', { constructor: 1, toString: 2 }, { constructor: 1, toString: 2 }],
    ['an inner __proto__', { a: JSON.parse('{"__proto__": 1}') }, undefined],
    ['1 MB', { text: 'x'.repeat(1_000_000) }, { text: 'x'.repeat(1_000_000) }],
    ['40 levels', { deep: nested(40) }, { deep: nested(40) }],
  ])('are saved as JSON: %s', async (_, args, saved) => {
    const ran: string[] = [];
    const { thread } = await play(async ({ step }) => {
      await step('one', args, () => Promise.resolve(ran.push('one')));
      return await step('two', args, () => Promise.resolve(ran.push('two')));
    });
    expect([end(thread), ran]).toEqual([
      ['done', '2'],
      ['one', 'two'],
    ]);
    const [first] = callsIn(thread);
    if (saved) expect(first?.step).toEqual({ intent: 'one', ...(saved as object) });
  });

  test.each<[string, Record<string, unknown>]>([
    ['5 MB', { text: 'x'.repeat(5_000_000) }],
    ['60 levels', { deep: nested(60) }],
    [
      'a circle',
      {
        get self(): unknown {
          return this;
        },
      },
    ],
    ['a __proto__', JSON.parse('{"__proto__": {"a": 1}}')],
    ['an intent', { intent: 'deploy' }],
    ['options', { options: { onUnknownOutcome: 'retry' } }],
  ])('that cannot be kept are for a person, and nothing runs: %s', async (_, args) => {
    let runs = 0;
    const { thread } = await play(async ({ step }) => {
      await step('one', args, () => Promise.resolve((runs += 1)));
    });
    expect(end(thread)).toEqual(['waiting_for_human', expect.stringContaining('of a step')]);
    expect([callsIn(thread).length, runs]).toEqual([1, 0]);
  });
});

describe.each([Infinity, 1e300, 30 * DAY, NaN, -1])('a time limit of %s ms', (timeoutMs) => {
  const slow = async () => (await sleep(20), 'ok');

  test('is one that a timer and a lease can have', async () => {
    const { thread } = await play(({ step }) => step('slow', {}, slow, { timeoutMs }));
    expect(end(thread)).toEqual(['done', 'ok']);
  });

  test('is one of steps at once, too', async () => {
    const { thread } = await play(async ({ step }) => {
      const all = ['a', 'b'].map((name) => step(name, {}, slow, { timeoutMs }));
      return (await Promise.all(all)).join(' ');
    });
    expect(end(thread)).toEqual(['done', 'ok ok']);
  });
});

describe('steps at once', () => {
  test('with the same name and arguments have results of their own', async () => {
    const { thread } = await play(async ({ step }) => {
      const all = ['a', 'b', 'c'].map((name, n) =>
        step('same', {}, async () => (await sleep(30 - 10 * n), name)),
      );
      return (await Promise.all(all)).join(' ');
    });
    expect(end(thread)).toEqual(['done', 'a b c']);
  });

  test('with the same name and arguments each run once, if one outcome is unknown', async () => {
    const ran: string[] = [];
    const { thread } = await play(async ({ step }) => {
      const all = ['a', 'b', 'c'].map((name) => {
        const run = () => {
          ran.push(name);
          if (name === 'b' && ran.length < 4) throw new UnknownOutcome('connection lost');
          return Promise.resolve(name);
        };
        return step('same', {}, run, again);
      });
      return (await Promise.all(all)).join(' ');
    });
    expect(end(thread)).toEqual(['done', 'a b c']);
    expect(ran).toEqual(['a', 'b', 'c', 'b']);
  });

  test('do not run again while they still run, because another is retried', async () => {
    const ran: string[] = [];
    const { thread } = await play(async ({ step }) => {
      const slow = async () => {
        ran.push('slow');
        await sleep(50);
        return 'slow';
      };
      const flaky = () => {
        ran.push('flaky');
        if (ran.filter((name) => name === 'flaky').length === 2) return Promise.resolve('flaky');
        return Promise.reject(new UnknownOutcome('connection lost'));
      };
      return await Promise.all([step('slow', {}, slow), step('flaky', {}, flaky, again)]);
    });
    expect(end(thread)).toEqual(['done', '["slow","flaky"]']);
    expect(ran).toEqual(['slow', 'flaky', 'flaky']);
  });

  test('that wait for no one are asked about', async () => {
    const { thread } = await play(
      async ({ step, agentStep }) => {
        await Promise.all([step('a', {}, instantly(pending(1_000))), agentStep('b', 'small', 'b')]);
      },
      { small: [ask, done] },
    );
    expect(thread.state.status).toBe('waiting_for_result');
    const ended = thread.events.find((event) => event.type === 'part_ended');
    expect(ended).toMatchObject({ part: '0', error: expect.stringContaining('unknown') });
  });

  test('that three processes left unfinished are asked about, each by itself', async () => {
    const ran: string[] = [];
    const does = (name: string) => () => Promise.resolve(ran.push(name) && name);
    const state = { isAway: true };
    const memory = memoryStore();
    const append: Store['append'] = (...event) => {
      const isLost = state.isAway && event[2].type === 'part_ended';
      return isLost ? Promise.reject(new Error('EIO')) : memory.append(...event);
    };
    const pipeline: Pipeline = async ({ step }) =>
      await Promise.all([step('pay', {}, does('pay')), step('look', {}, does('look'), again)]);
    const store = wrapStore(memory, { append });
    const { agent, id, thread } = await play(pipeline, { store });
    expect(thread.state).toMatchObject({ status: 'waiting_for_human', open: { attempt: 3 } });
    state.isAway = false;
    await answer(agent, thread.state.open?.call_id ?? '', { by: 'ada', text: 'retry' });
    const asking = await advance(agent, id);
    expect(end(asking)[1]).toContain('It is unknown whether pay took effect.');
    const call_id = asking.state.open?.call_id ?? '';
    await answer(agent, call_id, { by: 'ada', text: 'done "paid"' });
    expect(end(await advance(agent, id))).toEqual(['done', '["paid","look"]']);
    expect(ran.filter((name) => name === 'pay')).toHaveLength(1);
  });

  /** A pipeline of a step beside a small agent, on a store that can refuse some events. */
  async function besideAgent() {
    const state = { runs: 0, lost: [] as string[] };
    const memory = memoryStore();
    const append: Store['append'] = (...event) => {
      const isLost = state.lost.includes(event[2].type);
      return isLost ? Promise.reject(new Error('EIO')) : memory.append(...event);
    };
    const pipeline: Pipeline = async ({ step, agentStep }) => {
      const count = () => Promise.resolve((state.runs += 1));
      await Promise.all([step('look', {}, count, again), agentStep('b', 'small', 'b')]);
      return 'over';
    };
    const on = pipelineOn({
      store: wrapStore(memory, { append }),
      pipeline,
      small: [ask, done],
    });
    const { id } = await start(on.agent, message);
    return { ...on, id, state, own: { ...on.agent, wake: () => undefined } };
  }

  test('run three times at most beside a small agent, if each process dies', async () => {
    const { agent, own, id, clock, state } = await besideAgent();
    for (let n = 0; n < 6; n += 1) {
      state.lost = ['part_ended', 'tool_pending', 'tool_result', 'tool_error'];
      await expect(advance(own, id)).rejects.toThrow('EIO');
      clock.ms += DAY;
    }
    state.lost = [];
    const { events } = await advance(agent, id);
    expect(state.runs).toBe(3);
    const child = events.find((event) => event.type === 'child_started')?.thread ?? '';
    const question = (await load(agent.store, child)).state.open?.call_id ?? '';
    await answer(agent, question, { by: 'ada', text: 'this one' });
    await advance(agent, child);
    const asking = await load(agent.store, id);
    expect(end(asking)[1]).toContain('It is unknown whether look took effect.');
  });

  test('beside a small agent wait for a store that does not save how they ended', async () => {
    const { agent, own, id, clock, state } = await besideAgent();
    state.lost = ['part_ended'];
    for (let n = 0; n < 6; n += 1) {
      const { events, state: now } = await advance(own, id);
      const claims = events.filter(({ type }) => type === 'tool_started');
      expect([now.status, claims.length]).toEqual(['waiting_for_result', n + 1]);
      clock.ms += 61_000;
    }
    expect(state.runs).toBe(3);
    state.lost = [];
    const { events } = await advance(agent, id);
    const ended = events.filter(({ type }) => type === 'part_ended');
    expect(ended).toMatchObject([{ part: '0', error: expect.stringContaining('unknown') }]);
  });

  test('are 100 at once: each runs once, and each end is saved once', async () => {
    const warnings: Error[] = [];
    process.on('warning', (warning) => warnings.push(warning));
    const { thread } = await play(async ({ step }) => {
      const all = Array.from({ length: 100 }, (_, n) => step('part', { n }, instantly(n)));
      return (await Promise.all(all)).length;
    });
    expect(end(thread)).toEqual(['done', '100']);
    expect([thread.events.length, warnings]).toEqual([105, []]);
  });
});

describe('code', () => {
  test.each<[string, Pipeline, string]>([
    ['does not wait', () => Promise.resolve('at once'), 'at once'],
    [
      'forgets to await a step, which runs',
      async ({ step }) => void step('lost', {}, () => Promise.resolve('lost')),
      'done',
    ],
    [
      'forgets to await a step that fails',
      async ({ step }) => {
        void step('lost', {}, () => Promise.reject(new Error('lost')));
        await Promise.resolve();
        return 'fine';
      },
      'fine',
    ],
    [
      'awaits two steps in turn that both fail',
      async ({ step }) => {
        const fail = () => Promise.reject(new Error('no disk'));
        const [a, b] = [step('a', {}, fail), step('b', {}, fail)];
        try {
          await a;
          await b;
        } catch (error) {
          return error instanceof Error && error.message;
        }
        return 'no';
      },
      'no disk',
    ],
    [
      'awaits other promises between steps',
      async ({ step }) => {
        await sleep(20);
        const a = await step('a', {}, instantly('a'));
        await sleep(20);
        return `${String(a)} ${String(await step('b', {}, instantly('b')))}`;
      },
      'a b',
    ],
    [
      'races steps: all run, and the first that was asked for wins',
      async ({ step }) =>
        await Promise.race([
          step('slow', {}, async () => (await sleep(20), 'slow')),
          step('fast', {}, instantly('fast')),
        ]),
      'slow',
    ],
    [
      'nests Promise.all',
      async ({ step }) => {
        const one = (n: number) => step('one', { n }, instantly(n));
        const all = [
          Promise.all([one(1), one(2)]),
          Promise.all([one(3), Promise.all([one(4), one(5)])]),
        ];
        return JSON.stringify(await Promise.all(all));
      },
      '[[1,2],[3,[4,5]]]',
    ],
  ])('%s', async (_, pipeline, said) => {
    expect(end((await play(pipeline)).thread)).toEqual(['done', said]);
  });

  test.each<[string, Pipeline, string]>([
    [
      'throws at once',
      () => {
        throw new Error('no plan');
      },
      'The pipeline failed: no plan. Fix its code',
    ],
    ['rejects with nothing', () => Promise.reject(), 'The pipeline failed: failed without a'],
    ['takes a reserved name', ({ step }) => step('parallel', {}, instantly(1)), 'cannot be called'],
    ['asks for an agent that is missing', ({ agentStep }) => agentStep('a', 'gone', 'x'), 'gone'],
  ])('that %s is for a person', async (_, pipeline, asked) => {
    const { thread } = await play(pipeline);
    expect(end(thread)).toEqual(['waiting_for_human', expect.stringContaining(asked)]);
  });

  test('that asks for steps without end uses up its budget, and a person lets it go on', async () => {
    let runs = 0;
    const endless: Pipeline = async ({ step }) => {
      for (let n = 0; n < 60; n += 1)
        await step('again', { n: n % 7 }, () => Promise.resolve((runs += 1)), again);
      return 'over';
    };
    const policy = { budgets: { ...rules.budgets, steps: 50 } };
    const { agent, id, thread } = await play(endless, { policy });
    expect(thread.state).toMatchObject({ status: 'waiting_for_human', open: { attempt: 0 } });
    expect(runs).toBe(50);
    await answer(agent, thread.state.open?.call_id ?? '', { by: 'ada', text: 'go on' });
    expect(end(await advance(agent, id))).toEqual(['done', 'over']);
    expect(runs).toBe(60);
  });
});

/** A store in which one thread cannot be read while `state.isAway`. */
function partlyAway(): { store: Store; state: { isAway: boolean; id: string } } {
  const state = { isAway: false, id: '' };
  const store = memoryStore();
  const read = (id: string) =>
    state.isAway && id === state.id ? Promise.reject(new Error('EIO')) : store.load(id);
  return { store: wrapStore(store, { load: read }), state };
}

describe.each<[string, Pipeline]>([
  ['alone', async ({ agentStep }) => (await agentStep('b', 'small', 'b')).thread],
  [
    'beside a step',
    async ({ step, agentStep }) => {
      const both = [step('a', {}, instantly('a')), agentStep('b', 'small', 'b')];
      await Promise.all(both);
      return 'both';
    },
  ],
])('a small agent %s', (_, pipeline) => {
  test('that cannot be read for days is waited for, with few events', async () => {
    const { store, state } = partlyAway();
    const { agent, id, clock, thread } = await play(pipeline, { store, small: [ask, done] });
    state.id = thread.events.find((event) => event.type === 'child_started')?.thread ?? '';
    const own = { ...agent, wake: () => undefined };
    clock.ms += 5 * DAY;
    await advance(own, id);
    const before = (await load(store, id)).events.length;
    state.isAway = true;
    clock.ms += 2 * DAY;
    await advance(own, id);
    state.isAway = false;
    const { events, state: now } = await load(store, id);
    expect(now.status).toBe('waiting_for_result');
    expect(events.length - before).toBeLessThan(8);
    expect(events.some(({ type }) => type === 'handed_over')).toBe(false);
    const child = await load(store, state.id);
    await answer(agent, child.state.open?.call_id ?? '', { by: 'ada', text: 'this one' });
    await advance(agent, state.id);
    expect((await load(store, id)).state.status).toBe('done');
  });
});

describe('people', () => {
  /** Waits for a person in each way: for an approval, an outcome, a child, and a question. */
  const guarded =
    (effect: (name: string) => unknown): Pipeline =>
    async ({ step, agentStep }) => {
      const does = (name: string, isKnown = true) => {
        effect(name);
        return isKnown ? Promise.resolve(name) : Promise.reject(new UnknownOutcome('lost'));
      };
      await step('plan', {}, () => does('plan'));
      await step('deploy', {}, () => does('deploy'));
      await step('charge', {}, () => does('charge', false));
      const all = [step('part', {}, () => does('part')), agentStep('ask', 'small', 'ask')];
      await Promise.all(all);
      return 'over';
    };

  type Act = (agent: Agent, thread: Thread) => Promise<unknown>;
  const call = ({ state }: Thread) => state.open?.call_id ?? 't:0';
  const acts: readonly (readonly [string, Act])[] = [
    ['a message', (agent, { id }) => say(agent, id, { ...message, text: 'done' })],
    ['an answer', (agent, thread) => answer(agent, call(thread), { by: 'ada', text: 'what?' })],
    ['a denial', (agent, thread) => approve(agent, call(thread), { approved: false, by: 'ada' })],
  ];

  const names = ['charge', 'deploy', 'part', 'plan'];

  test.each(acts)(
    '%s at any save changes nothing that ran, and the pipeline ends',
    async (_, act) => {
      const seen = new Set<string>();
      for (let at = 1; at < 45; at += 1) {
        const ran: string[] = [];
        const store = memoryStore();
        const process = mortal(store, at, 'after');
        const pipeline = guarded((name) => process.life.isDead || ran.push(name));
        const small = [ask, done, done, done];
        const first = pipelineOn({ pipeline, small, store: process.store });
        const next = pipelineOn({ pipeline: guarded((name) => ran.push(name)), small, store });
        const { agent, clock } = next;
        /** A person who is asked about a step looks whether it ran. */
        const lookUp = (question: string) => {
          const name = names.find((one) => question.includes(one));
          const isAgain = !name || /denied/.test(question) || !ran.includes(name);
          return isAgain ? 'retry' : 'done';
        };
        const { id } = await start(agent, message);
        await advance(first.agent, id).catch(() => undefined);
        await playOn(first.agent, clock, id, lookUp).catch(() => undefined);
        for (const thread of await familyOf(store, id)) {
          seen.add(thread.state.status);
          await act(agent, thread).catch((error: unknown) => {
            if (!(error instanceof Refused)) throw error;
          });
        }
        const { thread } = await playOn(agent, clock, id, lookUp);
        // Of several ends, the first is that of its code.
        const ends = thread.events.filter(
          (event) => event.type === 'tool_call' && event.awaits === 'message',
        );
        const code = { ...thread, events: ends.slice(0, 1) };
        expect(end(code), `save ${at}`).toEqual(['done', 'over']);
        expect([...ran].sort(), `save ${at}`).toEqual(names);
      }
      const waits = ['waiting_for_approval', 'waiting_for_human', 'waiting_for_result'];
      const all = ['done', 'ready', 'running', 'thinking', ...waits];
      expect([...seen].sort()).toEqual(all);
    },
  );
});
