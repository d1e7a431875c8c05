import { expect, test, vi } from 'vitest';
import { children } from '../children/children.ts';
import type { Agent } from '../core/agent.ts';
import { UnknownOutcome } from '../core/errors.ts';
import type { Step } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import { answer, approve, cancel, report, say, start } from '../core/people.ts';
import { updateThread } from '../core/people.ts';
import type { Policy } from '../core/policy.ts';
import { load, nextCallId, type Thread } from '../core/store.ts';
import { asksHowItEnded } from '../core/thread.ts';
import { pending } from '../core/tool.ts';
import { ask, done, read, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import type { Pipeline } from './flow.ts';
import { pipelineAgent } from './pipeline.ts';
import { StepFailed } from './replay.ts';
import { CHANGED, UNKNOWN } from './step-errors.ts';

const rules: Policy = {
  needsApproval: ({ intent }) => (intent === 'deploy' ? { ask: 'it deploys' } : 'run'),
  approvers: ['ada'],
  budgets: {
    steps: 100,
    errorsInARow: 10,
    repeats: 10,
    tokens: 1_000,
    usd: 5,
  },
  expiry: { afterMs: 86_400_000, outcome: 'denied' },
};

/** Starts a pipeline. `small` are the steps that its small agent takes. */
async function play(pipeline: Pipeline, small: readonly Step[] = [], policy: Partial<Policy> = {}) {
  const { agent: toy, clock } = toyAgent(small);
  const { prompt, tools, policy: toyRules, model } = toy;
  const agents = {
    small: { prompt, tools, model, policy: toyRules },
  };
  const plain = pipelineAgent(pipeline, {
    ...rules,
    ...policy,
  });
  const base: Agent = {
    ...plain,
    policy: { ...plain.policy, approvers: ['ada'] },
    children: children(agents),
    store: toy.store,
    now: toy.now,
  };
  const { id } = await start(base, {
    channel: 'test',
    from: 'ada',
    text: 'release 7',
  });
  const run = async (now: Pipeline = pipeline) => {
    const other = pipelineAgent(now, {
      ...rules,
      ...policy,
    });
    return await advance(
      {
        ...base,
        tools: other.tools,
        model: other.model,
      },
      id,
    );
  };
  return { agent: base, id, clock, run };
}

const ends = ({ state, events }: Thread) => {
  const last = events.filter((event) => event.type === 'tool_call').slice(-1)[0];
  return [state.status, last?.step['message'] ?? last?.step['question']];
};
const intents = ({ events }: Thread) =>
  events.flatMap((event) => (event.type === 'tool_call' ? [event.step.intent] : []));
const openCall = ({ state }: Thread) => state.open?.call_id ?? '';

test('it runs from the top, and each step runs once', async () => {
  const ran: string[] = [];
  const step = (name: string) => () => {
    ran.push(name);
    return Promise.resolve({ name });
  };
  const { run } = await play(async (flow) => {
    const one = await flow.step('one', { text: flow.message.text }, step('one'));
    for (const number of [1, 2]) await flow.step('each', { number }, step(`each ${number}`));
    if (one.name === 'two') await flow.step('never', {}, step('never'));
    return one.name;
  });
  expect(ends(await run())).toEqual(['done', 'one']);
  expect(ran).toEqual(['one', 'each 1', 'each 2']);
});

test('steps of a Promise.all are one call, whose parts have results of their own', async () => {
  const { run } = await play(async ({ step }) => {
    const names = ['a', 'b', 'c'];
    const all = names.map((name) => step('read', { name }, () => Promise.resolve(name)));
    const [a, b, c] = await Promise.all(all);
    return `${a}${b}${c}`;
  });
  const thread = await run();
  expect(ends(thread)).toEqual(['done', 'abc']);
  expect(intents(thread)).toEqual(['parallel', 'done_for_now']);
  const ended = thread.events.filter(({ type }) => type === 'part_ended');
  expect(ended).toHaveLength(3);
});

test('chains in a Promise.all go on beside each other', async () => {
  const { run } = await play(async ({ step }) => {
    const chain = async (name: string) => {
      const first = await step('first', { name }, () => Promise.resolve(`${name}1`));
      return await step('second', { first }, () => Promise.resolve(`${first}2`));
    };
    return (await Promise.all([chain('a'), chain('b')])).join(' ');
  });
  const thread = await run();
  expect(ends(thread)).toEqual(['done', 'a12 b12']);
  expect(intents(thread)).toEqual(['parallel', 'parallel', 'done_for_now']);
});

test('a step that fails throws, and code can catch it', async () => {
  const fail = () => Promise.reject(new Error('no disk'));
  const { run } = await play(async ({ step }) => {
    try {
      await step('fail', {}, fail);
      return 'no';
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      return `${error.step.intent}: ${error.message}, ${error.denied}`;
    }
  });
  expect(ends(await run())).toEqual(['done', 'fail: no disk, false']);
});

test('one part fails, the other is not lost', async () => {
  const { run } = await play(async ({ step }) => {
    const results = await Promise.allSettled([
      step('good', {}, () => Promise.resolve('fine')),
      step('bad', {}, () => Promise.reject(new Error('broken'))),
    ]);
    return results.map(({ status }) => status).join(' ');
  });
  expect(ends(await run())).toEqual(['done', 'fulfilled rejected']);
});

test.each([
  ['approved', true, 'deployed'],
  ['denied', false, 'not today'],
])('a rule has a person decide: %s', async (_, approved, end) => {
  const { agent, run } = await play(async ({ step }) => {
    try {
      return await step('deploy', { version: '7' }, () => Promise.resolve('deployed'));
    } catch (error) {
      return error instanceof StepFailed && error.denied ? error.message : 'wrong';
    }
  });
  const thread = await run();
  expect(thread.state.status).toBe('waiting_for_approval');
  await approve(agent, openCall(thread), {
    approved,
    by: 'ada',
    comment: 'not today',
  });
  expect(ends(await run())).toEqual(['done', end]);
});

test('steps at once are approved as one', async () => {
  const { agent, run } = await play(async ({ step }) => {
    const deploy = (to: string) => step('deploy', { to }, () => Promise.resolve(to));
    const [a] = await Promise.all([deploy('a'), deploy('b'), step('c', {}, deployNothing)]);
    return a;
  });
  const thread = await run();
  expect(thread.state.open?.objection).toEqual({
    ask: 'it deploys',
  });
  await approve(agent, openCall(thread), {
    approved: true,
    by: 'ada',
  });
  expect(ends(await run())).toEqual(['done', 'a']);
});
const deployNothing = () => Promise.resolve('c');

test('a failure that no code catches is for a person, and the step can run again', async () => {
  let attempts = 0;
  const { agent, run } = await play(async ({ step }) => {
    await step('before', {}, () => Promise.resolve(1));
    try {
      return await step('flaky', {}, () => {
        attempts += 1;
        if (attempts === 3) return Promise.resolve('fine');
        return Promise.reject(new Error(`attempt ${attempts}`));
      });
    } catch (error) {
      await step('tell', {}, () => Promise.resolve('told'));
      throw error;
    }
  });
  let thread = await run();
  expect(ends(thread)).toEqual([
    'waiting_for_human',
    'flaky failed: attempt 1. Answer "retry" to run it again, or cancel.',
  ]);
  await answer(agent, openCall(thread), {
    by: 'ada',
    text: 'no idea',
  });
  thread = await run();
  expect(attempts).toBe(1);
  await answer(agent, openCall(thread), {
    by: 'ada',
    text: 'retry',
  });
  thread = await run();
  expect(ends(thread)[1]).toContain('attempt 2');
  await answer(agent, openCall(thread), {
    by: 'ada',
    text: 'Retry',
  });
  expect(ends(await run())).toEqual(['done', 'fine']);
  expect(attempts).toBe(3);
});

test.each([
  ['done', 'result null'],
  ['done {"id": 7}', 'result {"id":7}'],
  ['failed: it never started', 'failed it never started'],
  ['retry', 'result "again"'],
])('after an unknown outcome a person says how it ended: %s', async (text, end) => {
  let attempts = 0;
  const { agent, run } = await play(async ({ step }) => {
    try {
      const result = await step('charge', {}, () => {
        attempts += 1;
        if (attempts === 1) throw new UnknownOutcome('connection lost');
        return Promise.resolve('again');
      });
      return `result ${JSON.stringify(result)}`;
    } catch (error) {
      return `failed ${error instanceof Error ? error.message : ''}`;
    }
  });
  let thread = await run();
  expect(thread.state.status).toBe('waiting_for_human');
  await answer(agent, openCall(thread), {
    by: 'ada',
    text: 'I guess so',
  });
  thread = await run();
  expect(ends(thread)[1]).toContain('Answer "done"');
  await answer(agent, openCall(thread), {
    by: 'ada',
    text,
  });
  expect(ends(await run())).toEqual(['done', end]);
});

test('a part with an unknown outcome is asked about; parts with results stay', async () => {
  const ran: string[] = [];
  const { agent, run } = await play(async ({ step }) => {
    const all = ['a', 'b'].map((name) =>
      step('charge', { name }, () => {
        ran.push(name);
        if (name === 'b') throw new UnknownOutcome('connection lost');
        return Promise.resolve(name);
      }),
    );
    return (await Promise.all(all)).join(' ');
  });
  const thread = await run();
  expect(ends(thread)[1]).toContain('It is unknown whether charge {"name":"b"} took effect.');
  await answer(agent, openCall(thread), {
    by: 'ada',
    text: 'done "B"',
  });
  expect(ends(await run())).toEqual(['done', 'a B']);
  expect(ran).toEqual(['a', 'b']);
});

const onlyA: Pipeline = async ({ step }) => {
  await step('a', {}, () => Promise.resolve('a'));
  return await step('deploy', { version: 1 }, () => Promise.resolve('a'));
};

test.each<[string, Pipeline]>([
  ['another step', ({ step }) => step('b', {}, () => Promise.resolve('b'))],
  ['other arguments', ({ step }) => step('a', { x: 1 }, () => Promise.resolve('b'))],
  ['no step', () => Promise.resolve('nothing')],
  [
    'one more at once',
    async ({ step }) =>
      await Promise.all(['a', 'b'].map((name) => step(name, {}, () => Promise.resolve('')))),
  ],
])('code that has changed is for a person: %s', async (_, changed) => {
  const { agent, id, run } = await play(onlyA);
  const thread = await run();
  await approve(agent, openCall(thread), {
    approved: true,
    by: 'ada',
  });
  let now = await run(changed);
  expect(ends(now)).toEqual(['waiting_for_human', expect.stringContaining('has changed')]);
  await answer(agent, openCall(now), {
    by: 'ada',
    text: 'retry',
  });
  now = await run();
  expect(ends(now)[0]).toBe('waiting_for_approval');
  await approve(agent, openCall(now), {
    approved: true,
    by: 'ada',
  });
  expect(ends(await run())).toEqual(['done', 'a']);
  expect(id).toBe(now.id);
});

const deploys: Pipeline = ({ step }) => step('deploy', {}, () => Promise.resolve('deployed'));
const onlyTells: Pipeline = ({ step }) => step('tell', {}, () => Promise.resolve('told'));
const hear = { channel: 'test', from: 'ada', text: 'hear' };
type Act = (agent: Agent, thread: Thread) => Promise<unknown>;
const decides =
  (approved: boolean): Act =>
  (agent, thread) =>
    approve(agent, openCall(thread), { approved, by: 'ada' });

test.each<[string, Act]>([
  ['approved', decides(true)],
  ['denied', decides(false)],
  ['taken back by a message', (agent, { id }) => say(agent, id, hear)],
])('a call that never ran can be left out after the code has changed: %s', async (_, act) => {
  const { agent, run } = await play(deploys);
  await act(agent, await run());
  await expectSkip(agent, run);
});

test('an approved step that is long-running and never ran can be left out', async () => {
  const starts: Pipeline = ({ step }) =>
    step('deploy', {}, () => Promise.resolve(pending(1_000)), { longRunning: true });
  const { agent, run } = await play(starts);
  await decides(true)(agent, await run());
  await expectSkip(agent, run);
});

/** Runs changed code, and leaves out the call that it does not have. */
async function expectSkip(agent: Agent, run: Awaited<ReturnType<typeof play>>['run']) {
  let thread = await run(onlyTells);
  expect(ends(thread)[1]).toContain('That call never ran: answer "skip" to go on without it.');
  await answer(agent, openCall(thread), { by: 'ada', text: 'skip deploy?' });
  thread = await run(onlyTells);
  await answer(agent, openCall(thread), { by: 'ada', text: ' Skip. ' });
  thread = await run(onlyTells);
  expect(ends(thread)).toEqual(['done', 'told']);
  expect(intents(thread).slice(-2)).toEqual(['tell', 'done_for_now']);
}

test('a call that never ran asks for approval again, once the earlier code is back', async () => {
  const { agent, run } = await play(deploys);
  await decides(true)(agent, await run());
  await answer(agent, openCall(await run(onlyTells)), { by: 'ada', text: 'retry' });
  const thread = await run();
  expect(thread.state.status).toBe('waiting_for_approval');
  await decides(true)(agent, thread);
  expect(ends(await run())).toEqual(['done', 'deployed']);
});

const fails: Pipeline = ({ step }) => step('pay', {}, () => Promise.reject(new Error('no')));
const isLost: Pipeline = ({ step }) =>
  step('pay', {}, () => Promise.reject(new UnknownOutcome('lost')));
const paysFirst: Pipeline = async ({ step }) => {
  await step('pay', {}, () => Promise.resolve('paid'));
  return await step('deploy', {}, () => Promise.resolve('deployed'));
};

test.each<[string, Pipeline, string]>([
  ['ran', paysFirst, 'hear'],
  ['failed, and may run again', fails, 'retry'],
  ['may have run, and may run again', isLost, 'retry'],
])('a call that %s cannot be left out', async (_, code, text) => {
  const { agent, id, run } = await play(code);
  const { state } = await run();
  const call = state.open?.call_id ?? '';
  if (state.status === 'waiting_for_human') await answer(agent, call, { by: 'ada', text });
  else await say(agent, id, { ...hear, text });
  let thread = await run(onlyTells);
  expect(ends(thread)[1]).not.toContain('never ran');
  await answer(agent, openCall(thread), { by: 'ada', text: 'skip' });
  thread = await run(onlyTells);
  expect(ends(thread)).toEqual(['waiting_for_human', expect.stringContaining('has changed')]);
});

test('a message takes a request back, and the pipeline asks again', async () => {
  const { agent, id, run } = await play(onlyA);
  const first = openCall(await run());
  await say(agent, id, {
    channel: 'test',
    from: 'ada',
    text: 'hurry',
  });
  const thread = await run();
  expect(thread.state.status).toBe('waiting_for_approval');
  expect(openCall(thread)).not.toBe(first);
  await approve(agent, openCall(thread), {
    approved: true,
    by: 'ada',
  });
  expect(ends(await run())).toEqual(['done', 'a']);
});

test('clock and random are steps', async () => {
  const { run } = await play(async ({ now, random, step }) => {
    const [at, number] = [await now(), await random()];
    const before = JSON.stringify([at, number]);
    return (await step('echo', { before }, () => Promise.resolve(before))) === before;
  });
  expect(ends(await run())).toEqual(['done', 'true']);
});

test('a long-running step is reported by another system', async () => {
  const options = {
    longRunning: true,
    onUnknownOutcome: 'retry',
  } as const;
  const { run } = await play(async ({ step }) => {
    return await step('render', {}, () => Promise.resolve(pending(1_000) as string), options);
  });
  expect((await run()).state.status).toBe('waiting_for_result');
});

test('a small agent works in a thread of its own, and reports', async () => {
  const { run, agent } = await play(
    async ({ agentStep }) => {
      const answered = await agentStep('ask small', 'small', 'please read');
      return `${answered.thread}`;
    },
    [read, done],
  );
  const thread = await run();
  expect(thread.state.status).toBe('done');
  const started = thread.events.find((event) => event.type === 'child_started');
  expect(ends(thread)[1]).toBe(started?.thread);
  const child = await load(agent.store, started?.thread ?? '');
  expect(child.events[0]).toMatchObject({
    type: 'message',
    agent: 'small',
    from: 'ada',
    text: 'please read',
    parent: { call_id: started?.call_id },
  });
  expect(child.state.status).toBe('done');
});

test('a pause in a child pauses the pipeline', async () => {
  const { run, agent, clock } = await play(
    async ({ agentStep }) => (await agentStep('write', 'small', 'write it')).thread,
    [write, done],
  );
  const thread = await run();
  expect(thread.state.status).toBe('waiting_for_result');
  const child = childOf(thread);
  const before = await load(agent.store, child);
  expect(before.state.status).toBe('waiting_for_approval');
  clock.ms += 25 * 86_400_000;
  expect((await run()).state.status).toBe('waiting_for_result');
  await approve(agent, openCall(before), {
    approved: true,
    by: 'ada',
  });
  // The process that ends the child moves its parent on.
  await advance(agent, child);
  expect(ends(await load(agent.store, thread.id))).toEqual(['done', child]);
});

const childOf = ({ events }: Thread, index = 0) =>
  events.filter((event) => event.type === 'child_started')[index]?.thread ?? '';

test('small agents beside each other, and beside other steps', async () => {
  const { run, agent } = await play(
    async ({ agentStep, step }) => {
      const [one, two, three] = await Promise.all([
        agentStep('write', 'small', 'one'),
        agentStep('write', 'small', 'two'),
        step('read', {}, () => Promise.resolve('three')),
      ]);
      return [one.thread !== two.thread, three].join(' ');
    },
    [write, done],
  );
  const thread = await run();
  expect(thread.state.status).toBe('waiting_for_result');
  for (const index of [0, 1]) {
    const child = await load(agent.store, childOf(thread, index));
    await approve(agent, openCall(child), {
      approved: true,
      by: 'ada',
    });
    await advance(agent, child.id);
  }
  expect(ends(await load(agent.store, thread.id))).toEqual(['done', 'true three']);
});

test('a small agent goes on after the code has changed, and then a person is asked', async () => {
  const { agent, run } = await play(
    async ({ agentStep }) => (await agentStep('write', 'small', 'write it')).thread,
    [write, done],
  );
  const child = await load(agent.store, childOf(await run()));
  await run(onlyTells);
  await approve(agent, openCall(child), { approved: true, by: 'ada' });
  await advance({ ...agent, wake: () => undefined }, child.id);
  const ended = await load(agent.store, child.id);
  expect(typesOf(ended.events)).toContain('tool_result');
  const thread = await run(onlyTells);
  expect(typesOf(thread.events)).toContain('tool_result');
  expect(ends(thread)[1]).toContain('The pipeline has changed. Its call 1 was write');
});

/** Asks a small agent, alone or beside a step. Its code may change. */
const asksAlone =
  (text: string): Pipeline =>
  async ({ agentStep }) =>
    (await agentStep('ask', 'small', text)).thread;
const asksBeside =
  (text: string): Pipeline =>
  async ({ agentStep, step }) => {
    const other = step('a', {}, () => Promise.resolve('a'));
    return (await Promise.all([agentStep('ask', 'small', text), other]))[0].thread;
  };

test.each([
  ['alone', asksAlone],
  ['beside a step', asksBeside],
])('code that changes does not start a small agent again: %s', async (_, code) => {
  const { run, agent, clock } = await play(code('old'), [ask, done]);
  const child = childOf(await run());
  clock.ms += 2 * 86_400_000;
  const looked = await run(code('new'));
  expect(looked.state).toMatchObject({ status: 'waiting_for_result', open: { attempt: 2 } });
  const question = openCall(await load(agent.store, child));
  await answer(agent, question, { by: 'ada', text: 'this one' });
  await advance(agent, child);
  const thread = await load(agent.store, looked.id);
  expect(ends(thread)).toEqual(['done', child]);
  expect(thread.events.filter(({ type }) => type === 'child_started')).toHaveLength(1);
});

test('a step beside a small agent that changed code does not have is asked about', async () => {
  const code =
    (name: string): Pipeline =>
    async ({ agentStep, step }) => {
      const never = () => new Promise<string>(() => undefined);
      const options = { onUnknownOutcome: 'retry' } as const;
      const hangs = step(name, {}, name === 'old' ? never : () => Promise.resolve(''), options);
      const all = [agentStep('ask', 'small', 'x'), hangs] as const;
      return (await Promise.all(all))[0].thread;
    };
  const { agent, id, clock, run } = await play(code('old'), [ask, done]);
  // A process that is killed while the step runs.
  void advance({ ...agent, wake: () => undefined }, id);
  await vi.waitFor(async () => expect(childOf(await load(agent.store, id))).not.toBe(''));
  clock.ms += 86_400_000;
  const thread = await run(code('new'));
  expect(thread.state.status).toBe('waiting_for_result');
  const ended = thread.events.filter(({ type }) => type === 'part_ended');
  expect(ended).toMatchObject([{ part: '0', error: expect.stringContaining('unknown') }]);
});

test('cancelling does children first, and can be repeated', async () => {
  const { run, agent, id } = await play(
    async ({ agentStep }) => (await agentStep('ask', 'small', 'ask')).thread,
    [ask, done],
  );
  const thread = await run();
  await cancel(agent, id, {
    by: 'ada',
    reason: 'enough',
  });
  await cancel(agent, id, { by: 'ada' });
  const child = await load(agent.store, childOf(thread));
  expect(child.state.status).toBe('cancelled');
  expect((await run()).state.status).toBe('cancelled');
});

test('a child that a person cancels is a step that failed', async () => {
  const { run, agent, id } = await play(
    async ({ agentStep }) => {
      try {
        return (await agentStep('ask', 'small', 'ask')).thread;
      } catch (error) {
        return error instanceof Error && error.message;
      }
    },
    [ask, done],
  );
  const child = childOf(await run());
  await cancel(agent, child, {
    by: 'ada',
    reason: 'enough',
  });
  await advance(agent, child);
  expect(ends(await load(agent.store, id))).toEqual(['done', 'small was cancelled by ada: enough']);
});

test.each([
  { intent: 'deploy', version: 2 },
  { intent: 'deploy', options: null },
  { intent: 'deploy', options: { timeoutMs: 'abc' } },
  { intent: 'deploy', options: { timeoutMs: 1e300 } },
  { intent: 'parallel', steps: [] },
])('an edit that was saved earlier does not run: %j', async (step) => {
  const { agent, id, run } = await play(onlyA);
  const { call_id = '' } = (await run()).state.open ?? {};
  await updateThread(agent, id, (thread) => {
    const edit = { call_id: nextCallId(thread), step, awaits: 'result' } as const;
    return { type: 'approval', call_id, approved: false, by: 'ada', edit };
  });
  expect(ends(await run())[1]).toContain('they cannot be edited');
});

/** Takes the error of a step for its result. */
const errorOf = (failing: Promise<unknown>) =>
  failing.catch((error: unknown) => (error instanceof StepFailed ? error.message : 'wrong'));

test.each([CHANGED, UNKNOWN])(
  'a step that fails with words of the engine failed: %s',
  async (text) => {
    let runs = 0;
    const { run } = await play(async ({ step }) => {
      const fails = (n: number) => {
        const failing = step('fail', { n }, () => {
          runs += 1;
          return Promise.reject(new Error(text));
        });
        return errorOf(failing);
      };
      const [first] = [await fails(1), await Promise.all([fails(2), fails(3)])];
      return first;
    });
    expect(ends(await run())).toEqual(['done', `the step says: ${text}`]);
    expect(runs).toBe(3);
  },
);

test('a person says how a step ended that is reported with words of the engine', async () => {
  let runs = 0;
  const code: Pipeline = ({ step }) => {
    const starts = () => Promise.resolve(pending((runs += 1)));
    return errorOf(step('render', {}, starts, { longRunning: true }));
  };
  const { agent, id, run } = await play(code);
  const { tools, policy } = { ...agent, ...pipelineAgent(code, rules) };
  const reporting = { ...agent, tools, policy: { ...policy, approvers: ['ada'] } };
  await report(reporting, openCall(await run()), { error: CHANGED });
  const asked = await run();
  expect(ends(asked)[1]).toContain('It is unknown whether render took effect.');
  await answer(agent, openCall(asked), { by: 'ada', text: 'failed: no paper' });
  expect(ends(await run())).toEqual(['done', 'no paper']);
  expect([runs, asked.id]).toEqual([1, id]);
});

test('asking for a step again is a new step: a loop can try three times', async () => {
  let attempts = 0;
  const flaky = () => {
    attempts += 1;
    return attempts === 3 ? Promise.resolve('fine') : Promise.reject(new Error('no'));
  };
  const { run } = await play(async ({ step }) => {
    for (let left = 2; ; left -= 1) {
      try {
        return await step('flaky', {}, flaky);
      } catch (error) {
        if (!(error instanceof StepFailed) || left === 0) throw error;
      }
    }
  });
  expect(ends(await run())).toEqual(['done', 'fine']);
  expect(attempts).toBe(3);
});

test.each([
  ['it failed, and gets more time', () => new Error('slow'), 'retry', 'again'],
  ['it is unknown how it ended', () => new UnknownOutcome('slow'), 'done "told"', 'told'],
])('an answer counts also after options have changed: %s', async (_, error, text, end) => {
  const fails =
    (timeoutMs: number, work: () => Promise<string>): Pipeline =>
    ({ step }) =>
      step('x', {}, work, { timeoutMs });
  const { agent, id, run } = await play(fails(1_000, () => Promise.reject(error())));
  let thread = await run();
  await answer(agent, openCall(thread), { by: 'ada', text: 'hm' });
  const now = fails(5_000, () => Promise.resolve('again'));
  await say(agent, id, { channel: 'test', from: 'ada', text: 'more time' });
  thread = await run(now);
  await answer(agent, openCall(thread), { by: 'ada', text });
  expect(ends(await run(now))).toEqual(['done', end]);
});

test('a person who told too little says it again', async () => {
  let runs = 0;
  const { agent, run } = await play(async ({ step }) => {
    const tests = await step('run_tests', {}, (): Promise<{ failed: number }> => {
      runs += 1;
      throw new UnknownOutcome('killed');
    });
    return `${tests.failed} failed`;
  });
  let thread = await run();
  await answer(agent, openCall(thread), { by: 'ada', text: 'done' });
  thread = await run();
  expect(ends(thread)[1]).toContain('Or say again how run_tests ended');
  await answer(agent, openCall(thread), { by: 'ada', text: 'retry' });
  thread = await run();
  expect(thread.state.status).toBe('waiting_for_human');
  await answer(agent, openCall(thread), { by: 'ada', text: 'done {"failed": 0}' });
  expect(ends(await run())).toEqual(['done', '0 failed']);
  expect(runs).toBe(1);
});

test('one answer does not tell how several steps ended', async () => {
  const { agent, id, run } = await play(async ({ step }) => {
    const pay = (n: number) => step('pay', { n }, () => Promise.resolve(n));
    return JSON.stringify(await Promise.all([pay(1), pay(2)]));
  });
  const thread = await run(({ step }) => step('deploy', {}, () => Promise.resolve(1)));
  await say(agent, id, { channel: 'test', from: 'ada', text: 'other code' });
  const steps = [1, 2].map((n) => ({ intent: 'pay', n }));
  // Three processes in a row died in the call.
  await updateThread(agent, id, (now) =>
    now.state.status === 'thinking'
      ? {
          type: 'tool_call',
          call_id: nextCallId(now),
          step: { intent: 'parallel', steps },
          awaits: 'result',
        }
      : undefined,
  );
  const { call_id = '' } = (await load(agent.store, id)).state.open ?? {};
  await updateThread(agent, id, () => ({ type: 'handed_over', call_id, reason: 'who knows' }));
  await answer(agent, call_id, { by: 'ada', text: 'done {"receipt": 1}' });
  const asked = await run();
  expect(ends(asked)[1]).toContain('whether pay {"n":1} took effect');
  await answer(agent, openCall(asked), { by: 'ada', text: 'done 1' });
  const next = await run();
  expect(ends(next)[1]).toContain('whether pay {"n":2} took effect');
  await answer(agent, openCall(next), { by: 'ada', text: 'done 2' });
  expect(ends(await run())).toEqual(['done', '[1,2]']);
  expect(thread.id).toBe(id);
});

test('a request about an unknown outcome is not for the owner', async () => {
  const { agent, run } = await play(({ step }) =>
    step('pay', {}, () => {
      throw new UnknownOutcome('connection lost');
    }),
  );
  const thread = await run();
  expect(asksHowItEnded(thread.state.open)).toBe(true);
  await answer(agent, openCall(thread), { by: 'ada', text: 'looking into it' });
  const asked = await run();
  expect(asked.state.open).toMatchObject({ attempt: 0, step: { intent: 'ask_person' } });
  expect(asksHowItEnded(asked.state.open)).toBe(true);
});

test('a pipeline that is cancelled does not act on the end of its children', async () => {
  const ran: string[] = [];
  const { agent, id, run } = await play(
    async ({ agentStep, step }) => {
      await agentStep('ask', 'small', 'x').catch(() => undefined);
      return await step('fallback', {}, () => Promise.resolve(ran.push('fallback')));
    },
    [ask],
  );
  await run();
  const { append } = agent.store;
  const store: Agent['store'] = {
    ...agent.store,
    async append(one, ...rest) {
      const next = await append(one, ...rest);
      // Another process looks at once.
      if (rest[1].type === 'cancelled') await advance(agent, one);
      return next;
    },
  };
  await cancel({ ...agent, store }, id, { by: 'ada' });
  expect([ran, (await run()).state.status]).toEqual([[], 'cancelled']);
});

test('a message after the end: only a pipeline that did nothing works on it', async () => {
  let runs = 0;
  const { agent, id, run } = await play(async ({ message, step }) => {
    if (message.text !== 'go') return 'Say go.';
    return await step('work', {}, () => Promise.resolve(`done ${(runs += 1)}`));
  });
  expect(ends(await run())).toEqual(['done', 'Say go.']);
  const hear = async (text: string) => {
    await say(agent, id, { channel: 'test', from: 'ada', text });
    return ends(await run());
  };
  expect(await hear('go')).toEqual(['done', 'done 1']);
  expect((await hear('go'))[1]).toContain('This pipeline has ended.');
  expect(runs).toBe(1);
});
