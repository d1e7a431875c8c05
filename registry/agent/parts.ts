import type { Event, Step } from './event.ts';
import type { Model } from './model/model.ts';
import type { Policy } from './rules.ts';
import type { Store } from './store/store.ts';
import type { Tools } from './tool.ts';

/** What an agent is made of. The loop gets it all handed in: it imports no prompt, tool, policy, model or store. */
export type Agent<S extends Step = Step> = {
  readonly prompt: string;
  readonly tools: Tools<S>;
  readonly policy: Policy<S>;
  readonly model: Model;
  /** Others that the policy may choose instead, by name. */
  readonly models?: Readonly<Record<string, Model>>;
  readonly store: Store;
  /** Renders a thread as the blocks of the context window. */
  context(events: readonly Event[]): string[];
  /** ms since 1970 */
  now(): number;
};

type Clock = Pick<Agent, 'now'>;

const LATEST_MS = Date.UTC(9999, 11, 31);

/** The ISO time `ms` from now; for `Infinity`, the last one that still sorts as text. */
export const timeIn = (ms: number, { now }: Clock): string => new Date(Math.min(now() + ms, LATEST_MS)).toISOString();

export const at = (clock: Clock) => ({ at: timeIn(0, clock) });

export const isPast = (due: string | undefined, { now }: Clock): boolean =>
  due !== undefined && Date.parse(due) < now();
