import { describe, expect, test } from 'vitest';
import { done, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import type { Agent } from './agent.ts';
import { editCall } from './edit.ts';
import type { Step } from './event.ts';
import { advance } from './loop.ts';
import { approve, say, start } from './people.ts';
import type { Policy, Verdict } from './policy.ts';
import { viewThread } from './thread-view.ts';
import type { ToolContext } from './tool.ts';

const message = { channel: 'test', from: 'ada', text: 'go' };
const staging = { ...write, to: 'staging' };

/** Asks by a rule of its own for each target. */
const byTarget =
  (rules: Record<string, Verdict>): Policy['needsApproval'] =>
  ({ intent, to }) =>
    intent === 'write' ? (rules[String(to)] ?? { ask: 'it writes' }) : 'run';

/** A thread that waits for the approval of a call. */
async function waiting(agent: Agent) {
  const { id } = await start(agent, message);
  const { state } = await advance(agent, id);
  return { id, call: state.open?.call_id ?? '' };
}

test('an edit by the one approver that is needed runs the new step, in its name', async () => {
  const seen: ToolContext[] = [];
  const run = (context: ToolContext) => Promise.resolve(seen.push(context));
  const { agent, ran } = toyAgent([write, done], { run });
  const { id, call } = await waiting(agent);
  const edited = await editCall(agent, call, { step: staging, by: 'bob', comment: 'first' });
  expect(edited.state).toMatchObject({ status: 'ready', open: { call_id: `${id}:2` } });
  const { events, state } = await advance(agent, id);
  expect([state.status, ran]).toEqual(['done', [`write to staging ${id}:2`]]);
  expect(typesOf(events)).toBe('message tool_call approval tool_started tool_result tool_call');
  expect(seen[0]?.thread.approvedBy).toBe('bob');
  expect(viewThread({ id, events }, 0).tookEffect('write')).toEqual([staging]);
});

test('the model sees who changed what, and the result', async () => {
  const { agent } = toyAgent([write, done]);
  const { id, call } = await waiting(agent);
  await editCall(agent, call, { step: staging, by: 'bob', comment: 'first' });
  const { events } = await advance(agent, id);
  expect(agent.context(events).slice(1, 4).join('\n')).toBe(`\
<tool_call>
 intent: write
 to: production
<approval>
 changed_to:
  intent: write
  to: staging
 by: bob
 comment: first
<tool_result>
 ok`);
});

test('an edit whose tool failed stays visible, although the intent succeeded later', async () => {
  let attempts = 0;
  const run = () => (attempts++ ? Promise.resolve('ok') : Promise.reject(new Error('no host')));
  const { agent } = toyAgent([write, staging, done], { run });
  const { id, call } = await waiting(agent);
  await editCall(agent, call, { step: { ...write, to: 'test' }, by: 'bob' });
  const { state } = await advance(agent, id);
  await approve(agent, state.open?.call_id ?? '', { approved: true, by: 'bob' });
  const text = agent.context((await advance(agent, id)).events).join('\n');
  expect(text).toContain('to: test\n by: bob\n<tool_error>\n no host');
});

test('an error of the model is overcome by an edited call', async () => {
  let attempts = 0;
  const run = () => (attempts++ ? Promise.resolve('ok') : Promise.reject(new Error('no host')));
  const { agent } = toyAgent([write, write, done], { run });
  const { id, call } = await waiting(agent);
  await approve(agent, call, { approved: true, by: 'bob' });
  const { state } = await advance(agent, id);
  await editCall(agent, state.open?.call_id ?? '', { step: staging, by: 'bob' });
  const text = agent.context((await advance(agent, id)).events).join('\n');
  expect(text).not.toContain('no host');
});

describe('the policy decides on the new arguments', () => {
  const rules: Record<string, Verdict> = {
    free: 'run',
    never: { deny: 'not there' },
    eve: { ask: 'eve is asked', approvers: ['eve'] },
    two: { ask: 'two are asked', count: 2 },
    others: { ask: 'others are asked', notRequester: true },
  };

  test.each([
    ['free', 'bob', 'ready', []],
    ['other', 'bob', 'ready', []],
    ['others', 'bob', 'ready', []],
    ['others', 'ada', 'waiting_for_approval', ['bob']],
    ['eve', 'bob', 'waiting_for_approval', ['eve']],
    ['two', 'bob', 'waiting_for_approval', ['ada']],
  ])('to %s, edited by %s: %s', async (to, by, status, more) => {
    const { agent, ran } = toyAgent([write, done], { policy: { needsApproval: byTarget(rules) } });
    const { id, call } = await waiting(agent);
    const { state } = await editCall(agent, call, { step: { ...write, to }, by });
    expect(state.status).toBe(status);
    await advance(agent, id);
    for (const name of more) {
      expect(ran).toEqual([]);
      await approve(agent, `${id}:2`, { approved: true, by: name });
    }
    await advance(agent, id);
    expect(ran).toEqual([`write to ${to} ${id}:2`]);
  });

  test('an editor does not approve the same call again', async () => {
    const { agent, ran } = toyAgent([write, done], { policy: { needsApproval: byTarget(rules) } });
    const { id, call } = await waiting(agent);
    await editCall(agent, call, { step: { ...write, to: 'two' }, by: 'bob' });
    await expect(approve(agent, `${id}:2`, { approved: true, by: 'bob' })).rejects.toThrow(
      `${id}:2 is already approved by bob; 1 of 2.`,
    );
    await advance(agent, id);
    expect(ran).toEqual([]);
  });

  const broken = () => {
    throw new Error('a typo');
  };
  test.each<[string, unknown, Partial<Policy>, string]>([
    ['is denied', { ...write, to: 'never' }, {}, 'The policy denies this: not there.'],
    ['has another intent', { intent: 'read' }, {}, 'An edit keeps the intent, write'],
    ['is no step', { intent: 'write', to: 7 }, {}, 'Not a step'],
    ['is nothing', null, {}, 'Not a step'],
    [
      'has unknown arguments',
      { ...staging, force: true },
      {},
      'it is {"intent":"write","to":"staging"} to the tool',
    ],
    ['changes nothing', { to: 'production', intent: 'write' }, {}, 'changes nothing: approve'],
    ['fails in the policy', staging, { needsApproval: broken }, 'policy.ts failed: a typo'],
  ])('an edit that %s is refused, and the call stays open', async (_, step, policy, why) => {
    const { agent, ran } = toyAgent([write, done], { policy: { needsApproval: byTarget(rules) } });
    const { id, call } = await waiting(agent);
    const changed = { ...agent, policy: { ...agent.policy, ...policy } };
    const edit = editCall(changed, call, { step: step as Step, by: 'bob' });
    await expect(edit).rejects.toThrow(why);
    const { state } = await advance(agent, id);
    expect([state.open?.call_id, ran]).toEqual([call, []]);
    await approve(agent, call, { approved: true, by: 'bob' });
    await advance(agent, id);
    expect(ran).toEqual([`write to production ${call}`]);
  });
});

test('only who may approve a call edits it, and only while it waits', async () => {
  const { agent, clock } = toyAgent([write, write, done]);
  const { id, call } = await waiting(agent);
  const edit = (by: string) => editCall(agent, call, { step: staging, by });
  await expect(edit('eve')).rejects.toThrow('eve may not approve; ada, bob may.');
  await expect(edit('')).rejects.toThrow('The sender has no name.');
  clock.ms += 30 * 86_400_000 + 1;
  await expect(edit('bob')).rejects.toThrow('has expired');
  clock.ms -= 30 * 86_400_000;
  await edit('bob');
  await expect(edit('ada')).rejects.toThrow(/^Already answered: edited by bob, .* Nothing was/);
  await expect(approve(agent, call, { approved: true, by: 'ada' })).rejects.toThrow(
    'edited by bob',
  );
  await say(agent, id, message);
  await expect(editCall(agent, `${id}:2`, { step: write, by: 'bob' })).rejects.toThrow(
    `${id}:2 is not waiting`,
  );
});

test('the person at this machine edits if no rule names a person', async () => {
  const { agent, ran } = toyAgent([write, done], { policy: { approvers: [] } });
  const { id, call } = await waiting(agent);
  await editCall(agent, call, { step: staging, by: 'you', isLocal: true });
  await advance(agent, id);
  expect(ran).toEqual([`write to staging ${id}:2`]);
});
