import { expect, test } from 'vitest';
import type { People } from '../channels/directory.ts';
import { append, load, type Store } from '../core/store.ts';
import { advance } from '../core/loop.ts';
import { start, threadIdFor } from '../core/people.ts';
import { ask, done, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import { SlackError, type CallSlack } from './client.ts';
import { listIn, objectIn, textIn, type Json } from './json.ts';
import { receive } from './receive.ts';
import type { Receiver } from './receiver.ts';

const accounts: Record<string, string> = { 'slack:T1:U0ADA': 'ada', 'slack:T1:U0BOB': 'bob' };
const people: People = {
  personFor: (account) => accounts[account],
  accountsOf: () => [],
  mayStart: ({ person, isExternal }) => person !== undefined && !isExternal,
  startsPerDay: 50,
  remindAfterMs: [],
  escalation: { to: [], afterMs: 0 },
};

/** A receiver whose agent plays `steps`. `calls` are those of Slack, `woken` the threads. */
function receiverOf(steps: Parameters<typeof toyAgent>[0], options = {}) {
  const { agent } = toyAgent(steps, options);
  const calls: [method: string, args: Json][] = [];
  const call: CallSlack = (method, args) => {
    calls.push([method, args]);
    return Promise.resolve({});
  };
  const woken: string[] = [];
  const host = {
    agent,
    wake: (id: string) => woken.push(id),
    log: () => undefined,
  };
  const identify = () => Promise.resolve({ team: 'T1', bot: 'U0BOT' });
  const receiver: Receiver = {
    host,
    people,
    call,
    identify,
  };
  const told = () =>
    calls.filter(([method]) => method === 'chat.postEphemeral').map(([, { text }]) => text);
  return {
    agent,
    receiver,
    calls,
    told,
    woken,
  };
}

const event = (fields: Json, envelope: Json = {}): Json => ({
  type: 'event_callback',
  team_id: 'T1',
  event_id: `Ev${Math.random()}`,
  event: {
    type: 'message',
    channel: 'C1',
    user: 'U0ADA',
    ts: '170.1',
    text: 'hi',
    ...fields,
  },
  ...envelope,
});
const mention = (fields: Json = {}, envelope: Json = {}) =>
  event({ type: 'app_mention', text: '<@U0BOT> ship &lt;it&gt;', ...fields }, envelope);
const direct = (fields: Json = {}) => event({ channel: 'D1', channel_type: 'im', ...fields });

/** All events of all threads, thread by thread. */
async function eventsIn({ store }: { readonly store: Store }) {
  const infos = await store.list({ limit: 100 });
  const threads = await Promise.all(infos.map(({ id }) => load(store, id)));
  return threads.map(({ events }) => typesOf(events));
}

type Case = {
  readonly name: string;
  readonly sent: readonly Json[];
  /** The types of the events of each thread. */
  readonly events?: readonly string[];
  readonly told?: readonly string[];
};

const inThread = {
  ts: '170.2',
  thread_ts: '170.1',
};
const twin = event({ text: '<@U0BOT> ship' });

const taken: readonly Case[] = [
  {
    name: 'a mention starts a thread',
    sent: [mention()],
    events: ['message'],
  },
  {
    name: 'a mention comes as two events: one message',
    sent: [mention(), twin],
    events: ['message'],
  },
  {
    name: 'the two events of a mention in the other order',
    sent: [twin, mention()],
    events: ['message'],
  },
  {
    name: 'a delivery that is repeated',
    sent: [mention(), mention(), mention()],
    events: ['message'],
  },
  {
    name: 'a direct message starts a thread',
    sent: [direct()],
    events: ['message'],
  },
  {
    name: 'a reply in its thread continues it',
    sent: [mention(), event(inThread)],
    events: ['message message'],
  },
  {
    name: 'a reply that is also sent to the channel',
    sent: [mention(), event({ ...inThread, subtype: 'thread_broadcast' })],
    events: ['message message'],
  },
  {
    name: 'a mention in a thread of people starts one',
    sent: [mention({ thread_ts: '160.1' })],
    events: ['message'],
  },
  {
    name: 'a file with a text',
    sent: [direct({ subtype: 'file_share' })],
    events: ['message'],
  },
];

const ignored: readonly Case[] = [
  { name: 'a message in a channel', sent: [event({})] },
  {
    name: 'a reply in a thread of people',
    sent: [event({ thread_ts: '160.1' })],
  },
  {
    name: 'a file without a text',
    sent: [direct({ subtype: 'file_share', text: '' })],
  },
  {
    name: 'an edit',
    sent: [direct({ subtype: 'message_changed', hidden: true })],
  },
  {
    name: 'an edited mention',
    sent: [mention({ edited: { user: 'U0ADA', ts: '170.3' } })],
  },
  {
    name: 'a deletion',
    sent: [direct({ subtype: 'message_deleted', hidden: true })],
  },
  {
    name: 'a person who joins',
    sent: [direct({ subtype: 'channel_join' })],
  },
  { name: 'another bot', sent: [mention({ bot_id: 'B2' })] },
  { name: 'the app itself', sent: [direct({ user: 'U0BOT' })] },
  { name: 'a message of no user', sent: [mention({ user: undefined })] },
  {
    name: 'an event of another workspace',
    sent: [mention({}, { team_id: 'T9' })],
  },
  { name: 'a reaction', sent: [event({ type: 'reaction_added' })] },
  {
    name: 'a kind of delivery that Slack may add',
    sent: [{ type: 'later', team_id: 'T1' }],
  },
  { name: 'nothing', sent: [{}] },
  {
    name: 'Slack that holds back events',
    sent: [{ type: 'app_rate_limited', team_id: 'T1' }],
  },
];

const refused: readonly Case[] = [
  {
    name: 'a stranger who mentions it is told once',
    sent: [mention({ user: 'U0EVE' }), event({ user: 'U0EVE', text: '<@U0BOT> ship' })],
    told: ['slack:T1:U0EVE may not start a thread'],
  },
  {
    name: 'a stranger in a thread',
    sent: [mention(), event({ ...inThread, user: 'U0EVE' })],
    events: ['message'],
    told: ['slack:T1:U0EVE may not speak here'],
  },
  {
    name: 'the same user id of another organization',
    sent: [mention({ user_team: 'T9', team: 'T9' }, { is_ext_shared_channel: true })],
    told: ['slack:T9:U0ADA may not start a thread'],
  },
  {
    name: 'a user of no workspace in a shared channel',
    sent: [mention({}, { is_ext_shared_channel: true })],
    told: ['slack:unknown:U0ADA may not start a thread'],
  },
  {
    name: 'a mention without a text',
    sent: [mention({ text: '<@U0BOT>' })],
    told: ['The message is empty.'],
  },
  {
    name: 'a reply to a request in a direct conversation',
    sent: [direct({ ts: '170.2', thread_ts: '160.1' })],
    told: ['Use the buttons of a request to answer it.'],
  },
];

test.each([...taken, ...ignored, ...refused])(
  '$name',
  async ({ sent, events = [], told: expected = [] }) => {
    const { agent, receiver, told } = receiverOf([done]);
    for (const payload of sent) await receive(receiver, payload);
    expect(await eventsIn(agent)).toEqual(events);
    expect(told()).toEqual(expected.map((start) => expect.stringContaining(start)));
  },
);

test('a message has its text without the mention, its sender and its place', async () => {
  const { agent, receiver, woken } = receiverOf([done]);
  await receive(receiver, mention());
  const id = await threadIdFor('slack', 'T1:C1:170.1');
  expect((await load(agent.store, id)).events).toMatchObject([
    {
      channel: 'slack',
      from: 'ada',
      text: 'ship <it>',
      idempotency_key: 'T1:C1:170.1',
      reply_to: 'T1:C1:170.1',
    },
  ]);
  expect(woken).toEqual([id]);
});

test('without the save, a delivery fails, so that Slack repeats it', async () => {
  const { agent, receiver } = receiverOf([done]);
  const store = {
    ...agent.store,
    append: () => Promise.reject(new Error('disk full')),
  };
  const host = { ...receiver.host, agent: { ...agent, store } };
  await expect(receive({ ...receiver, host }, mention())).rejects.toThrow('disk full');
});

test('without knowing who the app is, nothing is taken', async () => {
  const { agent, receiver } = receiverOf([done]);
  const identify = () => Promise.reject(new SlackError('Slack is away'));
  await expect(receive({ ...receiver, identify }, mention())).rejects.toThrow('Slack is away');
  expect(await eventsIn(agent)).toEqual([]);
});

/** Starts a thread of ada and lets it run until it waits. */
async function waiting(steps: Parameters<typeof toyAgent>[0], options = {}) {
  const all = receiverOf(steps, options);
  const { id } = await start(all.agent, { channel: 'test', from: 'ada', text: 'go' });
  const { state } = await advance(all.agent, id);
  const events = async () => (await load(all.agent.store, id)).events;
  return {
    ...all,
    id,
    call: state.open?.call_id ?? '',
    events,
  };
}

const click = (action_id: string, value: string, fields: Json = {}): Json => ({
  type: 'block_actions',
  team: { id: 'T1' },
  user: { id: 'U0ADA', team_id: 'T1' },
  container: {
    channel_id: 'C1',
    message_ts: '170.5',
  },
  message: { thread_ts: '170.1' },
  trigger_id: '1.2.3',
  actions: [{ action_id, value }],
  ...fields,
});

const submission = (callback_id: string, private_metadata: string, value: string): Json => ({
  type: 'view_submission',
  team: { id: 'T1' },
  user: { id: 'U0ADA', team_id: 'T1' },
  view: { callback_id, private_metadata, state: { values: { text: { text: { value } } } } },
});

test('a click on Approve approves the call, once, and wakes the thread', async () => {
  const { receiver, call, id, events, told, woken } = await waiting([write, done]);
  await receive(receiver, click('approve', call));
  await receive(receiver, click('approve', call, { user: { id: 'U0BOB', team_id: 'T1' } }));
  expect((await events()).slice(2)).toMatchObject([
    { type: 'approval', call_id: call, approved: true, by: 'ada' },
  ]);
  expect(woken).toEqual([id]);
  expect(told()).toEqual([expect.stringMatching(/^Already answered: approved by ada/)]);
});

const clicks: [string, string, (call: string) => Json, RegExp][] = [];
for (const action of ['approve', 'deny', 'edit'])
  clicks.push(
    [action, 'a stranger', (call) => click(action, call, { user: { id: 'U0EVE' } }), /no one in/],
    [
      action,
      'a user of another workspace',
      (call) =>
        click(action, call, {
          user: {
            id: 'U0ADA',
            team_id: 'T9',
          },
        }),
      /slack:T9:U0ADA is no one/,
    ],
    [action, 'a call that does not exist', () => click(action, 't_0000:3'), /There is no thread/],
    [action, 'another call of the thread', (call) => click(action, `${call}1`), /is not waiting/],
    [action, 'no call', () => click(action, '../../etc'), /is not a call/],
    [action, 'nothing', () => click(action, ''), /is not a call/],
  );

test.each(clicks)('%s by or for %s is refused', async (_, __, payload, expected) => {
  const { receiver, call, events, told, calls } = await waiting([write, done]);
  await receive(receiver, payload(call));
  expect(typesOf(await events())).toBe('message tool_call');
  expect(told()).toEqual([expect.stringMatching(expected)]);
  expect(calls).toHaveLength(1);
});

test.each<[string, string, Json, number]>([
  ['a person who may not approve', 'approve', { user: { id: 'U0BOB' } }, 1],
  ['another workspace', 'approve', { team: { id: 'T9' } }, 0],
  ['a person on a button that is a link', 'open', {}, 0],
  ['a person on no button', 'approve', { actions: [] }, 0],
])('a click of %s changes nothing', async (_, action, fields, count) => {
  const policy = { approvers: ['ada'] };
  const { receiver, call, events, told } = await waiting([write, done], { policy });
  await receive(receiver, click(action, call, fields));
  expect(typesOf(await events())).toBe('message tool_call');
  expect(told()).toHaveLength(count);
});

/** The field of the dialog that was opened last. */
function dialogIn(calls: readonly [string, Json][]) {
  const [method, args = {}] = calls.slice(-1)[0] ?? [];
  expect(method).toBe('views.open');
  expect(args['trigger_id']).toBe('1.2.3');
  const view = objectIn(args, 'view');
  const [input = {}] = listIn(view, 'blocks');
  return {
    view,
    value: textIn(objectIn(input, 'element'), 'initial_value'),
  };
}

test('Deny asks for a reason in a dialog, and the dialog denies', async () => {
  const { receiver, call, calls, events } = await waiting([write, done]);
  await receive(receiver, click('deny', call));
  const { view } = dialogIn(calls);
  expect(view).toMatchObject({ callback_id: 'deny', private_metadata: call });
  expect(typesOf(await events())).toBe('message tool_call');
  expect(await receive(receiver, submission('deny', call, 'not today'))).toBeUndefined();
  expect((await events()).slice(2)).toMatchObject([
    { type: 'approval', approved: false, by: 'ada', comment: 'not today' },
  ]);
  const again = await receive(receiver, submission('deny', call, 'again'));
  expect(again).toMatchObject({
    response_action: 'errors',
    errors: { text: expect.stringMatching(/^Already answered: denied by ada/) },
  });
});

test('Edit shows the arguments, and the dialog opens a call with others', async () => {
  const { receiver, call, calls, events } = await waiting([write, done]);
  await receive(receiver, click('edit', call));
  const { view, value } = dialogIn(calls);
  expect(view).toMatchObject({ callback_id: 'edit', private_metadata: call });
  expect(JSON.parse(value)).toEqual({ to: 'production' });
  await receive(receiver, submission('edit', call, '{"to": "staging"}'));
  expect((await events()).slice(2)).toMatchObject([
    {
      type: 'approval',
      call_id: call,
      by: 'ada',
      edit: {
        step: {
          intent: 'write',
          to: 'staging',
        },
      },
    },
  ]);
});

test.each([
  ['no JSON', '{', 'Write the arguments as a JSON object'],
  ['a list', '[]', 'Write the arguments as a JSON object'],
  ['a number that would be rounded', '{"to": 12345678901234567890}', 'cannot be kept exactly'],
  ['arguments that the tool does not take', '{"to": 7}', 'Not a step'],
])('an edit with %s is refused in the dialog', async (_, text, expected) => {
  const { receiver, call, events } = await waiting([write, done]);
  const reply = await receive(receiver, submission('edit', call, text));
  expect(JSON.stringify(reply)).toContain(expected);
  expect(typesOf(await events())).toBe('message tool_call');
});

test.each([
  ['are too long', { ...write, to: 'x'.repeat(3_001) }, {}],
  ['have a secret', { ...write, to: 'top-secret-token' }, { TEST_TOKEN: 'top-secret-token' }],
])('arguments that %s are not edited in Slack', async (_, step, env) => {
  Object.assign(process.env, env);
  const { receiver, call, calls, told } = await waiting([step, done]);
  await receive(receiver, click('edit', call));
  for (const name of Object.keys(env)) delete process.env[name];
  expect(calls.map(([method]) => method)).toEqual(['chat.postEphemeral']);
  expect(told()).toEqual(['These arguments cannot be edited in Slack.']);
});

test('arguments with characters of Slack pass a dialog unchanged', async () => {
  const to = '<!channel> & &amp; "é"\n';
  const { receiver, call, calls } = await waiting([{ ...write, to }, done]);
  await receive(receiver, click('edit', call));
  const { value } = dialogIn(calls);
  expect(value).not.toMatch(/[<>&]/);
  expect(JSON.parse(value)).toEqual({ to });
});

test('a question is answered by a choice, or in a dialog', async () => {
  const first = await waiting([ask, done]);
  await receive(first.receiver, click('choice_1', `${first.call} the latest one`));
  expect((await first.events()).slice(2)).toMatchObject([
    { type: 'human_response', by: 'ada', text: 'the latest one' },
  ]);
  const second = await waiting([ask, done]);
  await receive(second.receiver, click('answer', second.call));
  expect(dialogIn(second.calls).view).toMatchObject({ callback_id: 'answer' });
  await receive(second.receiver, submission('answer', second.call, '1.4.2'));
  expect((await second.events()).slice(2)).toMatchObject([
    { type: 'human_response', by: 'ada', text: '1.4.2' },
  ]);
});

test('only an approver says how a call ended that has run', async () => {
  const policy = { approvers: ['bob'] };
  const { agent, receiver, id, call, events, told } = await waiting([write], { policy });
  const thread = await load(agent.store, id);
  const at = new Date(agent.now()).toISOString();
  const facts = [
    { type: 'approval', call_id: call, approved: true, by: 'bob', at },
    { type: 'tool_started', call_id: call, attempt: 1, by: 'x', lease_until: at, at },
    { type: 'handed_over', call_id: call, reason: 'unknown outcome', at },
  ] as const;
  let handed = thread;
  for (const fact of facts) handed = await append(agent.store, handed, fact);
  await receive(receiver, click('answer', call));
  expect(told()).toEqual(['This call ran: only an approver may say how it ended.']);
  const reply = { ...submission('answer', call, 'it worked'), user: { id: 'U0BOB' } };
  expect(await receive(receiver, reply)).toBeUndefined();
  expect((await events()).slice(-1)).toMatchObject([{ type: 'human_response', by: 'bob' }]);
});

test('the first of two approvals is told that it counts', async () => {
  const onWrite = {
    ask: 'it writes',
    count: 2,
  };
  const { receiver, call, events, told } = await waiting([write], { onWrite });
  await receive(receiver, click('approve', call));
  expect(told()).toEqual(['Your approval counts. Another person has to approve too.']);
  await receive(receiver, click('approve', call, { user: { id: 'U0BOB' } }));
  expect(typesOf(await events())).toBe('message tool_call endorsed approval');
});

test('a click that could not be saved says so to the person', async () => {
  const { agent, receiver, call, told } = await waiting([write]);
  const store = {
    ...agent.store,
    append: () => Promise.reject(new Error('disk full')),
  };
  const host = { ...receiver.host, agent: { ...agent, store } };
  await receive({ ...receiver, host }, click('approve', call));
  expect(told()).toEqual(['It did not work. Try again: an answer counts only once.']);
});
