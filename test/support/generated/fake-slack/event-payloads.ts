import { randomUUID } from 'node:crypto';
import { toReadable } from './read-conversations.ts';
import { ids, isDirect, type SlackMessage, type SlackUser, type Workspace } from './workspace.ts';

/** An event as Slack delivers it: the same `event_id` on each attempt. */
export type EventPayload = Readonly<Record<string, unknown> & { event_id: string }>;

let eventCount = 0;

/** Wraps an event as the body of a delivery. */
export function toPayload(event: Record<string, unknown>, isShared = false): EventPayload {
  const event_id = `Ev${String(++eventCount).padStart(9, '0')}`;
  const authorization = { enterprise_id: null, team_id: ids.team, user_id: ids.bot, is_bot: true };
  return {
    type: 'event_callback',
    event_id,
    event,
    token: 'legacy',
    team_id: ids.team,
    context_team_id: ids.team,
    api_app_id: ids.app,
    event_time: Math.floor(Date.now() / 1000),
    event_context: '4-fake',
    authorizations: [{ ...authorization, is_enterprise_install: false }],
    is_ext_shared_channel: isShared,
  };
}

/**
 * The events of a message that a person or the app posted. A mention of the app in a channel is two
 * events. Of its own messages, the app gets only `message`.
 */
export function eventsOfMessage(message: SlackMessage, workspace: Workspace): EventPayload[] {
  const { channel, user, ts, text, bot_id } = message;
  const about = workspace.users.get(user);
  const fields = { ...toReadable(message, false), ...teamsOf(about), channel, event_ts: ts };
  const own = bot_id === undefined ? { client_msg_id: randomUUID() } : {};
  const isShared = about?.team !== undefined;
  const said = toPayload(
    { ...fields, ...own, type: 'message', channel_type: typeOf(channel) },
    isShared,
  );
  const isMention = text.includes(`<@${ids.bot}>`) && !isDirect(channel) && bot_id === undefined;
  if (!isMention) return [said];
  return [toPayload({ ...fields, ...own, type: 'app_mention' }, isShared), said];
}

/** The event of a message that was changed or deleted. */
export function eventOfChange(message: SlackMessage, before: SlackMessage): EventPayload {
  const { channel, ts, isDeleted } = message;
  const event_ts = `${ts}1`;
  const where = { channel, channel_type: typeOf(channel), ts: event_ts, event_ts };
  const common = { type: 'message', hidden: true, ...where };
  const previous_message = toReadable(before, false);
  if (isDeleted)
    return toPayload({
      ...common,
      subtype: 'message_deleted',
      deleted_ts: ts,
      previous_message,
    });
  return toPayload({
    ...common,
    subtype: 'message_changed',
    message: toReadable(message, false),
    previous_message,
  });
}

function teamsOf(about: SlackUser | undefined) {
  if (about?.team === undefined) return {};
  return { team: about.team, user_team: about.team, source_team: about.team };
}

const typeOf = (channel: string): string => (isDirect(channel) ? 'im' : 'channel');
