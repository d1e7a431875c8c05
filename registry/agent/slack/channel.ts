import { Undeliverable, type Channel, type Notice } from '../channels/channel.ts';
import { toSlackMessage } from './blocks.ts';
import { callSlack, SlackError, type CallSlack } from './client.ts';
import { listIn, objectIn, textIn, type Json } from './json.ts';

/** Errors that a repeat does not change. Those of the token are not here: a person can fix them. */
const permanent = [
  'cannot_dm_bot cant_update_message channel_not_found edit_window_closed invalid_arguments',
  'invalid_blocks is_archived message_not_found messages_tab_disabled msg_blocks_too_long',
  'msg_too_long not_in_channel restricted_action restricted_action_read_only_channel',
  'thread_not_found user_disabled user_not_found',
].flatMap((codes) => codes.split(' '));

/** Looks at no more messages than this times a page, and none older. */
const MAX_PAGES = 5;
const PAGE = 200;
const MAX_AGE_S = 7 * 86_400;

/**
 * Reaches people and channels of the workspace of SLACK_BOT_TOKEN. An address is `T1:U2` for a
 * person, or `T1:C3` for a channel, or `T1:C3:170.4` for a thread in it. The id of what was sent is
 * `C3:170.5`.
 */
export function slackChannel(call: CallSlack = callSlack): Channel {
  const calling: CallSlack = async (...request) => {
    try {
      return await call(...request);
    } catch (error) {
      const isFinal = error instanceof SlackError && permanent.includes(error.code);
      throw isFinal ? new Undeliverable(error.message) : error;
    }
  };
  return {
    send: (notice, signal) => send(calling, notice, signal),
    find: (notice, signal) => find(call, notice, signal),
  };
}

async function send(call: CallSlack, notice: Notice, signal: AbortSignal) {
  const message = toSlackMessage(notice);
  if (notice.kind === 'answered' && notice.request !== undefined) {
    const [channel, ts] = notice.request.split(':');
    await call('chat.update', { ...message, channel, ts, parse: 'none' }, signal);
    return notice.request;
  }
  const { channel, thread_ts } = placeOf(notice);
  const event_payload = { delivery: notice.id };
  const args = {
    ...message,
    channel,
    thread_ts,
    metadata: {
      event_type: EVENT_TYPE,
      event_payload,
    },
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
  const reply = await call('chat.postMessage', args, signal);
  return `${reply['channel']}:${reply['ts']}`;
}

const EVENT_TYPE = 'agent_delivery';

/** Errors that keep the app from looking: then it may post twice. */
const cannotLook = ['missing_scope', 'not_in_channel', 'channel_not_found', 'thread_not_found'];

async function find(call: CallSlack, notice: Notice, signal: AbortSignal) {
  try {
    return await findDelivery(call, notice, signal);
  } catch (error) {
    if (error instanceof SlackError && cannotLook.includes(error.code)) return undefined;
    throw error;
  }
}

/** An update can be repeated: only what was posted is looked for. */
async function findDelivery(call: CallSlack, notice: Notice, signal: AbortSignal) {
  if (notice.kind === 'answered' && notice.request !== undefined) return undefined;
  const { channel: to, thread_ts: ts } = placeOf(notice);
  const channel = isUser(to) ? await openDirect(call, to, signal) : to;
  const method = ts === undefined ? 'conversations.history' : 'conversations.replies';
  const oldest = String(Math.floor(Date.now() / 1_000) - MAX_AGE_S);
  const query = {
    channel,
    ts,
    oldest,
    limit: PAGE,
    include_all_metadata: true,
  };
  let cursor = '';
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const reply = await call(method, { ...query, cursor }, signal);
    const found = listIn(reply, 'messages').find((one) => deliveryOf(one) === notice.id);
    if (found) return `${channel}:${textIn(found, 'ts')}`;
    cursor = textIn(objectIn(reply, 'response_metadata'), 'next_cursor');
    if (cursor === '') return undefined;
  }
  return undefined;
}

function deliveryOf(message: Json): string {
  return textIn(objectIn(message, 'metadata', 'event_payload'), 'delivery');
}

async function openDirect(call: CallSlack, users: string, signal: AbortSignal) {
  const reply = await call('conversations.open', { users }, signal);
  return textIn(objectIn(reply, 'channel'), 'id');
}

/** @throws Undeliverable for what is no address */
function placeOf({ to }: Notice): { channel: string; thread_ts?: string | undefined } {
  const [, channel, thread_ts] = /^\w+:(\w+)(?::([\d.]+))?$/.exec(to) ?? [];
  if (channel !== undefined) return { channel, thread_ts };
  throw new Undeliverable(`slack:${to} is no address. They look like slack:T0123:U0456.`);
}

const isUser = (id: string) => /^[UW]/.test(id);
