import { Refused } from './errors.ts';
import type { Event, Step } from './event.ts';
import type { Model } from './model.ts';
import type { Policy } from './policy.ts';
import type { Store } from './store.ts';
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
export const timeIn = (ms: number, { now }: Clock): string =>
  new Date(Math.min(now() + ms, LATEST_MS)).toISOString();

export const at = (clock: Clock) => ({ at: timeIn(0, clock) });

export const isPast = (due: string | undefined, { now }: Clock): boolean =>
  due !== undefined && Date.parse(due) < now();

type Models = Pick<Agent, 'model' | 'models'> & {
  readonly policy: Pick<Agent['policy'], 'modelFor'>;
};

/** Before anything is saved. @throws Refused if a model that may be asked lacks what a person can put into `.env` */
export function assertReady(models: Models): void {
  const missing = [...new Set(askable(models).flatMap((one) => one.missing?.() ?? []))];
  if (missing.length > 0)
    throw new Refused(`Put ${missing.join(' and ')} into .env: the model cannot do without.`);
}

/** Where nobody sees who answers, a model must not stand in for another. @throws Refused, also as `assertReady` does */
export function assertReadyUnattended(models: Models): void {
  assertReady(models);
  const standIn = askable(models).find(({ scripted }) => scripted?.instead)?.scripted;
  if (!standIn) return;
  const words = 'No model key, and a scripted model stands in for one only in a terminal.';
  throw new Refused(
    `${words} Either ${standIn.instead}, or wire the scripted model by name in agent.ts.`,
  );
}

const askable = ({ model, models = {}, policy }: Models) => [
  model,
  ...(policy.modelFor ? Object.values(models) : []),
];
