import type { People } from './directory.ts';

/**
 * Each person with the accounts that only they can use, best first. The names are those of
 * `approvers` in policy.ts. `slack:T0123:U0456` is a user of a Slack workspace.
 */
const accounts: Readonly<Record<string, readonly string[]>> = {
  // ada: ['slack:T0123:U0456', 'ntfy:ada-alerts'],
};

/** The people that the agent can reach, and who may start a thread. Edit it. */
export const people: People = {
  personFor: (account) => Object.keys(accounts).find((name) => accounts[name]?.includes(account)),
  accountsOf: (name) => Object.entries(accounts).find(([one]) => one === name)?.[1] ?? [],
  /** Strangers may not start a thread: each one costs money. */
  mayStart: ({ person }) => person !== undefined,
  startsPerDay: 50,
  /** A request is sent again to the same people after these times. */
  remindAfterMs: [4 * 3_600_000, 24 * 3_600_000],
  /** The people who are told if no one else can be, or if no one has answered in time. */
  escalation: {
    to: Object.keys(accounts),
    afterMs: 48 * 3_600_000,
  },
};
