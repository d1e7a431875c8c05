import { vi } from 'vitest';
import { buttonsOf } from './fake-slack/interactions.ts';
import type { FakeSlack } from './fake-slack/fake-slack.ts';
import { ids, type SlackMessage } from './fake-slack/workspace.ts';

/** Waits until there is such a thing. @throws if it does not come */
export async function found<T>(look: () => T | undefined, timeout = 30_000): Promise<T> {
  return await vi.waitFor(
    () => {
      const thing = look();
      if (thing === undefined) throw new Error(`there is no ${look}`);
      return thing;
    },
    { timeout, interval: 20 },
  );
}

/** The answers of the agent in the thread of a message. */
export function repliesTo({ messages }: FakeSlack, { channel, ts }: SlackMessage) {
  return messages.filter(
    (one) => one.channel === channel && one.thread_ts === ts && one.bot_id === ids.bot_id,
  );
}

/** Whether a person can still answer a message of the agent. */
export const isOpen = (message: SlackMessage): boolean => buttonsOf(message).length > 0;

/** All texts of a message, as people see them. */
export const shown = ({ text, blocks = [] }: SlackMessage): string =>
  [text, ...blocks.map((block) => JSON.stringify(block['text'] ?? block['elements']))].join('\n');

/** The open request with such a button in the thread of a message, once it is there. */
export const requestIn = (slack: FakeSlack, root: SlackMessage, action_id = 'approve') =>
  found(() =>
    repliesTo(slack, root).find((one) =>
      buttonsOf(one).some((button) => button['action_id'] === action_id),
    ),
  );

/** Waits until the agent has a connection, if it needs one to be reached. */
export async function reachable(slack: FakeSlack): Promise<void> {
  if (slack.by === 'socket') await found(() => slack.socket.count() || undefined, 60_000);
}
