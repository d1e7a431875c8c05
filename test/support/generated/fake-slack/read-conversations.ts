import {
  requireChannel,
  requireText,
  SlackError,
  type Args,
  type Result,
} from './web-api-methods.ts';
import { ids, type SlackMessage, type Workspace } from './workspace.ts';

/** `conversations.history`: newest first, without the replies in threads. */
export function readHistory(args: Args, workspace: Workspace): Result {
  const channel = requireChannel(args, workspace);
  const all = workspace.messages.filter(
    (one) => one.channel === channel && !one.isDeleted && one.thread_ts === undefined,
  );
  return toPage(between(all, args).toReversed(), args, 100, 999);
}

/** `conversations.replies`: oldest first, and the root of the thread before them. */
export function readReplies(args: Args, workspace: Workspace): Result {
  const channel = requireChannel(args, workspace);
  const ts = requireText(args, 'ts');
  const root = workspace.find(channel, ts);
  if (root === undefined) throw new SlackError('thread_not_found');
  const replies = workspace
    .thread(channel, root.thread_ts ?? ts)
    .filter((one) => !one.isDeleted && one !== root);
  return toPage([root, ...between(replies, args)], args, 1_000, 1_000);
}

function between(all: readonly SlackMessage[], { oldest = '0', latest, inclusive }: Args) {
  const [from, to] = [Number(oldest), latest === undefined ? Infinity : Number(latest)];
  const isIncluded = inclusive === true || inclusive === 'true' || inclusive === '1';
  return all.filter(({ ts }) => {
    const at = Number(ts);
    return (at > from && at < to) || (isIncluded && (at === from || at === to));
  });
}

function toPage(all: readonly SlackMessage[], args: Args, usual: number, most: number): Result {
  const limit = Number(args['limit'] ?? usual);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw new SlackError('invalid_limit');
  const start = Number(args['cursor'] || 0);
  if (Number.isNaN(start)) throw new SlackError('invalid_cursor');
  const has_more = start + limit < all.length;
  const isTrue = [true, 'true', '1', 1].includes(args['include_all_metadata'] as string);
  const messages = all.slice(start, start + limit).map((one) => toReadable(one, isTrue));
  const next_cursor = has_more ? String(start + limit) : '';
  return { messages, has_more, response_metadata: { next_cursor } };
}

/** Only who asks for metadata gets it. */
export function toReadable(message: SlackMessage, withMetadata: boolean): Result {
  const { before, metadata, channel: _, ...fields } = message;
  const edited = before.length > 0 ? { edited: { user: message.user, ts: message.ts } } : {};
  const app = message.bot_id === undefined ? {} : { app_id: ids.app };
  const shown = withMetadata && metadata !== undefined ? { metadata } : {};
  return { type: 'message', team: ids.team, ...fields, ...app, ...edited, ...shown };
}
