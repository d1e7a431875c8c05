import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Notice } from '../../registry/agent/channels/channel.ts';
import type { People } from '../../registry/agent/channels/directory.ts';
import type { OpenTrigger } from '../../registry/agent/core/agent.ts';
import type { Store } from '../../registry/agent/core/store.ts';
import { slackChannel } from '../../registry/agent/slack/channel.ts';
import { callSlack, tokenProblem } from '../../registry/agent/slack/client.ts';
import { slackTrigger } from '../../registry/agent/slack/trigger.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { headersOf } from '../support/generated/fake-slack/deliver-by-http.ts';
import { fakeSlack, mention, type FakeSlack } from '../support/generated/fake-slack/fake-slack.ts';
import {
  breakDown,
  hang,
  rateLimit,
  refuse,
  resetAfter,
} from '../support/generated/fake-slack/faults.ts';
import { ids } from '../support/generated/fake-slack/workspace.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  vi.unstubAllEnvs();
});

const [ada, channel] = ['U0ADA', 'C0RELEASES'];
const people: People = {
  personFor: (account) => (account === `slack:${ids.team}:${ada}` ? 'ada' : undefined),
  accountsOf: () => [],
  mayStart: ({ person }) => person !== undefined,
  startsPerDay: 50,
  remindAfterMs: [],
  escalation: { to: [], afterMs: 0 },
};

async function openSlack(by: 'http' | 'socket'): Promise<FakeSlack> {
  const slack = await fakeSlack({ by, minuteMs: 500, pingMs: 1_000, echoes: false });
  ends.push(() => slack.stop());
  slack.create(channel);
  slack.join(ada);
  vi.stubEnv('SLACK_API_URL', slack.apiUrl);
  vi.stubEnv('SLACK_BOT_TOKEN', ids.botToken);
  const { signingSecret, appToken } = ids;
  vi.stubEnv('SLACK_SIGNING_SECRET', by === 'http' ? signingSecret : '');
  vi.stubEnv('SLACK_APP_TOKEN', by === 'socket' ? appToken : '');
  return slack;
}

const notice: Notice = {
  id: 't_1:3/0',
  kind: 'approval',
  thread: 't_1',
  call_id: 't_1:3',
  to: `${ids.team}:${ada}`,
  text: 'it writes',
  step: { intent: 'write' },
  reminder: 0,
};
const { signal } = new AbortController();
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a call of the Web API', () => {
  test('that is rate limited is not repeated, and says how long to wait', async () => {
    const slack = await openSlack('http');
    slack.faults.once('chat.postMessage', rateLimit(7));
    const error = await errorOf(slackChannel().send(notice, signal));
    expect(error).toMatchObject({ code: 'ratelimited', retryAfterMs: 7_000 });
    expect(slack.calls).toHaveLength(1);
  });

  test.each([breakDown(503), refuse('internal_error')])(
    'that fails is not repeated, and fails',
    async (fault) => {
      const slack = await openSlack('http');
      slack.faults.once('chat.postMessage', fault);
      expect(await errorOf(slackChannel().send(notice, signal))).toBeInstanceOf(Error);
      expect(slack.calls).toHaveLength(1);
    },
  );

  test('that is not answered ends with its signal', async () => {
    const slack = await openSlack('http');
    slack.faults.once('chat.postMessage', hang);
    const abort = new AbortController();
    const sent = errorOf(slackChannel().send(notice, abort.signal));
    await vi.waitFor(() => expect(slack.calls).toHaveLength(1));
    abort.abort();
    expect(await sent).toBeInstanceOf(Error);
  });

  test.each([notice.to, `${ids.team}:${channel}`])(
    'whose answer is lost is found afterwards in %s, and is there once',
    async (to) => {
      const slack = await openSlack('http');
      slack.faults.once('chat.postMessage', resetAfter);
      const outbox = slackChannel();
      expect(await errorOf(outbox.send({ ...notice, to }, signal))).toBeInstanceOf(Error);
      const [message] = slack.messages;
      const found = await outbox.find?.({ ...notice, to }, signal);
      expect(found).toBe(`${message?.channel}:${message?.ts}`);
      expect(await outbox.find?.({ ...notice, to, id: 'other' }, signal)).toBeUndefined();
    },
  );

  test('with a revoked token names the problem until a call succeeds, and never the token', async () => {
    const slack = await openSlack('http');
    slack.revoked.add(ids.botToken);
    const error = await errorOf(slackChannel().send(notice, signal));
    expect(String(error)).toContain('token_revoked');
    expect(JSON.stringify([error, String(error)])).not.toContain(ids.botToken);
    expect(tokenProblem()).toContain('token_revoked');
    slack.revoked.clear();
    await callSlack('auth.test', {});
    expect(tokenProblem()).toBeUndefined();
  });

  test('takes all blocks of a request, and of how it was answered', async () => {
    const slack = await openSlack('http');
    const huge = { ...notice, text: '<!channel> "&" '.repeat(900), choices: ['<x>', 'y'] };
    const ref = await slackChannel().send({ ...huge, kind: 'question' }, signal);
    await slackChannel().send({ ...notice, kind: 'answered', request: ref }, signal);
    expect(slack.messages).toHaveLength(1);
    expect(slack.messages[0]?.before).toHaveLength(1);
  });
});

type Lines = { level: string; message: string; error?: string }[];

/** Opens the trigger of an agent, which Slack then reaches. */
async function openTrigger(slack: FakeSlack, store: Store = memoryStore()) {
  const { agent } = toyAgent([], { store });
  const lines: Lines = [];
  const woken: string[] = [];
  const host = {
    agent: { ...agent, now: Date.now },
    wake: (id: string) => woken.push(id),
    log: (line: Lines[number]) => lines.push(line),
  };
  const trigger = slackTrigger(people)(host);
  ends.push(() => trigger.stop?.());
  if (trigger.fetch) slack.deliverTo(await serve(trigger));
  return { trigger, lines, woken, agent };
}

/** Serves the requests of a trigger, as an Express app does. */
async function serve({ fetch: answer }: OpenTrigger): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url = '/', method = 'GET', headers } = request;
    const init = { method, headers: new Headers(headers as Record<string, string>) };
    const body = method === 'GET' ? {} : { body: Buffer.concat(chunks) };
    const answered = await answer?.(new Request(`http://a.example${url}`, { ...init, ...body }));
    response.writeHead(answered?.status ?? 500);
    response.end(await answered?.text());
  });
  ends.push(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack`;
}

const settled = async ({ deliveries }: FakeSlack) =>
  await vi.waitFor(
    () => expect(deliveries.map(({ state }) => state).filter((one) => one === 'going')).toEqual([]),
    { timeout: 25_000 },
  );
const messagesIn = async (store: Store) => {
  const threads = await store.list({ limit: 100 });
  const events = await Promise.all(threads.map(({ id }) => store.load(id)));
  return events.flat().flatMap((event) => (event.type === 'message' ? [event.text] : []));
};

describe.each(['http', 'socket'] as const)('by %s', (by) => {
  const connected = async (slack: FakeSlack) => {
    if (by === 'http') return;
    await vi.waitFor(() => expect(slack.socket.count()).toBe(1), { timeout: 20_000 });
  };

  test('each message is taken once, and then acknowledged', async () => {
    const slack = await openSlack(by);
    const { agent, woken } = await openTrigger(slack);
    await connected(slack);
    for (const text of ['one', 'two']) slack.say(ada, channel, `${mention} ${text}`);
    slack.say(ada, slack.direct(ada), 'three');
    await settled(slack);
    expect(slack.deliveries.map(({ attempts }) => attempts.length)).toEqual([1, 1, 1, 1, 1]);
    expect((await messagesIn(agent.store)).toSorted()).toEqual(['one', 'three', 'two']);
    expect(new Set(woken).size).toBe(3);
  });

  test('what could not be saved is delivered again', async () => {
    const slack = await openSlack(by);
    const store = memoryStore();
    let failures = 2;
    const append: Store['append'] = async (...args) => {
      if (failures-- > 0) throw new Error('disk full');
      return await store.append(...args);
    };
    const { agent, lines } = await openTrigger(slack, { ...store, append });
    await connected(slack);
    slack.say(ada, slack.direct(ada), 'hello');
    await settled(slack);
    expect(slack.deliveries.map(({ state }) => state)).toEqual(['taken']);
    expect(await messagesIn(agent.store)).toEqual(['hello']);
    expect(lines.map(({ error }) => error)).toContain('disk full');
  });
});

describe('an HTTP request', () => {
  const post = async (body: string, headers: Record<string, string>) => {
    const slack = await openSlack('http');
    const { trigger, agent } = await openTrigger(slack);
    const init = { method: 'POST', body, headers };
    const response = await trigger.fetch?.(new Request('http://a.example/slack', init));
    return { status: response?.status, text: await response?.text(), store: agent.store };
  };
  const json = 'application/json';
  const challenge = JSON.stringify({ type: 'url_verification', challenge: 'abc' });

  test('that verifies the URL is answered with its challenge', async () => {
    const { status, text } = await post(challenge, headersOf(challenge, json));
    expect([status, text]).toEqual([200, '{"challenge":"abc"}']);
  });

  const old = Math.floor(Date.now() / 1_000) - 400;
  test.each<[string, string, Record<string, string>, number]>([
    ['without a signature', challenge, { 'content-type': json }, 401],
    ['with a signature of another body', challenge, headersOf('{}', json), 401],
    ['that is old', challenge, headersOf(challenge, json, old), 401],
    ['that is no JSON', '{', headersOf('{', json), 400],
    ['that is no object', '7', headersOf('7', json), 400],
    ['that is not UTF-8', '\ud800', headersOf('\ufffd', json), 400],
    ['that is larger than 1 MB', 'x'.repeat(1_048_577), headersOf('', json), 413],
  ])('%s is refused', async (_, body, headers, expected) => {
    const { status, store } = await post(body, headers);
    expect(status).toBe(expected);
    expect(await messagesIn(store)).toEqual([]);
  });

  test('to a store that is slow is answered in time, so that Slack delivers again', async () => {
    const slack = await openSlack('http');
    const store = { ...memoryStore(), load: () => new Promise<never>(() => {}) };
    await openTrigger(slack, store);
    slack.say(ada, slack.direct(ada), 'hello');
    await vi.waitFor(() => expect(slack.deliveries[0]?.attempts).not.toEqual([]), {
      timeout: 5_000,
    });
    expect(slack.deliveries[0]?.attempts[0]?.failed).toBe('http_error');
  });
});

describe('Socket Mode', () => {
  test.each([
    ['is refreshed', (slack: FakeSlack) => slack.socket.refresh('refresh_requested')],
    ['is dropped', (slack: FakeSlack) => slack.socket.drop()],
    ['gets a frame without an event', (slack: FakeSlack) => slack.socket.send(withoutEvent)],
  ])('goes on after a connection %s', async (_, disturb) => {
    const slack = await openSlack('socket');
    const { agent, lines } = await openTrigger(slack);
    await vi.waitFor(() => expect(slack.socket.count()).toBe(1), { timeout: 20_000 });
    disturb(slack);
    slack.say(ada, slack.direct(ada), 'hello');
    await settled(slack);
    await vi.waitFor(async () => expect(await messagesIn(agent.store)).toEqual(['hello']));
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
  const withoutEvent = JSON.stringify({
    type: 'events_api',
    envelope_id: 'e1',
    payload: { type: 'app_rate_limited', team_id: ids.team },
  });

  test('connects although Slack fails at first, and logs it once', async () => {
    const slack = await openSlack('socket');
    slack.faults.once('apps.connections.open', breakDown(503), refuse('internal_error'));
    const { lines } = await openTrigger(slack);
    await vi.waitFor(() => expect(slack.socket.count()).toBe(1), { timeout: 20_000 });
    await vi.waitFor(() =>
      expect(lines.map(({ message }) => message)).toEqual([
        'No connection to Slack, trying on',
        'Connected to Slack again',
      ]),
    );
  });

  test('names a revoked app token as its problem, and never the token', async () => {
    const slack = await openSlack('socket');
    slack.revoked.add(ids.appToken);
    const { trigger, lines } = await openTrigger(slack);
    await vi.waitFor(() => expect(trigger.problem?.()).toContain('token_revoked'));
    expect(JSON.stringify([lines, trigger.problem?.()])).not.toContain(ids.appToken);
  });

  test('stops, and takes nothing more', async () => {
    const slack = await openSlack('socket');
    const { trigger } = await openTrigger(slack);
    await vi.waitFor(() => expect(slack.socket.count()).toBe(1), { timeout: 20_000 });
    await trigger.stop?.();
    await vi.waitFor(() => expect(slack.socket.count()).toBe(0), { timeout: 10_000 });
  });
});

test.each([
  ['SLACK_BOT_TOKEN', { SLACK_BOT_TOKEN: '' }],
  ['SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET', { SLACK_BOT_TOKEN: 'xoxb-1' }],
])('without %s it does not open, and says so', (expected, env) => {
  for (const name of ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET']) vi.stubEnv(name, ' ');
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const { agent } = toyAgent([]);
  const host = { agent, wake: () => {}, log: () => {} };
  expect(() => slackTrigger(people)(host)).toThrow(`Set ${expected}`);
});
