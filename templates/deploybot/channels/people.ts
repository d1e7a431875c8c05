import { namesIn } from '../core/policy.ts';
import type { People } from './directory.ts';

type Accounts = Readonly<Record<string, readonly string[]>>;

/**
 * Each person with the accounts that only they can use, best first. The names are those of
 * `approvers` in policy.ts. `slack:T0123:U0456` is a user of a Slack workspace.
 */
const accounts: Accounts = {
  // ada: ['slack:T0123:U0456'],
};

/** For a first play, approvers read at the console of the server. */
const approvers = namesIn(process.env['APPROVERS']);
const atConsole = Object.fromEntries(approvers.map((name) => [name, [`console:${name}`]]));
const all: Accounts = { ...atConsole, ...accounts };

/** The people that the agent can reach, and who may start a thread. Edit it. */
export const people: People = {
  personFor: (account) => Object.keys(all).find((name) => all[name]?.includes(account)),
  accountsOf: (name) => Object.entries(all).find(([one]) => one === name)?.[1] ?? [],
  /** Strangers may not start a thread: each one costs money. */
  mayStart: ({ person }) => person !== undefined,
  startsPerDay: 50,
  /** A request is sent again to the same people after these times. */
  remindAfterMs: [4 * 3_600_000, 24 * 3_600_000],
  /** The people who are told if no one else can be, or if no one has answered in time. */
  escalation: { to: Object.keys(all), afterMs: 48 * 3_600_000 },
  /** The console says how each pipeline ended. */
  ends: ['console:all'],
};
