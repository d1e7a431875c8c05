import { expect, test } from 'vitest';
import { Undeliverable, type Notice } from '../channels/channel.ts';
import { promised } from '../core/errors.ts';
import { slackChannel } from './channel.ts';
import { SlackError, type CallSlack } from './client.ts';
import type { Json } from './json.ts';

const notice: Notice = {
  id: 't_1:3/0/slack:T1:C1:170.2',
  kind: 'approval',
  thread: 't_1',
  call_id: 't_1:3',
  to: 'T1:C1:170.2',
  text: 'it writes',
  step: { intent: 'write' },
  reminder: 0,
};
const { signal } = new AbortController();

/** A Slack that answers each method as told, and keeps what it was asked. */
function slackThat(answers: Readonly<Record<string, (args: Json) => Json>>) {
  const calls: [method: string, args: Json][] = [];
  const call: CallSlack = promised((method, args) => {
    calls.push([method, args]);
    return answers[method]?.(args) ?? {};
  });
  return {
    calls,
    channel: slackChannel(call),
  };
}
const posting = { 'chat.postMessage': () => ({ channel: 'C1', ts: '170.9' }) };

test.each([
  ['T1:C1:170.2', { channel: 'C1', thread_ts: '170.2' }],
  ['T1:C1', { channel: 'C1', thread_ts: undefined }],
  ['T1:U2', { channel: 'U2', thread_ts: undefined }],
])('a notice to %s is posted there, with its id, without mentions or previews', async (to, at) => {
  const { calls, channel } = slackThat(posting);
  expect(await channel.send({ ...notice, to }, signal)).toBe('C1:170.9');
  expect(calls).toMatchObject([
    [
      'chat.postMessage',
      {
        ...at,
        metadata: { event_type: 'agent_delivery', event_payload: { delivery: notice.id } },
        parse: 'none',
        link_names: false,
        unfurl_links: false,
        unfurl_media: false,
      },
    ],
  ]);
});

test('an answered request is updated and has no buttons', async () => {
  const { calls, channel } = slackThat({});
  const answered = {
    ...notice,
    kind: 'answered',
    request: 'D1:170.5',
  } as const;
  expect(await channel.send(answered, signal)).toBe('D1:170.5');
  expect(calls).toMatchObject([['chat.update', { channel: 'D1', ts: '170.5' }]]);
  expect(JSON.stringify(calls)).not.toContain('"button"');
  expect(await channel.find?.(answered, signal)).toBeUndefined();
});

const sent = { ts: '170.7', metadata: { event_payload: { delivery: notice.id } } };

test.each<[string, string, Record<string, (args: Json) => Json>, string | undefined]>([
  [
    'in a thread',
    'T1:C1:170.2',
    { 'conversations.replies': () => ({ messages: [{ ts: '170.2' }, sent] }) },
    'C1:170.7',
  ],
  [
    'on the second page',
    'T1:C1',
    {
      'conversations.history': ({ cursor }) =>
        cursor === 'next'
          ? { messages: [sent] }
          : { messages: [], response_metadata: { next_cursor: 'next' } },
    },
    'C1:170.7',
  ],
  [
    'in a direct conversation',
    'T1:U2',
    {
      'conversations.open': () => ({ channel: { id: 'D2' } }),
      'conversations.history': () => ({ messages: [sent] }),
    },
    'D2:170.7',
  ],
  [
    'nowhere',
    'T1:C1',
    {
      'conversations.history': () => ({
        messages: [{ ts: '170.7', metadata: { event_payload: { delivery: 'other' } } }],
      }),
    },
    undefined,
  ],
])('what was sent is found %s', async (_, to, answers, expected) => {
  expect(await slackThat(answers).channel.find?.({ ...notice, to }, signal)).toBe(expected);
});

test('the search ends, also in a conversation without end', async () => {
  const endless = () => ({ messages: [], response_metadata: { next_cursor: 'more' } });
  const { calls, channel } = slackThat({ 'conversations.replies': endless });
  expect(await channel.find?.(notice, signal)).toBeUndefined();
  expect(calls).toHaveLength(5);
});

test.each([
  ['channel_not_found', true],
  ['is_archived', true],
  ['user_not_found', true],
  ['not_in_channel', true],
  ['invalid_auth', false],
  ['token_revoked', false],
  ['ratelimited', false],
  ['internal_error', false],
  ['', false],
])('a failure with %s is final: %s', async (code, isFinal) => {
  const refuse = () => {
    throw new SlackError(`Slack answers ${code}`, code, 3_000);
  };
  const failure: unknown = await slackThat({ 'chat.postMessage': refuse })
    .channel.send(notice, signal)
    .catch((error: unknown) => error);
  expect(failure instanceof Undeliverable).toBe(isFinal);
  if (!isFinal) expect(failure).toMatchObject({ retryAfterMs: 3_000 });
});

test.each(['', 'T1', 'U2', 'T1:C1:170.2:3', 'T1:../x'])('the address "%s" is none', async (to) => {
  await expect(slackThat(posting).channel.send({ ...notice, to }, signal)).rejects.toThrow(
    Undeliverable,
  );
});
