// @vitest-environment node
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AgentClient } from '../client/client.ts';
import type { Event } from '../core/event.ts';
import { initial } from '../core/thread.ts';
import { agentServer, type AgentServer } from '../server/server.ts';
import { ask, done, toyAgent } from '../testing/toy-agent.ts';
import type { RunEvent } from './protocol.ts';
import { runThread } from './run.ts';
import { agUiTrigger } from './trigger.ts';

const servers: AgentServer[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.stop(0);
});

type Sent = Partial<{
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}>;

/** A server that knows who sends `authorization: ada`. */
function serve(origins = '') {
  vi.stubEnv('AG_UI_ORIGINS', origins);
  const { agent } = toyAgent([ask, done]);
  const triggers = { 'ag-ui': agUiTrigger };
  const server = agentServer(
    { ...agent, triggers },
    {
      log: () => undefined,
      authenticate: ({ headers }) => {
        const name = headers.get('authorization');
        return Promise.resolve(name ? { name } : undefined);
      },
    },
  );
  servers.push(server);
  return ({ method = 'POST', path = '/ag-ui', headers, body = input() }: Sent = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const sent = {
      'content-type': 'application/json',
      authorization: 'ada',
      ...headers,
    };
    const init = {
      method,
      headers: sent,
      ...(method === 'POST' && { body: text }),
    };
    return server.fetch(new Request(`http://agent.test${path}`, init));
  };
}

const message = (fields: object = {}) => ({
  id: 'u1',
  role: 'user',
  content: 'go',
  ...fields,
});
const input = (fields: object = {}) => ({
  threadId: 'chat',
  runId: 'r1',
  messages: [message()],
  ...fields,
});

test('a run is a stream of events with the ids of the client', async () => {
  const response = await serve()({});
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream',
  ]);
  const events = eventsIn(await response.text());
  const run = { threadId: 'chat', runId: 'r1' };
  expect(events[0]).toEqual({
    type: 'RUN_STARTED',
    ...run,
    protocolVersion: '1.0',
  });
  expect(events.slice(-1)[0]).toMatchObject({
    type: 'RUN_FINISHED',
    ...run,
    outcome: { type: 'interrupt' },
  });
});

const eventsIn = (text: string) =>
  text
    .trimEnd()
    .split('\n\n')
    .map((event) => JSON.parse(event.replace(/^data: /, '')) as RunEvent);

const refused: readonly (readonly [status: number, sent: Sent])[] = [
  [401, { headers: { authorization: '' } }],
  [405, { method: 'GET' }],
  [405, { method: 'DELETE' }],
  [415, { headers: { 'content-type': 'text/plain' } }],
  [413, { body: 'x'.repeat(1_100_000) }],
  ...['', '{', 'null', '[]'].map((body) => [400, { body }] as const),
  ...[
    { threadId: undefined },
    { threadId: '' },
    { runId: 5 },
    { messages: 'none' },
    { messages: [message({ content: ' ' })] },
    { messages: [message({ id: '' })] },
    { messages: [message({ id: 'ü' })] },
    { messages: [message({ id: 'x'.repeat(201) })] },
    {
      messages: [
        message({
          content: [{ type: 'image', source: {} }],
        }),
      ],
    },
    { resume: [{ interruptId: 't:1', status: 'later' }] },
    { state: { order: '@' } },
  ].map((fields) => {
    const body = JSON.stringify(input(fields)).replace('"@"', '2512292042121000001');
    return [400, { body }] as const;
  }),
];
const named = refused.map(
  ([status, sent]) => [status, JSON.stringify(sent).slice(0, 90), sent] as const,
);
test.each(named)('%i before the stream, for %s', async (status, _, sent) => {
  const response = await serve()(sent);
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({
    error: expect.stringMatching(/^.{10,}/),
  });
});

describe('a page of another origin', () => {
  const app = 'https://app.example.com';
  const cors = (response: Response) =>
    ['origin', 'credentials', 'methods', 'headers'].map((name) =>
      response.headers.get(`access-control-allow-${name}`),
    );
  const asked = {
    'access-control-request-headers': 'authorization,content-type',
  };

  test.each([
    [app, app, 204, [app, 'true', 'POST', asked['access-control-request-headers']]],
    [`https://other.example.com, ${app}`, app, 204, [app, 'true', 'POST', expect.any(String)]],
    [app, 'https://app.example.com.evil.test', 403, [null, null, null, null]],
    [app, 'http://app.example.com', 403, [null, null, null, null]],
    [app, 'null', 403, [null, null, null, null]],
    ['', app, 403, [null, null, null, null]],
  ])('with AG_UI_ORIGINS=%s, %s asks and gets %i', async (origins, origin, status, allowed) => {
    const send = serve(origins);
    const response = await send({
      method: 'OPTIONS',
      headers: { origin, ...asked },
    });
    expect([response.status, cors(response)]).toEqual([status, allowed]);
    expect(response.headers.get('vary')).toBe('origin');
    const run = await send({ headers: { origin } });
    expect(cors(run).slice(0, 2)).toEqual(allowed.slice(0, 2));
    const failed = await send({
      headers: { origin, authorization: '' },
    });
    expect([failed.status, ...cors(failed).slice(0, 2)]).toEqual([401, ...allowed.slice(0, 2)]);
    await run.body?.cancel();
  });

  test.each(['*', 'app.example.com', `${app}/`, `${app}/chat`, 'null', `${app} https://b.test`])(
    'is not listed as %s',
    (origins) => {
      expect(() => serve(origins)).toThrow(/^AG_UI_ORIGINS has /);
    },
  );
});

test.each([
  [
    '1.0',
    {
      type: 'RUN_FINISHED',
      outcome: { type: 'cancelled' },
    },
  ],
  [undefined, { type: 'RUN_ERROR', code: 'cancelled' }],
])('a client of version %s is told that a thread was cancelled', async (protocolVersion, end) => {
  const send = serve();
  const { id } = (await (await send({ path: '/threads', body: launch })).json()) as { id: string };
  await send({ path: `/threads/${id}/cancel`, body: {} });
  const response = await send({
    body: input({ messages: [], protocolVersion }),
  });
  expect(eventsIn(await response.text()).slice(-1)[0]).toMatchObject(end);
});

const launch = { message: 'go', conversation: 'chat' };

test('a first message may have any id', async () => {
  const own = message({ id: 'undefined:1' });
  const response = await serve()({ body: input({ messages: [own] }) });
  const [, snapshot] = eventsIn(await response.text());
  expect(snapshot).toMatchObject({ messages: expect.arrayContaining([own]) });
});

test('a run ends with the server, and says so', async () => {
  const { agent } = toyAgent([]);
  const model = () => new Promise<never>(() => undefined);
  const triggers = { 'ag-ui': agUiTrigger };
  const server = agentServer(
    { ...agent, model, triggers },
    { isPrivate: true, log: () => undefined },
  );
  const headers = { 'content-type': 'application/json' };
  const init = {
    method: 'POST',
    headers,
    body: JSON.stringify(input()),
  };
  const response = await server.fetch(new Request('http://localhost/ag-ui', init));
  const text = response.text();
  await server.stop(0);
  const end = { type: 'RUN_ERROR', code: 'cut_off' };
  expect(eventsIn(await text).slice(-1)[0]).toMatchObject(end);
});

test('in a worker it is closed', () => {
  const { agent } = toyAgent([]);
  const log = () => undefined;
  expect(agUiTrigger({ agent, log, wake: () => undefined }).fetch).toBeUndefined();
});

describe('a draft', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const go: Event = {
    type: 'message',
    channel: 'http',
    from: 'ada',
    text: 'go',
    at,
  };
  const failed: Event = {
    type: 'model_error',
    error: 'cut off',
    at,
  };
  const said = (text: string, place: number): Event => ({
    type: 'tool_call',
    call_id: `t:${place}`,
    step: { intent: 'say', text },
    awaits: 'message',
    at,
  });

  /** Runs a thread in which these drafts and events happen, one after the other. */
  async function run(changes: readonly (readonly string[] | Event)[]) {
    const events: AgentClient['events'] = async function* (_, options) {
      let version = 1;
      const { onDraft } = options ?? {};
      for (const change of changes) {
        // The run takes a draft before the next one comes.
        await new Promise((resolve) => setTimeout(resolve, 5));
        if ('type' in change) {
          onDraft?.(undefined);
          yield {
            version: (version += 1),
            status: 'thinking',
            event: change,
          };
          continue;
        }
        const texts = Object.fromEntries(change.map((text, place) => [`field${place}`, text]));
        onDraft?.(change.length > 0 ? { intent: 'say', texts } : undefined);
      }
    };
    const { signal } = new AbortController();
    const { agent: clock } = toyAgent([]);
    const client = { events } as Pick<AgentClient, 'events'> as AgentClient;
    const thread = {
      id: 't',
      status: 'thinking',
      version: 1,
      open: null,
      events: [go],
    } as const;
    const input = {
      threadId: 'c',
      runId: 'r',
      messages: [],
      resume: [],
    };
    const options = { client, clock, input, warnings: [] };
    const sent: RunEvent[] = [];
    const document = { ...thread, usage: initial.usage };
    for await (const event of runThread({ ...options, gone: signal, stopping: signal }, document))
      sent.push(event);
    return sent.slice(2).map(lineOf);
  }

  function lineOf(event: RunEvent): string {
    switch (event.type) {
      case 'TEXT_MESSAGE_START':
      case 'TEXT_MESSAGE_END':
        return `${event.type.slice(13)} ${event.messageId}`;
      case 'TEXT_MESSAGE_CONTENT':
        return event.delta;
      case 'MESSAGES_SNAPSHOT':
        return `SNAPSHOT ${event.messages.map(({ id }) => id).join(' ')}`;
      default:
        return event.type;
    }
  }

  test.each([
    [
      'is completed by what is saved',
      [['Hel'], ['Hello,'], said('Hello, ada.', 1)],
      ['START t:1', 'Hel', 'lo,', ' ada.', 'END t:1'],
    ],
    [
      'can have several texts',
      [['A title'], ['A title', 'and'], said('A title', 1)],
      [
        'START t:1',
        'A title',
        '\n\nand',
        'END t:1',
        'SNAPSHOT t:0',
        'START t:1',
        'A title',
        'END t:1',
      ],
    ],
    [
      'that is withdrawn goes away, and another one comes',
      [['Hel'], [], ['Good'], said('Good day.', 1)],
      ['START t:1', 'Hel', 'END t:1', 'SNAPSHOT t:0', 'START t:1', 'Good', ' day.', 'END t:1'],
    ],
    [
      'that was not saved goes away',
      [['Hel'], failed, said('Good day.', 2)],
      ['START t:1', 'Hel', 'END t:1', 'SNAPSHOT t:0', 'START t:2', 'Good day.', 'END t:2'],
    ],
    [
      'that differs from what is saved gives way',
      [['Good night'], said('Good day.', 1)],
      ['START t:1', 'Good night', 'END t:1', 'SNAPSHOT t:0', 'START t:1', 'Good day.', 'END t:1'],
    ],
    ['that never came, of an empty text, has no content', [said('', 1)], ['START t:1', 'END t:1']],
    [
      'that was withdrawn twice is gone once',
      [[], ['a'], [], []],
      ['START t:1', 'a', 'END t:1', 'SNAPSHOT t:0'],
    ],
  ])('%s', async (_, changes, expected) => {
    const end = changes.some((change) => 'type' in change && change.type === 'tool_call')
      ? 'RUN_FINISHED'
      : 'RUN_ERROR';
    expect(await run(changes)).toEqual([...expected, end]);
  });
});
