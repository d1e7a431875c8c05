import { flawOfBlocks, flawOfMetadata, flawOfView, type Flaw } from './check-blocks.ts';
import { ids, isDirect, type Block, type SlackMessage, type Workspace } from './workspace.ts';

export type Args = Readonly<Record<string, unknown>>;
export type Result = Readonly<Record<string, unknown>>;

/** Refuses a call, as Slack does: HTTP 200 with `ok: false`. */
export class SlackError extends Error {
  readonly detail: string | undefined;
  constructor(error: string, detail?: string) {
    super(error);
    this.detail = detail;
  }
}

/** What methods change and ask besides the workspace. */
export type Surroundings = {
  readonly workspace: Workspace;
  /** Uses a trigger of an interaction up. @throws SlackError */
  useTrigger: (trigger_id: string) => { user: string };
  openView: (view: Block, user: string) => Block;
  /** Returns a WebSocket URL that works once. */
  connect: () => string;
  /** Tells that the app posted or changed a message. */
  posted: (message: SlackMessage) => void;
  changed: (message: SlackMessage) => void;
};

type Method = (args: Args, around: Surroundings) => Result;

/** What each method does, after its token was checked. */
export const methods: Readonly<Record<string, Method>> = {
  'auth.test': () => ({
    url: 'https://fake.slack.com/',
    team: 'Fake',
    user: 'agent',
    team_id: ids.team,
    user_id: ids.bot,
    bot_id: ids.bot_id,
    is_enterprise_install: false,
  }),
  'chat.postMessage': postMessage,
  'chat.update': updateMessage,
  'chat.postEphemeral'(args, { workspace }) {
    const channel = requireChannel(args, workspace);
    const user = requireText(args, 'user');
    if (!workspace.users.has(user)) throw new SlackError('user_not_in_channel');
    const { text } = requireContent(args);
    const thread = typeof args['thread_ts'] === 'string' ? { thread_ts: args['thread_ts'] } : {};
    workspace.ephemerals.push({ channel, user, text, ...thread });
    return { message_ts: workspace.nextTs() };
  },
  'conversations.open'(args, { workspace }) {
    const users = requireText(args, 'users').split(',');
    const [user = ''] = users;
    const about = workspace.users.get(user);
    if (about === undefined || users.length > 1) throw new SlackError('user_not_found');
    if (about.is_bot) throw new SlackError('cannot_dm_bot');
    return { channel: { id: workspace.direct(user) } };
  },
  'users.info'(args, { workspace }) {
    const id = requireText(args, 'user');
    const about = workspace.users.get(id);
    if (about === undefined) throw new SlackError('user_not_found');
    const { team = ids.team, ...flags } = about;
    return { user: { id, team_id: team, name: id.toLowerCase(), deleted: false, ...flags } };
  },
  'views.open'(args, { useTrigger, openView }) {
    const view = args['view'];
    const { user } = useTrigger(requireText(args, 'trigger_id'));
    refuseIf(flawOfView(view));
    return { view: openView(view as Block, user) };
  },
  'apps.connections.open': (_, { connect }) => ({ url: connect() }),
};

function postMessage(args: Args, { workspace, posted }: Surroundings): Result {
  const channel = requireChannel(args, workspace);
  const { text, blocks } = requireContent(args);
  const { metadata, thread_ts } = args;
  if (metadata !== undefined) refuseIf(flawOfMetadata(metadata));
  if (thread_ts !== undefined && !workspace.find(channel, String(thread_ts)))
    throw new SlackError('thread_not_found');
  const message = workspace.add({
    channel,
    user: ids.bot,
    bot_id: ids.bot_id,
    text,
    ...(blocks !== undefined && { blocks }),
    ...(thread_ts !== undefined && { thread_ts: String(thread_ts) }),
    ...(metadata !== undefined && { metadata: metadata as NonNullable<SlackMessage['metadata']> }),
  });
  posted(message);
  return { channel, ts: message.ts, message: { ...message, type: 'message', team: ids.team } };
}

function updateMessage(args: Args, { workspace, changed }: Surroundings): Result {
  const channel = requireChannel(args, workspace);
  const ts = requireText(args, 'ts');
  const message = workspace.find(channel, ts);
  if (message === undefined) throw new SlackError('message_not_found');
  if (message.bot_id !== ids.bot_id) throw new SlackError('cant_update_message');
  workspace.change(message, requireContent(args));
  changed(message);
  return { channel, ts, text: message.text, message: { ...message, type: 'message' } };
}

/** A person's id works as the channel of their conversation with the app. */
export function requireChannel(args: Args, { channels, users, direct }: Workspace): string {
  const channel = requireText(args, 'channel');
  if (users.has(channel) && channel !== ids.bot) return direct(channel);
  const found = channels.get(channel);
  if (found === undefined) throw new SlackError('channel_not_found');
  if (!found.hasApp && !isDirect(channel)) throw new SlackError('not_in_channel');
  return channel;
}

export function requireText(args: Args, name: string): string {
  const value = args[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new SlackError('invalid_arguments', `missing required field: ${name}`);
}

function requireContent({ text, blocks }: Args): { text: string; blocks?: readonly Block[] } {
  if (text !== undefined && typeof text !== 'string') throw new SlackError('invalid_arguments');
  if (!text && blocks === undefined) throw new SlackError('no_text');
  if ((text ?? '').length > 40_000) throw new SlackError('msg_too_long');
  if (blocks === undefined) return { text: text ?? '' };
  refuseIf(flawOfBlocks(blocks));
  return { text: text ?? '', blocks: blocks as readonly Block[] };
}

function refuseIf(flaw: Flaw | undefined): void {
  if (flaw !== undefined) throw new SlackError(flaw.error, flaw.detail);
}
