import type { Incoming } from '../channels/inbox.ts';
import { objectIn, textIn, type Json } from './json.ts';

/** The workspace of the app, and the user that it is there. */
export type Identity = { readonly team: string; readonly bot: string };

/** Where a person wrote or clicked. */
export type Place = Readonly<{ channel: string; user: string; thread_ts?: string | undefined }>;

export type SlackText = Readonly<{
  incoming: Incoming;
  place: Place;
  isDirect: boolean;
  /** The same mention also comes as the event `app_mention`. */
  hasTwin: boolean;
}>;

/** The kinds of messages that people write. Edits, deletions, joins and the like are others. */
const subtypes = [undefined, 'file_share', 'thread_broadcast'];

/**
 * Reads the message of an event. A mention in a channel comes as two events, `app_mention` and
 * `message`, in any order: both have the same key. Undefined for what is not said to the agent.
 */
export function readMessage(payload: Json, { team, bot }: Identity): SlackText | undefined {
  const event = objectIn(payload, 'event');
  const type = textIn(event, 'type');
  const [user, channel, ts] = [
    textIn(event, 'user'),
    textIn(event, 'channel'),
    textIn(event, 'ts'),
  ];
  if (type !== 'app_mention' && type !== 'message') return undefined;
  if (user === '' || channel === '' || ts === '' || isByMachine(event, bot)) return undefined;
  const said = textIn(event, 'text');
  const mention = new RegExp(`<@${bot}(\\|[^>]*)?>`, 'g');
  const isDirect = event['channel_type'] === 'im';
  const isMention = type === 'app_mention' || said.search(mention) >= 0;
  const root = textIn(event, 'thread_ts') || ts;
  const isReply = root !== ts;
  if (!isMention && !isDirect && !isReply) return undefined;
  const text = unescapeText(said.replace(mention, ' ')).trim();
  if (text === '' && !isMention) return undefined;
  const incoming = {
    ...accountOf(payload, event, team),
    channel: 'slack',
    conversation: `${team}:${channel}:${root}`,
    key: `${team}:${channel}:${ts}`,
    text,
    reply_to: `${team}:${channel}:${root}`,
    // A reply in a direct conversation may be one to a request, which has buttons.
    starts: isMention || !isReply,
  };
  const place = {
    channel,
    user,
    thread_ts: isReply ? root : undefined,
  };
  return { incoming, place, isDirect, hasTwin: isMention && type === 'message' && !isDirect };
}

/** Whether a program wrote it, or it is no new message. */
function isByMachine(event: Json, bot: string): boolean {
  const isOther = !subtypes.some((subtype) => subtype === event['subtype']);
  const isChanged = event['hidden'] === true || event['edited'] !== undefined;
  return isOther || isChanged || event['bot_id'] !== undefined || event['user'] === bot;
}

/** In a shared channel, people of other organizations have accounts in other workspaces. */
function accountOf(payload: Json, event: Json, team: string) {
  const teams = ['user_team', 'source_team', 'team'].map((field) => textIn(event, field));
  const other = teams.find((one) => one !== '' && one !== team);
  const isUnknown = payload['is_ext_shared_channel'] === true && teams.every((one) => one === '');
  const home = other ?? (isUnknown ? 'unknown' : team);
  const account = `slack:${home}:${textIn(event, 'user')}`;
  return { account, isExternal: home !== team };
}

/** Slack escapes three characters of what people write. */
function unescapeText(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}
