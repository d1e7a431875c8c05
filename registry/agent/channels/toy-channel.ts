import { toyAgent } from '../testing/toy-agent.ts';
import type { Agent } from '../core/agent.ts';
import type { Step } from '../core/event.ts';
import type { Channel, Notice } from './channel.ts';
import type { People } from './directory.ts';
import { outbox } from './outbox.ts';

/** A channel for tests. It keeps what it was given, and `fail` makes it throw first. */
export function toyChannel() {
  const sent: Notice[] = [];
  const toy = {
    sent,
    fail: undefined as ((notice: Notice) => void) | undefined,
  };
  const channel: Channel = {
    send(notice) {
      toy.fail?.(notice);
      sent.push(notice);
      return Promise.resolve(`ref${sent.length}`);
    },
    find(notice) {
      const index = sent.findIndex(({ id }) => id === notice.id);
      return Promise.resolve(index < 0 ? undefined : `ref${index + 1}`);
    },
  };
  return { channel, toy };
}

const accounts: Readonly<Record<string, readonly string[]>> = {
  ada: ['toy:ADA'],
  bob: ['other:BOB', 'toy:BOB'],
  eve: ['toy:EVE'],
};

export const toyPeople: People = {
  personFor: (account) => Object.keys(accounts).find((name) => accounts[name]?.includes(account)),
  accountsOf: (name) => Object.entries(accounts).find(([one]) => one === name)?.[1] ?? [],
  mayStart: ({ person }) => person !== undefined,
  startsPerDay: 3,
  remindAfterMs: [3_600_000],
  escalation: {
    to: ['eve'],
    afterMs: 7_200_000,
  },
};

/** Builds a toy agent whose people are reached by a toy channel. */
export function tellingAgent(
  steps: readonly Step[],
  { people = toyPeople, ...options }: Parameters<typeof toyAgent>[1] & { people?: People } = {},
) {
  const { agent: plain, clock, ran } = toyAgent(steps, options);
  const { channel, toy } = toyChannel();
  const { policy } = plain;
  const agent: Agent = { ...plain, outbox: outbox({ people, policy, channels: { toy: channel } }) };
  return { agent, clock, ran, toy, channel };
}
