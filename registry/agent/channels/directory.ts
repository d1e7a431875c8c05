/** A verified account that acts, such as `slack:T0123:U0456`, and the person it belongs to. */
export type Account = Readonly<{
  account: string;
  person?: string | undefined;
  /** The account is a guest's, or of another organization. */
  isExternal?: boolean | undefined;
}>;

/** Returns the name under which an account acts. Only a person's can be that of an approver. */
export function nameOf({ account, person }: Account): string {
  return person ?? account;
}

/** The people and their accounts, and the rules of whom to tell. Your `people.ts` has them. */
export type People = {
  /** Returns the person behind an account that a channel has verified. */
  personFor: (account: string) => string | undefined;
  /** Returns the addresses that only this person reads, best first. */
  accountsOf: (person: string) => readonly string[];
  /** Whether an account may start a thread. It may always speak in one that it started. */
  mayStart: (account: Account) => boolean;
  /** The most threads that one account can start in 24 hours. */
  readonly startsPerDay: number;
  /** Milliseconds after a request at which it is sent again. */
  readonly remindAfterMs: readonly number[];
  /** People who are told of a request after `afterMs`, or at once if it can reach no one else. */
  readonly escalation: {
    readonly to: readonly string[];
    readonly afterMs: number;
  };
  /** Addresses that get each request, its answer and each end, such as a webhook. */
  readonly also?: readonly string[];
  /** Addresses that get each end, and no requests. */
  readonly ends?: readonly string[];
};
