import { expect, test } from 'vitest';
import { ask, done, read, toyAgent, write } from '../testing/toy-agent.ts';
import type { Event, Objection, Step } from './event.ts';
import { advance } from './loop.ts';
import { answer, approve, say, start } from './people.ts';
import { viewThread, type ThreadView } from './thread-view.ts';
import { pending, type ToolContext } from './tool.ts';

const message = { channel: 'test', from: 'ada', text: 'go', data: { order: 7 } };

/** Runs `steps` under a rule for `write`. Returns the verdicts of the rule, in order. */
async function verdictsOf(
  steps: readonly Step[],
  rule: (step: Step, thread: ThreadView) => 'run' | Objection,
  run: () => Promise<unknown> = () => Promise.resolve('ok'),
) {
  const verdicts: unknown[] = [];
  const needsApproval = (step: Step, _: unknown, thread?: ThreadView) => {
    if (step.intent !== 'write' || !thread) return 'run';
    const verdict = rule(step, thread);
    verdicts.push(verdict);
    return verdict;
  };
  const { agent } = toyAgent([...steps, done], { run, policy: { needsApproval } });
  const { id } = await start(agent, message);
  await advance(agent, id);
  return verdicts;
}

test('a rule sees for whom it decides, and when', async () => {
  const [seen] = await verdictsOf([write], ({ intent }, thread) => {
    const { id, owner, messages, now, approvedBy } = thread;
    const view = [id.length, owner, messages.map(({ data }) => data), now, approvedBy];
    return { deny: JSON.stringify([intent, ...view]) };
  });
  const view = [10, 'ada', [{ order: 7 }], Date.parse('2026-01-01T00:00:00Z'), null];
  expect(seen).toEqual({ deny: JSON.stringify(['write', ...view]) });
});

test('a rule limits a sum over the thread', async () => {
  const pay = (to: string) => ({ intent: 'write', to });
  const verdicts = await verdictsOf([pay('20'), pay('30'), pay('1')], ({ to }, thread) => {
    const before = thread.tookEffect('write').reduce((sum, step) => sum + Number(step['to']), 0);
    return before + Number(to) <= 50 ? 'run' : { deny: `${before} already` };
  });
  expect(verdicts).toEqual(['run', 'run', { deny: '50 already' }]);
});

test.each([
  ['ran', () => Promise.resolve('found'), 'run'],
  ['failed', () => Promise.reject(new Error('not found')), { deny: 'look first' }],
])('a rule wants another step first, which %s', async (_, run, verdict) => {
  const afterReading = (_step: Step, thread: ThreadView) =>
    thread.tookEffect('read').length > 0 ? ('run' as const) : { deny: 'look first' };
  expect(await verdictsOf([read, write], afterReading, run)).toEqual([verdict]);
});

test('a step that was denied, or taken back, took no effect', async () => {
  const { agent } = toyAgent([write, write, done]);
  const { id } = await start(agent, message);
  const { open } = (await advance(agent, id)).state;
  await approve(agent, open?.call_id ?? '', { approved: false, by: 'bob', comment: 'no' });
  await advance(agent, id);
  const thread = await say(agent, id, message);
  expect(viewThread(thread, 0).tookEffect('write')).toEqual([]);
});

test('a step with an unknown outcome may have taken effect', async () => {
  const { agent, clock } = toyAgent([read, ask], {
    run: () => Promise.resolve(pending(1_000)),
    onUnknownOutcome: 'ask_human',
  });
  const { id } = await start(agent, message);
  const waiting = await advance(agent, id);
  clock.ms += 1_001;
  expect((await advance(agent, id)).state.status).toBe('waiting_for_human');
  const call_id = waiting.state.open?.call_id ?? '';
  const thread = await answer(agent, call_id, { by: 'bob', text: 'I cannot tell' });
  expect(viewThread(thread, 0).tookEffect('read')).toEqual([read]);
});

test('a step may have taken effect if only its second attempt failed', async () => {
  let attempts = 0;
  const { agent } = toyAgent([read, ask], {
    timeoutMs: 20,
    run: () => {
      attempts += 1;
      if (attempts === 1) return new Promise(() => undefined);
      return Promise.reject(new Error('already refunded'));
    },
  });
  const { id } = await start(agent, message);
  const thread = await advance(agent, id);
  expect(thread.events.some(({ type }) => type === 'tool_error')).toBe(true);
  expect(viewThread(thread, 0).tookEffect('read')).toEqual([read]);
});

test.each([
  ['of several that run in parallel', 'parallel', [read]],
  ['of a plan that runs', 'run_plan', [read]],
  ['that is an argument of a tool', 'describe', []],
])('a step %s', (_, intent, effects) => {
  const at = '2026-01-01T00:00:00.000Z';
  const call = { call_id: 't:0', step: { intent, steps: [read] }, awaits: 'result' } as const;
  const claim = { call_id: 't:0', attempt: 1, by: 'run', lease_until: at };
  const events: Event[] = [
    { type: 'tool_call', ...call, at },
    { type: 'tool_started', ...claim, at },
  ];
  expect(viewThread({ id: 't', events }, 0).tookEffect('read')).toEqual(effects);
});

test('a tool sees for whom it runs, and who approved it', async () => {
  const seen: ToolContext[] = [];
  const run = (context: ToolContext) => Promise.resolve(seen.push(context));
  const { agent } = toyAgent([write, write, done], { run });
  const { id } = await start(agent, message);
  for (const by of ['bob', 'ada']) {
    const { open } = (await advance(agent, id)).state;
    await approve(agent, open?.call_id ?? '', { approved: true, by });
  }
  await advance(agent, id);
  expect(seen.map(({ thread }) => [thread.id, thread.owner, thread.approvedBy])).toEqual([
    [id, 'ada', 'bob'],
    [id, 'ada', 'ada'],
  ]);
  expect(seen[0]?.thread.events.slice(-1)[0]).toMatchObject({ type: 'tool_started' });
});

test('a step of a plan that was cancelled may have taken effect', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const call_id = 't:0';
  const step = { intent: 'run_plan', steps: [read] };
  const started = {
    type: 'tool_started',
    call_id,
    attempt: 1,
    by: 'run',
    lease_until: at,
  } as const;
  const events: Event[] = [
    { type: 'tool_call', call_id, step, awaits: 'result', at },
    { ...started, at },
    { type: 'child_started', call_id, agent: 'plan', thread: 't_2', at },
    { type: 'tool_error', call_id, attempt: 1, error: 'plan was cancelled by ada', at },
  ];
  expect(viewThread({ id: 't', events }, 0).tookEffect('read')).toEqual([read]);
});
