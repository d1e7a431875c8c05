// @vitest-environment node
import { afterEach, describe, expect, test, vi } from 'vitest';
import { operations, ThreadPage } from '../api/api.ts';
import type { Event, Step } from '../core/event.ts';
import type { OpenCall } from '../core/thread.ts';
import { reportToken, signClaim } from './report-token.ts';
import { pending, type ToolContext } from '../core/tool.ts';
import { ask, done, hear, read, toyAgent, typesOf, write } from '../testing/toy-agent.ts';
import { memoryStore } from '../store/memory.ts';
import type { Principal } from './authenticate.ts';
import { agentServer, type AgentServer } from './server.ts';

const at = '2026-01-01T00:00:00.000Z';

type Sent = { readonly as?: string; readonly key?: string; readonly token?: string };

/** The bodies of all answers, as far as tests read them. */
type Body = Pick<ThreadPage, 'threads' | 'next'> & {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly open: OpenCall;
  readonly events: readonly Event[];
  readonly error: string;
};

/** Parses a body. An answer to HEAD has none. */
const bodyOf = (text: string) => (text === '' ? undefined : JSON.parse(text)) as Body;

const servers: AgentServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(0);
});

/** A server in which `x-user` names the sender: the `as` of a request. */
function serve(steps: readonly Step[], options: Parameters<typeof toyAgent>[1] = {}) {
  const { agent } = toyAgent(steps, options);
  const authenticate = ({ headers }: Request): Promise<Principal | undefined> => {
    const name = headers.get('x-user');
    const sender = name === null ? undefined : { name, isOperator: name === 'root' };
    return Promise.resolve(sender);
  };
  const server = agentServer(agent, { authenticate, log: () => undefined });
  servers.push(server);
  async function send(
    method: string,
    path: string,
    body?: unknown,
    { as = 'ada', key, token }: Sent = {},
  ) {
    const headers = {
      'content-type': 'application/json',
      'x-user': as,
      ...(key && { 'idempotency-key': key }),
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await server.fetch(new Request(`http://agent.test${path}`, init));
    const text = await response.text();
    return { status: response.status, body: bodyOf(text) };
  }
  /** Resolves to the thread once it rests in `status`. */
  const rests = (id: string, status: string) =>
    vi.waitFor(async () => {
      const { body } = await send('GET', `/threads/${id}`, undefined, { as: 'root' });
      expect(body.status).toBe(status);
      return body;
    });
  return { agent, server, send, rests };
}

test('however often its health is checked, the store is queried once a second', async () => {
  const store = memoryStore();
  const list = vi.fn(store.list);
  const { send } = serve([], { store: { ...store, list } });
  await vi.waitFor(() => expect(list).toHaveBeenCalledTimes(1));
  const answers = await Promise.all(Array.from({ length: 100 }, () => send('GET', '/healthz')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(list).toHaveBeenCalledTimes(2);
});

test('a store that cannot watch now is polled', async () => {
  const watch = () => {
    throw new Error('no connection');
  };
  const { server, send, rests } = serve([done], { store: { ...memoryStore(), watch } });
  const { id } = (await send('POST', '/threads', { message: 'go' })).body;
  await rests(id, 'done');
  const request = new Request(`http://agent.test/threads/${id}/events`, {
    headers: { 'x-user': 'ada' },
  });
  const reader = (await server.fetch(request)).body?.getReader();
  const chunks = [await reader?.read(), await reader?.read()].map((read) =>
    new TextDecoder().decode(read?.value),
  );
  await reader?.cancel();
  expect(chunks).toEqual(['retry: 1000\n\n', expect.stringContaining('"type":"message"')]);
});

test('a thread of 16 million characters takes no more messages', async () => {
  const { agent, send } = serve([done]);
  await hear(agent, 'long', 'x'.repeat(16_777_216));
  const say = { message: 'more' };
  expect(await send('POST', '/threads/long/messages', say)).toMatchObject({
    status: 413,
    body: { error: expect.stringContaining('too long') },
  });
  expect((await send('POST', '/threads/long/cancel', {})).status).toBe(202);
});

const changes = Object.values(operations).filter(({ method }) => method === 'POST');

describe.each(changes.map(({ path }) => path))('a change, POST %s,', (path) => {
  test.each([
    ['text/plain', ''],
    ['', ''],
    ['application/x-www-form-urlencoded', 'reason=x'],
    ['application/jsonp', '{}'],
  ])('with the content type %j is refused: another site can send it', async (type, body) => {
    const { agent, server, send, rests } = serve([ask]);
    const { id } = (await send('POST', '/threads', { message: 'go' })).body;
    await rests(id, 'waiting_for_human');
    const change = new Request(`http://agent.test${path.replace(':id', id)}`, {
      method: 'POST',
      headers: { 'x-user': 'ada', 'content-type': type },
      body,
    });
    expect((await server.fetch(change)).status).toBe(415);
    expect((await rests(id, 'waiting_for_human')).id).toBe(id);
    expect(await agent.store.list({ limit: 9 })).toHaveLength(1);
  });
});

describe('a path', () => {
  /** A server at a base path, with one thread that waits for a person. */
  async function at(basePath: string) {
    const { agent } = toyAgent([ask]);
    const authenticate = () => Promise.resolve({ name: 'ada', isOperator: true });
    const server = agentServer(agent, { basePath, authenticate, log: () => undefined });
    servers.push(server);
    const thread = await hear(agent, 't');
    return async (method: string, path: string) => {
      const init = { method, headers: { 'content-type': 'application/json' } };
      const body = method === 'POST' && { body: JSON.stringify({ message: 'go' }) };
      const url = `http://agent.test${path.replace(':id', thread.id)}`;
      const { status, body: stream } = await server.fetch(new Request(url, { ...init, ...body }));
      await stream?.cancel();
      return status;
    };
  }

  const paths: readonly (readonly [string, string, number])[] = [
    ['POST', '/threads/', 202],
    ['POST', '/threads/:id/messages/', 202],
    ['GET', '/threads/', 200],
    ['GET', '/threads/?limit=1', 200],
    ['GET', '/threads/:id/', 200],
    ['GET', '/threads/:id/events/', 200],
    ['GET', '/healthz/', 200],
    ['GET', '/openapi.json/', 200],
    ['PUT', '/threads/', 405],
    ['POST', '/threads/:id/', 405],
    ['GET', '/threads//', 404],
    ['GET', '/threads/:id//', 404],
    ['GET', '/threads/:id//events', 404],
    ['GET', '//threads', 404],
    ['GET', '/thread/', 404],
  ];
  test.each(paths)('%s %s gets %i, also at a base path', async (method, path, status) => {
    expect(await (await at('/'))(method, path)).toBe(status);
    expect(await (await at('/agent'))(method, `/agent${path}`)).toBe(status);
    expect(await (await at('/agent/'))(method, `/agent${path}`)).toBe(status);
  });

  test('that is none of the API is named in a sentence', async () => {
    expect(await serve([]).send('GET', '/threads//?limit=1')).toEqual({
      status: 404,
      body: { error: 'There is no GET /threads//.' },
    });
  });
});

describe('a query', () => {
  const queries: readonly (readonly [string, number])[] = [
    ['_=1735689600000', 200],
    ['_', 200],
    ['_=1&_=2', 200],
    ['utm_source=mail&utm_campaign=may%20day', 200],
    ['_x=1', 400],
    ['__=1', 400],
    ['utm=1', 400],
    ['utm_=1', 400],
    ['utm_source[]=1', 400],
    ['Utm_Source=1', 400],
    ['owners=ada', 400],
    ['a=1&a=2', 400],
  ];
  // A page may send its token in the query of an event stream.
  const streams = ['token=x', '_=1&utm_source=mail'].map(
    (query) => ['/t/events', query, 200] as const,
  );
  test.each([...queries.map(([query, status]) => ['', query, status] as const), ...streams])(
    'GET /threads%s?%s gets %i',
    async (path, query, status) => {
      const { agent, server } = serve([ask]);
      await hear(agent, 't');
      const request = new Request(`http://agent.test/threads${path}?${query}`, {
        headers: { 'x-user': 'root' },
      });
      const response = await server.fetch(request);
      expect(response.status).toBe(status);
      if (status === 200) await response.body?.cancel();
      else expect(await response.json()).toEqual({ error: expect.any(String) });
    },
  );

  test('that trackers changed lists the same page', async () => {
    const { agent, send } = serve([ask]);
    for (const id of ['a', 'b', 'c']) await hear(agent, id);
    const page = '/threads?limit=1&after=a';
    const list = (path: string) => send('GET', path, undefined, { as: 'root' });
    expect((await list(page)).body.next).toBe('b');
    expect(await list(`${page}&_=1&utm_source=x`)).toEqual(await list(page));
  });
});

test('the events of a thread are neither kept, nor compressed on their way', async () => {
  const { agent, server } = serve([ask]);
  await hear(agent, 't');
  const request = new Request('http://agent.test/threads/t/events', {
    headers: { 'x-user': 'root' },
  });
  const { headers, body } = await server.fetch(request);
  await body?.cancel();
  expect(headers.get('cache-control')).toBe('no-store, no-transform');
});

describe('a row of the list', () => {
  const rowsFor = async (
    { send }: ReturnType<typeof serve>,
    as: string,
    query = '',
  ): Promise<object[]> => (await send('GET', `/threads${query}`, undefined, { as })).body.threads;

  test('says who asked what, and what is open', async () => {
    const served = serve([write]);
    const { id } = (await served.send('POST', '/threads', { message: 'go' }, { as: 'eve' })).body;
    const { open, events } = await served.rests(id, 'waiting_for_approval');
    const row = {
      id,
      status: 'waiting_for_approval',
      version: 2,
      due: open.due,
      owner: 'eve',
      first_message: 'go',
      open: { call_id: open.call_id, intent: 'write', awaits: 'approval', due: open.due },
      usage: { input_tokens: 0, output_tokens: 0 },
      created: events[0]?.at,
      updated: events[1]?.at,
    };
    expect(await rowsFor(served, 'eve')).toEqual([row]);
    expect(await rowsFor(served, 'root')).toEqual([row]);
    expect(await rowsFor(served, 'mallory')).toEqual([]);
    expect(await rowsFor(served, 'mallory', '?status=waiting_for_approval')).toEqual([]);
    // An approver: it may read the threads that wait for an approval.
    expect(await rowsFor(served, 'ada', '?status=waiting_for_approval')).toEqual([row]);
    expect(await rowsFor(served, 'ada')).toEqual([]);
    expect(ThreadPage.parse({ threads: [row], next: null }).threads).toEqual([row]);
  });

  test('has null for what an earlier version did not save, and loads no thread', async () => {
    const store = memoryStore();
    const load = vi.fn(store.load);
    const served = serve([ask], { store: { ...store, load } });
    const event = { type: 'message', channel: 'test', from: 'eve', text: 'go', at } as const;
    await store.append('t', 0, event, { status: 'done', owner: 'eve' });
    const unknown = { first_message: null, open: null, usage: null, created: null, updated: null };
    expect(await rowsFor(served, 'eve')).toEqual([
      { id: 't', status: 'done', version: 1, due: null, owner: 'eve', ...unknown },
    ]);
    expect(load).not.toHaveBeenCalled();
  });

  test('of a server of an earlier version is read by the client', () => {
    const row = { id: 't', status: 'done', version: 1, due: null };
    expect(ThreadPage.parse({ threads: [row], next: null }).threads).toMatchObject([
      { ...row, owner: null, first_message: null, open: null, updated: null },
    ]);
  });
});

test('a stream after an event that the thread does not have is refused', async () => {
  const { server, send, rests } = serve([ask]);
  const { id } = (await send('POST', '/threads', { message: 'go' })).body;
  await rests(id, 'waiting_for_human');
  const headers = { 'x-user': 'ada', 'last-event-id': '3' };
  const response = await server.fetch(
    new Request(`http://agent.test/threads/${id}/events`, { headers }),
  );
  expect([response.status, await response.json()]).toEqual([
    409,
    { error: 'Last-Event-ID is 3, and the thread has 2 events: read it again.' },
  ]);
});

describe('a thread over HTTP', () => {
  test('is launched, approved and answered, and ends', async () => {
    const { send, rests } = serve([write, ask, done]);
    const launched = await send('POST', '/threads', { message: 'go' });
    expect(launched).toEqual({
      status: 202,
      body: { id: expect.stringMatching(/^t_/), status: 'thinking' },
    });
    const { id } = launched.body;
    const waiting = await rests(id, 'waiting_for_approval');
    const { call_id } = waiting.open;
    expect(waiting.open.step).toEqual(write);
    expect(await send('POST', `/threads/${id}/approvals`, { call_id, approved: true })).toEqual({
      status: 202,
      body: { id, status: 'ready' },
    });
    const asking = await rests(id, 'waiting_for_human');
    await send('POST', `/threads/${id}/responses`, {
      call_id: asking.open.call_id,
      text: 'the second',
    });
    const { events, version, open } = await rests(id, 'done');
    expect(typesOf(events)).toBe(
      'message tool_call approval tool_started tool_result tool_call human_response tool_call',
    );
    expect([version, open]).toEqual([8, null]);
  });

  test('an answer to another call is refused, and says what is open now', async () => {
    const { send, rests } = serve([write, done]);
    const { id } = (await send('POST', '/threads', { message: 'go' })).body;
    const { open } = await rests(id, 'waiting_for_approval');
    for (const call_id of [`${id}:0`, `${id}:99`, 't_other:1', 'x', '../..'])
      expect(
        await send('POST', `/threads/${id}/approvals`, { call_id, approved: true }),
      ).toMatchObject({
        status: 409,
        body: { status: 'waiting_for_approval', open },
      });
    const reply = await send('POST', `/threads/${id}/responses`, {
      call_id: open.call_id,
      text: 'yes',
    });
    expect(reply).toMatchObject({ status: 409, body: { open } });
  });

  test('belongs to the principal that started it; for others it does not exist', async () => {
    const { send, rests } = serve([write, done]);
    const { id } = (await send('POST', '/threads', { message: 'go' }, { as: 'eve' })).body;
    const { open } = await rests(id, 'waiting_for_approval');
    const foreign = await send('GET', `/threads/${id}`, undefined, { as: 'mallory' });
    const none = await send('GET', '/threads/t_none', undefined, { as: 'mallory' });
    expect([foreign.status, none.status]).toEqual([404, 404]);
    expect(foreign.body.error.replace(id, 't_none')).toBe(none.body.error);
    const act = { call_id: open.call_id, approved: true };
    expect((await send('POST', `/threads/${id}/approvals`, act, { as: 'mallory' })).status).toBe(
      404,
    );
    expect((await send('GET', '/threads', undefined, { as: 'mallory' })).body.threads).toEqual([]);
    expect((await send('POST', `/threads/${id}/approvals`, act, { as: 'eve' })).status).toBe(403);
    expect((await send('POST', `/threads/${id}/cancel`, {}, { as: 'ada' })).status).toBe(404);
    const waiting = '/threads?status=waiting_for_approval';
    expect((await send('GET', waiting, undefined, { as: 'ada' })).body.threads).toHaveLength(1);
    expect((await send('POST', `/threads/${id}/approvals`, act, { as: 'ada' })).status).toBe(202);
    await rests(id, 'done');
    expect((await send('POST', `/threads/${id}/approvals`, act, { as: 'ada' })).status).toBe(409);
    expect((await send('GET', `/threads/${id}`, undefined, { as: 'ada' })).status).toBe(200);
    expect(
      (await send('POST', `/threads/${id}/messages`, { message: 'x' }, { as: 'ada' })).status,
    ).toBe(404);
  });

  describe('that names its own approvers', () => {
    const onWrite = { ask: 'why', approvers: ['@ops', 'eve'], count: 2, notRequester: true };
    const groups = (name: string) => (name === 'ops' ? ['carl', 'mallory'] : []);
    const policy = { approvers: ['ada'], groups };

    test('is read and listed by them alone, and by those who decided', async () => {
      const { send, rests } = serve([write, done], { onWrite, policy });
      const { id } = (await send('POST', '/threads', { message: 'go' }, { as: 'eve' })).body;
      const { open } = await rests(id, 'waiting_for_approval');
      const read = async (as: string) =>
        (await send('GET', `/threads/${id}`, undefined, { as })).status;
      const listed = async (as: string) => {
        const list = await send('GET', '/threads?status=waiting_for_approval', undefined, { as });
        return list.body.threads.map((thread) => thread.id);
      };
      const who = ['eve', 'carl', 'mallory', 'ada', 'ops', '@ops', 'root'];
      expect(await Promise.all(who.map(read))).toEqual([200, 200, 200, 404, 404, 404, 200]);
      expect(await Promise.all(['eve', 'ada', 'root'].map(listed))).toEqual([[id], [], [id]]);
      const approve = async (as: string, approved = true) => {
        const body = { call_id: open.call_id, approved };
        return (await send('POST', `/threads/${id}/approvals`, body, { as })).status;
      };
      expect(await approve('ada')).toBe(404);
      expect(await approve('eve')).toBe(403);
      expect(await approve('carl')).toBe(202);
      expect(await approve('carl')).toBe(409);
      expect((await rests(id, 'waiting_for_approval')).version).toBe(3);
      expect(await approve('mallory')).toBe(202);
      await rests(id, 'done');
      expect(await Promise.all(who.map(read))).toEqual([200, 200, 200, 404, 404, 404, 200]);
    });

    test('is not shown to a group that does not decide', async () => {
      const { send, rests } = serve([write, done], {
        onWrite: { ask: 'why', approvers: ['carl', 'eve'] },
        policy,
      });
      const { id } = (await send('POST', '/threads', { message: 'go' })).body;
      const { open } = await rests(id, 'waiting_for_approval');
      const body = { call_id: open.call_id, approved: true };
      await send('POST', `/threads/${id}/approvals`, body, { as: 'carl' });
      await rests(id, 'done');
      const read = async (as: string) =>
        (await send('GET', `/threads/${id}`, undefined, { as })).status;
      expect(await Promise.all(['carl', 'eve'].map(read))).toEqual([200, 404]);
    });
  });

  test('is edited by an approver, unless it changes more than arguments', async () => {
    const { send, rests } = serve([write, done]);
    const { id } = (await send('POST', '/threads', { message: 'go' }, { as: 'eve' })).body;
    const { open } = await rests(id, 'waiting_for_approval');
    const edit = (step: unknown, as = 'ada', approved = true) =>
      send('POST', `/threads/${id}/approvals`, { call_id: open.call_id, approved, step }, { as });
    const to = (place: string) => ({ ...write, to: place });
    expect((await edit(to('staging'), 'eve')).status).toBe(403);
    expect((await edit(to('staging'), 'mallory')).status).toBe(404);
    expect((await edit(to('staging'), 'ada', false)).status).toBe(400);
    for (const step of [read, write, { intent: 'write' }, { ...write, more: 1 }, 'write', [], null])
      expect([step, (await edit(step)).status]).toEqual([step, 400]);
    expect(await edit(to('staging'))).toEqual({ status: 202, body: { id, status: 'ready' } });
    expect(await edit(to('test'))).toMatchObject({ status: 409 });
    const { events } = await rests(id, 'done');
    expect(typesOf(events)).toBe('message tool_call approval tool_started tool_result tool_call');
    expect(events[2]).toMatchObject({ by: 'ada', edit: { call_id: `${id}:2` } });
  });

  test('stays as it is if the policy denies an edit', async () => {
    const needsApproval = ({ to }: Step) =>
      to === 'prod' ? { deny: 'never' } : { ask: 'it writes' };
    const { send, rests } = serve([write, done], { policy: { needsApproval } });
    const { id } = (await send('POST', '/threads', { message: 'go' })).body;
    const { open } = await rests(id, 'waiting_for_approval');
    const body = { call_id: open.call_id, approved: true, step: { ...write, to: 'prod' } };
    expect(await send('POST', `/threads/${id}/approvals`, body)).toMatchObject({
      status: 409,
      body: { error: 'The policy denies this: never.', open },
    });
  });

  test('a conversation is one thread of its sender, for all its messages', async () => {
    const { send, rests } = serve([done, done]);
    const launch = (body: object, sent?: Sent) => send('POST', '/threads', body, sent);
    const chat = { conversation: 'chat-1' };
    expect((await launch(chat)).status).toBe(404);
    const { id } = (await launch({ ...chat, message: 'go' }, { key: 'm1' })).body;
    await rests(id, 'done');
    for (const key of ['m1', 'm2', 'm2'])
      expect(
        (await launch({ ...chat, message: key === 'm1' ? 'go' : 'more' }, { key })).body.id,
      ).toBe(id);
    const { events } = await rests(id, 'done');
    expect(typesOf(events)).toBe('message tool_call message tool_call');
    expect(await launch(chat)).toMatchObject({ status: 202, body: { id } });
    expect((await launch(chat, { as: 'bob' })).status).toBe(404);
    expect((await launch({ message: 'go' }, { key: 'chat-1' })).body.id).not.toBe(id);
  });

  test('an Idempotency-Key is one thread for one principal, and never two messages', async () => {
    const { send } = serve([done]);
    const [first, again, other] = [
      await send('POST', '/threads', { message: 'go' }, { key: 'k' }),
      await send('POST', '/threads', { message: 'go' }, { key: 'k' }),
      await send('POST', '/threads', { message: 'go' }, { key: 'k', as: 'eve' }),
    ];
    expect(again.body.id).toBe(first.body.id);
    expect(other.body.id).not.toBe(first.body.id);
    expect((await send('POST', '/threads', { message: 'stop' }, { key: 'k' })).status).toBe(422);
  });

  test.each<[string, string, number]>([
    ['{"data":{"a":2,"b":1}}', '{"data":{"b":1,"a":2}}', 202],
    ['{"message":"go","data":{}}', '{"data":{},"message":"go"}', 202],
    [
      '{"data":{"a":{"toString":1,"x":[{"p":1,"q":2}]},"b":1}}',
      '{"data":{"b":1,"a":{"x":[{"q":2,"p":1}],"toString":1}}}',
      202,
    ],
    ['{"data":{"__proto__":{"a":1},"b":2}}', '{"data":{"b":2,"__proto__":{"a":1}}}', 202],
    ['{"data":{"10":1,"9":-0}}', '{"data":{"9":0,"10":1}}', 202],
    ['{"data":[1,2]}', '{"data":[2,1]}', 422],
    ['{"data":{"a":[1,2]}}', '{"data":{"a":[2,1]}}', 422],
    ['{"data":{"a":1}}', '{"data":{"a":"1"}}', 422],
    ['{"data":{"__proto__":{"a":1}}}', '{"data":{}}', 422],
    ['{"data":[1]}', '{"data":{"0":1}}', 422],
  ])('sent as %s and, with the same Idempotency-Key, as %s gets %i', async (one, other, status) => {
    const { agent, server } = serve([done]);
    await hear(agent, 't');
    const sendText = async (path: string, body: string) => {
      const headers = {
        'content-type': 'application/json',
        'x-user': 'root',
        'idempotency-key': 'k',
      };
      const request = new Request(`http://agent.test${path}`, { method: 'POST', headers, body });
      return (await server.fetch(request)).status;
    };
    for (const path of ['/threads', '/threads/t/messages']) {
      expect(await sendText(path, one)).toBe(202);
      expect(await sendText(path, other)).toBe(status);
    }
  });

  test.each([
    ['{"data":{"order":2512292042121000001}}', '2512292042121000001'],
    ['{"data":[1e400]}', '1e400'],
  ])('is not launched by %s: the number would be rounded', async (body, number) => {
    const { agent, server } = serve([done]);
    const headers = { 'content-type': 'application/json', 'x-user': 'ada', 'idempotency-key': 'k' };
    const request = new Request('http://agent.test/threads', { method: 'POST', headers, body });
    const response = await server.fetch(request);
    const error = `${number} cannot be kept exactly as a number: send it as a text.`;
    expect([response.status, await response.json()]).toEqual([400, { error }]);
    expect(await agent.store.list({ limit: 9 })).toEqual([]);
  });

  test('keeps the digits of a text, and a double', async () => {
    const { send, rests } = serve([done]);
    const data = { order: '2512292042121000001', sum: 0.1 + 0.2, far: 6.02214076e23 };
    const { id } = (await send('POST', '/threads', { data })).body;
    expect((await rests(id, 'done')).events[0]).toMatchObject({ data });
  });

  test('a sender without a name gets 401', async () => {
    const { server } = serve([read]);
    const response = await server.fetch(new Request('http://agent.test/threads'));
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});

test('how a call ended is told by an operator or an approver, not by the owner', async () => {
  for (const [as, status] of [
    ['eve', 403],
    ['root', 202],
    ['ada', 202],
  ] as const) {
    const owner = as === 'root' ? 'eve' : as;
    const { send, rests } = serve([read, done], {
      run: () => new Promise(() => undefined),
      timeoutMs: 20,
      onUnknownOutcome: 'ask_human',
    });
    const { id } = (await send('POST', '/threads', { message: 'go' }, { as: owner })).body;
    const { call_id } = (await rests(id, 'waiting_for_human')).open;
    const body = { call_id, text: 'the payment arrived' };
    const answer = await send('POST', `/threads/${id}/responses`, body, { as });
    expect([as, answer.status]).toEqual([as, status]);
  }
});

describe('the result of a long-running tool', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** A thread of eve that waits for a result, and the token that its tool handed out. */
  async function waiting() {
    vi.stubEnv('REPORT_SECRET', 'a secret of this agent');
    const tokens: string[] = [];
    const run = (context: ToolContext) => {
      tokens.push(reportToken(context));
      return Promise.resolve(pending(60_000));
    };
    const { send, rests } = serve([read, done], { run, timeoutMs: 10_000 });
    const { id } = (await send('POST', '/threads', { message: 'go' }, { as: 'eve' })).body;
    const { open } = await rests(id, 'waiting_for_result');
    const body = { call_id: open.call_id, result: { paid: true } };
    const reportBy = (sent: Sent, changes = {}) =>
      send('POST', `/threads/${id}/results`, { ...body, ...changes }, sent);
    const call_id: string = open.call_id;
    return { id, call_id, token: tokens[0] ?? '', reportBy, rests, send };
  }

  test.each([
    ['the owner of the thread', { as: 'eve' }, 403],
    ['another person, for whom the thread does not exist', { as: 'mallory' }, 404],
    ['an approver who does not own it', { as: 'ada' }, 404],
    ['the owner with a forged token', { as: 'eve', token: `t_1:1.1.${'0'.repeat(64)}` }, 401],
    ['an operator with a token that was changed', { as: 'root', token: 't_1:1.1.0' }, 401],
  ])('is not taken from %s', async (_, sent, status) => {
    const { id, reportBy, rests } = await waiting();
    expect((await reportBy(sent)).status).toBe(status);
    const { events } = await rests(id, 'waiting_for_result');
    expect(JSON.stringify(events)).not.toContain('paid');
  });

  test('is taken from an operator', async () => {
    const { id, reportBy, rests } = await waiting();
    expect((await reportBy({ as: 'root' })).status).toBe(202);
    expect((await rests(id, 'done')).events.slice(-2)[0]).toMatchObject({ result: { paid: true } });
  });

  test('is taken with its token from a sender that is not known, once', async () => {
    const { id, token, reportBy, rests } = await waiting();
    expect((await reportBy({ as: 'stranger', token })).status).toBe(202);
    await rests(id, 'done');
    expect((await reportBy({ as: 'stranger', token })).status).toBe(409);
  });

  test('is not taken with the token of another call, or of another attempt', async () => {
    const one = await waiting();
    const two = await waiting();
    expect((await one.reportBy({ token: two.token })).status).toBe(404);
    const later = signClaim({ call_id: one.call_id, attempt: 2 });
    expect((await one.reportBy({ token: later })).status).toBe(409);
    await one.rests(one.id, 'waiting_for_result');
  });

  test('is not taken in the thread of another, of which a token shows nothing', async () => {
    const { token, rests, send } = await waiting();
    const { id } = (await send('POST', '/threads', { message: 'mine' }, { as: 'bob' })).body;
    const { open } = await rests(id, 'waiting_for_result');
    for (const call_id of [open.call_id, 't_1:1', token.split('.')[0]]) {
      const body = { call_id, result: 1 };
      const answer = await send('POST', `/threads/${id}/results`, body, { token });
      expect(answer).toEqual({ status: 404, body: { error: `There is no thread ${id}.` } });
    }
  });

  test('is not taken with a token once its secret has changed', async () => {
    const { token, reportBy } = await waiting();
    vi.stubEnv('REPORT_SECRET', 'another secret');
    expect((await reportBy({ as: 'root', token })).status).toBe(401);
  });

  test('is not taken for a tool that runs, and is not declared long-running', async () => {
    let resolve: (value: string) => void = () => undefined;
    const promise = new Promise<string>((settle) => (resolve = settle));
    const { send, rests } = serve([read, done], { longRunning: false, run: () => promise });
    const { id } = (await send('POST', '/threads', { message: 'go' }, { as: 'root' })).body;
    const { open } = await rests(id, 'running');
    const body = { call_id: open.call_id, result: { paid: true } };
    const forged = await send('POST', `/threads/${id}/results`, body, { as: 'root' });
    expect(forged).toMatchObject({ status: 403, body: {} });
    resolve('card declined');
    expect((await rests(id, 'done')).events.slice(-2)[0]).toMatchObject({
      result: 'card declined',
    });
  });
});

describe('a server that knows its users', () => {
  const log: string[] = [];
  const ask = async (server: AgentServer, path: string, body?: unknown) => {
    const init = {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const response = await server.fetch(new Request(`http://127.0.0.1${path}`, init));
    return { status: response.status, body: bodyOf(await response.text()) };
  };
  function open(options: Parameters<typeof agentServer>[1], approvers: readonly string[] = []) {
    log.length = 0;
    const { agent } = toyAgent([write, done], { policy: { approvers } });
    const server = agentServer(agent, { ...options, log: ({ message }) => log.push(message) });
    servers.push(server);
    return { agent, server };
  }
  const isSaid = () => log.includes('No request can approve: APPROVERS names no one.');

  test.each(['local', 'you', process.env['USER'] ?? 'root'])(
    'has no approver unless it names one, and says so: not %s, either',
    async (name) => {
      const { agent, server } = open({ authenticate: () => Promise.resolve({ name }) });
      expect(isSaid()).toBe(true);
      const { id } = (await ask(server, '/threads', { message: 'go' })).body;
      await hear(agent, 't_other');
      await vi.waitFor(async () =>
        expect((await ask(server, `/threads/${id}`)).body.status).toBe('waiting_for_approval'),
      );
      const decision = { call_id: `${id}:1`, approved: true };
      expect(await ask(server, `/threads/${id}/approvals`, decision)).toEqual({
        status: 403,
        body: { error: `${name} may not approve; APPROVERS names no one.` },
      });
      const waiting = (await ask(server, '/threads?status=waiting_for_approval')).body.threads;
      expect(waiting).toMatchObject([{ id }]);
    },
  );

  test('lets the person at this machine approve, if it is private', async () => {
    const { server } = open({ isPrivate: true });
    expect(isSaid()).toBe(false);
    const { id } = (await ask(server, '/threads', { message: 'go' })).body;
    await vi.waitFor(async () =>
      expect((await ask(server, `/threads/${id}`)).body.status).toBe('waiting_for_approval'),
    );
    const decision = { call_id: `${id}:1`, approved: true };
    expect((await ask(server, `/threads/${id}/approvals`, decision)).status).toBe(202);
  });

  test.each([undefined, null, 42, '', ' ', 'x'.repeat(256)])(
    'refuses a sender with the name %j, and writes nothing',
    async (name) => {
      const authenticate = () => Promise.resolve({ name: name as string });
      const { agent, server } = open({ authenticate }, [name as string]);
      await hear(agent, 't_other');
      for (const path of ['/threads', '/threads/t_other'])
        expect((await ask(server, path)).status).toBe(401);
      expect((await ask(server, '/threads', { message: 'go' })).status).toBe(401);
      expect(await agent.store.list({ limit: 9 })).toHaveLength(1);
    },
  );
});
