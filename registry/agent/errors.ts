import type { State } from './thread.ts';

/** How far the agent may go on its own. Everything is counted since a person last spoke. */
export type Budgets = {
  readonly steps: number;
  readonly errorsInARow: number;
  /** The same step with the same arguments, in a row. */
  readonly repeats: number;
  readonly tokens: number;
};

/** Why a person should look before the model goes on; undefined while it may. */
export function reasonToHandOver({ spent }: State, budgets: Budgets): string | undefined {
  if (spent.errors >= budgets.errorsInARow) return `${spent.errors} errors in a row`;
  if (spent.repeats >= budgets.repeats) return `the same step ${spent.repeats} times in a row`;
  if (spent.steps >= budgets.steps) return `${spent.steps} steps without an end in sight`;
  if (spent.tokens >= budgets.tokens) return `${spent.tokens} tokens used`;
  return undefined;
}

/** What the model sees of a failure: its message from the start, in one line of at most 300 characters, never a stack. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const line = text.replace(/\s+/g, ' ').trim() || 'failed without a message';
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** Throw it from a tool when nobody can know whether the effect took place. A time-out is one. */
export class UnknownOutcome extends Error {}

/** A request that cannot be met, said to whoever made it. */
export class Refused extends Error {}
