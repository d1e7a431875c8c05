import { SocketModeClient, LogLevel } from '@slack/socket-mode';
import { WebClient } from '@slack/web-api';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fakeSlack, mention, type FakeSlack } from '../support/generated/fake-slack/fake-slack.ts';
import { signatureOf } from '../support/generated/fake-slack/deliver-by-http.ts';
import { rateLimit, refuse, resetAfter } from '../support/generated/fake-slack/faults.ts';
import { ids } from '../support/generated/fake-slack/workspace.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Options = Parameters<typeof fakeSlack>[0];

async function openSlack(options: Partial<Options> = {}): Promise<FakeSlack> {
  const slack = await fakeSlack({ by: 'http', minuteMs: 30, ...options });
  ends.push(slack.stop);
  slack.join('U1');
  slack.create('C1');
  return slack;
}

const clientOf = (slack: FakeSlack, token: string = ids.botToken) =>
  new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } }) as const;
const button = (fields: object = {}) =>
  ({
    type: 'button',
    text: { type: 'plain_text', text: 'Approve' },
    action_id: 'approve',
    value: 't_1:1',
    ...fields,
  }) as const;
const divider = { type: 'divider' } as const;
const actions = (...elements: object[]) => ({ type: 'actions', elements }) as never;

describe("the Web API, by Slack's own client", () => {
  test('posts, updates and finds a message by its metadata', async () => {
    const slack = await openSlack();
    const client = clientOf(slack);
    const metadata = { event_type: 'delivery', event_payload: { id: 'd1' } };
    const blocks = [section('*Ship?*'), actions(button())];
    const root = slack.say('U1', 'C1', `${mention} ship`);
    const to = { channel: 'C1', thread_ts: root.ts };
    const { ts = '' } = await client.chat.postMessage({ ...to, text: 'Ship?', blocks, metadata });
    await client.chat.update({ channel: 'C1', ts, text: 'Approved by ada' });
    const thread = { channel: 'C1', ts: root.ts };
    const { messages } = await client.conversations.replies({
      ...thread,
      include_all_metadata: true,
    });
    expect(messages).toMatchObject([
      { ts: root.ts, user: 'U1' },
      { ts, text: 'Approved by ada', metadata, thread_ts: root.ts, bot_id: ids.bot_id },
    ]);
    const without = await client.conversations.replies(thread);
    expect(without.messages?.[1]).not.toHaveProperty('metadata');
    const history = await client.conversations.history({ channel: 'C1' });
    expect(history.messages?.map((one) => one.ts)).toEqual([root.ts]);
  });

  test('opens the conversation with a person, and gives pages', async () => {
    const slack = await openSlack();
    const client = clientOf(slack);
    const { channel } = await client.conversations.open({ users: 'U1' });
    for (const text of ['a', 'b', 'c'])
      await client.chat.postMessage({ channel: channel?.id ?? '', text });
    const first = await client.conversations.history({ channel: 'D1', limit: 2 });
    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await client.conversations.history({ channel: 'D1', limit: 2, cursor });
    const textsOf = ({ messages = [] }: typeof first) => messages.map(({ text }) => text);
    expect([textsOf(first), textsOf(second)]).toEqual([['c', 'b'], ['a']]);
  });

  const long = 'x'.repeat(3_001);
  test.each([
    ['channel_not_found', { channel: 'C9', text: 'x' }],
    ['not_in_channel', { channel: 'C2', text: 'x' }],
    ['no_text', { channel: 'C1', text: '' }],
    ['msg_too_long', { channel: 'C1', text: 'x'.repeat(40_001) }],
    ['thread_not_found', { channel: 'C1', text: 'x', thread_ts: '1.1' }],
    ['invalid_blocks', { channel: 'C1', text: 'x', blocks: [section(long)] }],
    ['invalid_blocks', { channel: 'C1', text: 'x', blocks: [section('')] }],
    [
      'invalid_blocks',
      { channel: 'C1', text: 'x', blocks: Array.from({ length: 51 }, () => divider) },
    ],
    ['invalid_blocks', { channel: 'C1', text: 'x', blocks: [actions(button(), button())] }],
    ['invalid_blocks', { channel: 'C1', text: 'x', blocks: [actions(button({ value: long }))] }],
    [
      'invalid_blocks',
      { channel: 'C1', text: 'x', blocks: [actions(button({ action_id: 'x'.repeat(256) }))] },
    ],
    [
      'invalid_blocks',
      {
        channel: 'C1',
        text: 'x',
        blocks: [actions(button({ text: { type: 'plain_text', text: 'x'.repeat(76) } }))],
      },
    ],
    ['msg_blocks_too_long', { channel: 'C1', text: 'x', blocks: Array(5).fill(section(long)) }],
    ['invalid_metadata_format', { channel: 'C1', text: 'x', metadata: { event_type: 'x' } }],
  ])('refuses with %s', async (error, message) => {
    const slack = await openSlack();
    slack.create('C2', false);
    const posting = clientOf(slack).chat.postMessage(message as never);
    await expect(posting).rejects.toMatchObject({ data: { ok: false, error } });
    expect(slack.messages).toEqual([]);
  });

  test.each([
    ['invalid_auth', 'xoxb-wrong'],
    ['not_allowed_token_type', ids.appToken],
    ['token_revoked', ids.botToken],
  ])('refuses a token with %s', async (error, token) => {
    const slack = await openSlack();
    if (error === 'token_revoked') slack.revoked.add(token);
    const posting = clientOf(slack, token).chat.postMessage({ channel: 'C1', text: 'x' });
    await expect(posting).rejects.toMatchObject({ data: { error } });
  });

  test('fails as told: once each, and after the message was posted', async () => {
    const slack = await openSlack();
    slack.faults.once('chat.postMessage', rateLimit(7), refuse('fatal_error'), resetAfter);
    const post = () => clientOf(slack).chat.postMessage({ channel: 'C1', text: 'x' });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    await expect(post()).rejects.toMatchObject({ data: { error: 'fatal_error' } });
    expect(slack.messages).toHaveLength(0);
    await expect(post()).rejects.toThrow();
    expect(slack.messages).toHaveLength(1);
  });
});

/** An app that keeps what Slack sends to it, and answers with these statuses, the last for ever. */
async function openApp(slack: FakeSlack, ...statuses: readonly number[]) {
  const heard: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    heard.push({ headers: request.headers, body });
    const status = statuses[Math.min(heard.length, statuses.length) - 1] ?? 200;
    if (status > 0) response.writeHead(status).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  slack.deliverTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack`);
  ends.push(() => (server.closeAllConnections(), server.close()));
  return heard;
}

describe('events by HTTP', () => {
  test('are signed; a mention is two events of one message, in either order', async () => {
    const firsts = new Set<unknown>();
    for (const half of [0, 0.9]) {
      const slack = await openSlack({ random: () => half });
      const heard = await openApp(slack, 200);
      slack.say('U1', 'C1', `${mention} ship`);
      await vi.waitFor(() => expect(heard).toHaveLength(2));
      const bodies = heard.map(({ body }) => JSON.parse(body));
      firsts.add(bodies[0].event.type);
      expect(new Set(bodies.map(({ event_id }) => event_id)).size).toBe(2);
      expect(new Set(bodies.map(({ event }) => event.ts)).size).toBe(1);
      for (const { headers, body } of heard) {
        const time = Number(headers['x-slack-request-timestamp']);
        expect(headers['x-slack-signature']).toBe(signatureOf(time, body));
      }
    }
    expect([...firsts].toSorted()).toEqual(['app_mention', 'message']);
  });

  test.each([
    ['taken at last', [500, 500, 500, 200], 'taken', ['http_error', 'http_error', 'http_error']],
    ['late', [0, 200], 'taken', ['http_timeout']],
    ['lost', [500], 'lost', ['http_error', 'http_error', 'http_error']],
  ] as const)('that are %s are repeated as Slack does it', async (_, statuses, state, reasons) => {
    const slack = await openSlack({ limitMs: 100 });
    const heard = await openApp(slack, ...statuses);
    slack.say('U1', slack.direct('U1'), 'hello');
    await vi.waitFor(() => expect(slack.deliveries[0]?.state).toBe(state));
    const retries = heard.slice(1).map(({ headers }) => headers);
    expect(retries.map((one) => one['x-slack-retry-reason'])).toEqual(reasons);
    expect(retries.map((one) => one['x-slack-retry-num'])).toEqual(
      reasons.map((_, n) => `${n + 1}`),
    );
    expect(new Set(heard.map(({ body }) => body)).size).toBe(1);
  });

  test('tell of edits, deletions and own messages as message events', async () => {
    const slack = await openSlack();
    const heard = await openApp(slack, 200);
    const message = slack.say('U1', 'C1', 'hello');
    slack.edit(message, 'hello!');
    slack.remove(message);
    await clientOf(slack).chat.postMessage({ channel: 'C1', text: 'x' });
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    const events = heard.map(({ body }) => JSON.parse(body).event);
    expect(events).toContainEqual(expect.objectContaining({ user: 'U1', text: 'hello' }));
    const subtypes = events.map(({ subtype }) => subtype).toSorted();
    expect(subtypes).toEqual(['message_changed', 'message_deleted', undefined, undefined]);
    expect(events).toContainEqual(expect.objectContaining({ bot_id: ids.bot_id, user: ids.bot }));
  });
});

describe('a click', () => {
  test('has the blocks of the last update; its trigger opens one view, which is sent', async () => {
    const slack = await openSlack();
    const heard = await openApp(slack, 200);
    const client = clientOf(slack);
    const blocks = [section('Ship?'), actions(button())];
    const { ts = '' } = await client.chat.postMessage({ channel: 'C1', text: 'Ship?', blocks });
    const message = slack.find('C1', ts);
    if (!message) throw new Error('it was not posted');
    await client.chat.update({
      channel: 'C1',
      ts,
      text: 'x',
      blocks: [actions(button({ value: '2' }))],
    });
    await slack.click('U1', message, 'approve');
    const payloads = () =>
      heard.flatMap(({ body }) => {
        const text = new URLSearchParams(body).get('payload');
        return text === null ? [] : [JSON.parse(text)];
      });
    const [{ trigger_id, response_url, ...clicked }] = payloads();
    expect(clicked).toMatchObject({
      type: 'block_actions',
      user: { id: 'U1', team_id: ids.team },
      actions: [{ action_id: 'approve', value: '2' }],
    });
    const view = {
      type: 'modal',
      title: { type: 'plain_text', text: 'Why?' },
      private_metadata: 't_1:1',
      blocks: [
        {
          type: 'input',
          block_id: 'reason',
          label: { type: 'plain_text', text: 'Reason' },
          element: { type: 'plain_text_input', action_id: 'text' },
        },
      ],
    } as const;
    await client.views.open({ trigger_id, view: view as never });
    const again = client.views.open({ trigger_id, view: view as never });
    await expect(again).rejects.toMatchObject({ data: { error: 'exchanged_trigger_id' } });
    await slack.submit('U1', { text: 'too early' });
    expect(payloads()[1]).toMatchObject({
      type: 'view_submission',
      view: {
        private_metadata: 't_1:1',
        state: { values: { reason: { text: { value: 'too early' } } } },
      },
    });
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ replace_original: true, text: 'done' });
    for (let n = 0; n < 5; n++) await fetch(response_url, { method: 'POST', headers, body });
    expect((await fetch(response_url, { method: 'POST', headers, body })).status).toBe(404);
    expect(slack.find('C1', ts)?.text).toBe('done');
  });

  test('opens nothing once its trigger has expired', async () => {
    const slack = await openSlack({ triggerMs: -1 });
    const heard = await openApp(slack, 200);
    const blocks = [actions(button())];
    const client = clientOf(slack);
    const { ts = '' } = await client.chat.postMessage({ channel: 'C1', text: 'x', blocks });
    const message = slack.find('C1', ts);
    if (message) await slack.click('U1', message, 'approve');
    const body = heard.find(({ body: text }) => text.startsWith('payload='))?.body;
    const { trigger_id } = JSON.parse(new URLSearchParams(body).get('payload') ?? '{}');
    const view = {
      type: 'modal',
      title: { type: 'plain_text', text: 'Why?' },
      blocks: [],
    } as const;
    await expect(client.views.open({ trigger_id, view: view as never })).rejects.toMatchObject({
      data: { error: 'expired_trigger_id' },
    });
  });
});

describe("Socket Mode, by Slack's own client", () => {
  async function listen(slack: FakeSlack, take: (event: SocketEvent) => unknown) {
    const client = new SocketModeClient({
      appToken: ids.appToken,
      logLevel: LogLevel.ERROR,
      clientPingTimeout: 300,
      serverPingTimeout: 500,
      clientOptions: { slackApiUrl: slack.apiUrl },
    });
    client.on('slack_event', take);
    ends.push(() => client.disconnect());
    await client.start();
    return client;
  }
  type SocketEvent = { ack: () => Promise<void>; retry_num: number; body: { event_id: string } };

  test('delivers to one of the connections, and again until it is acknowledged', async () => {
    const slack = await openSlack({ by: 'socket', limitMs: 100, echoes: false });
    const heard: [number, number, string][] = [];
    const take =
      (line: number) =>
      async ({ ack, retry_num, body }: SocketEvent) => {
        heard.push([line, retry_num, body.event_id]);
        if (retry_num === 2) await ack();
      };
    await listen(slack, take(0));
    await listen(slack, take(1));
    expect(slack.socket.count()).toBe(2);
    slack.say('U1', slack.direct('U1'), 'hello');
    await vi.waitFor(() => expect(slack.deliveries[0]?.state).toBe('taken'));
    expect(heard.map(([, retry]) => retry)).toEqual([0, 1, 2]);
    expect(new Set(heard.map(([line]) => line)).size).toBe(2);
    expect(new Set(heard.map(([, , id]) => id)).size).toBe(1);
  });

  test.each([
    ['refreshed', (slack: FakeSlack) => slack.socket.refresh('refresh_requested')],
    ['dropped', (slack: FakeSlack) => slack.socket.drop()],
    ['silent', (slack: FakeSlack) => slack.socket.silence()],
    [
      'reset while it connects again',
      (slack: FakeSlack) => (slack.socket.spoil('reset'), slack.socket.drop()),
    ],
  ])('connects again after a connection is %s', async (_, end) => {
    const slack = await openSlack({ by: 'socket', minuteMs: 2_000, pingMs: 50, echoes: false });
    let opened = 0;
    const client = await listen(slack, async ({ ack }: SocketEvent) => ack());
    client.on('connected', () => (opened += 1));
    end(slack);
    await vi.waitFor(() => expect(opened).toBe(1), { timeout: 10_000 });
    slack.say('U1', slack.direct('U1'), 'hello');
    await vi.waitFor(() => expect(slack.deliveries[0]?.state).toBe('taken'), { timeout: 10_000 });
  });
});
