/** A message as Slack keeps it. `client_msg_id` and `user` are a person's, `bot_id` the app's. */
export type SlackMessage = {
  channel: string;
  ts: string;
  thread_ts?: string;
  user: string;
  bot_id?: string;
  text: string;
  blocks?: readonly Block[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  /** What each update replaced, oldest first. */
  before: readonly { text: string; blocks?: readonly Block[] | undefined }[];
  isDeleted?: true;
};

export type Block = Readonly<Record<string, unknown>>;

/** `team` is another workspace's id for a person of a shared channel. */
export type SlackUser = { team?: string; is_restricted?: boolean; is_bot?: boolean };

export type Ephemeral = { channel: string; user?: string; text: string; thread_ts?: string };

export type Workspace = ReturnType<typeof openWorkspace>;

/** The ids of the one workspace that there is, and of the one app in it. */
export const ids = {
  team: 'T0001',
  app: 'A0001',
  bot_id: 'B0001',
  bot: 'U0BOT',
  botToken: 'xoxb-1-fake',
  appToken: 'xapp-1-fake',
  signingSecret: 'fake-signing-secret',
} as const;

/** A workspace without people. The app is in all of its channels, except those of `withoutApp`. */
export function openWorkspace() {
  const messages: SlackMessage[] = [];
  const ephemerals: Ephemeral[] = [];
  const users = new Map<string, SlackUser>([[ids.bot, { is_bot: true }]]);
  const channels = new Map<string, { user?: string; hasApp: boolean }>();
  let count = 0;
  const nextTs = () => `${Math.floor(Date.now() / 1000)}.${String(++count).padStart(6, '0')}`;
  return {
    messages,
    ephemerals,
    users,
    channels,
    nextTs,
    /** Adds a person. */
    join(user: string, about: SlackUser = {}): string {
      users.set(user, about);
      return user;
    },
    /** Adds a channel. */
    create(channel: string, hasApp = true): string {
      channels.set(channel, { hasApp });
      return channel;
    },
    /** The conversation of a person with the app. */
    direct(user: string): string {
      const channel = `D${user.slice(1)}`;
      channels.set(channel, { user, hasApp: true });
      return channel;
    },
    find: (channel: string, ts: string): SlackMessage | undefined =>
      messages.find((one) => one.channel === channel && one.ts === ts && !one.isDeleted),
    add(message: Omit<SlackMessage, 'ts' | 'before'>): SlackMessage {
      const added = { ...message, ts: nextTs(), before: [] };
      messages.push(added);
      return added;
    },
    /** Replaces what a message says; what is left out stays, except blocks. */
    change(message: SlackMessage, { text, blocks }: { text?: string; blocks?: readonly Block[] }) {
      message.before = [...message.before, { text: message.text, blocks: message.blocks }];
      message.text = text ?? message.text;
      if (blocks !== undefined) message.blocks = blocks;
      else if (text !== undefined) delete message.blocks;
    },
    /** All of a thread, oldest first, the root included. */
    thread: (channel: string, ts: string) =>
      messages.filter((one) => one.channel === channel && (one.ts === ts || one.thread_ts === ts)),
  };
}

/** Whether a channel is a conversation of one person with the app. */
export const isDirect = (channel: string): boolean => channel.startsWith('D');
