import type { Objection, Step } from './event.ts';
import type { State } from './thread.ts';
import type { ThreadView } from './thread-view.ts';

/** Limits since a person last spoke. `repeats` counts exactly the same step in a row. */
export type Budgets = Readonly<{
  steps: number;
  errorsInARow: number;
  repeats: number;
  tokens: number;
  usd?: number;
}>;

/** Rules that code decides and no prompt can change. Your `policy.ts` has them. */
export type Policy<S extends Step = Step> = {
  /** Called once for each step that would run. The loop always passes `thread`. */
  needsApproval(this: void, step: S, state: State, thread?: ThreadView): 'run' | Objection;
  /** Names of the people who may approve or deny. If empty, only the person at this machine may. */
  readonly approvers: readonly string[];
  readonly budgets: Budgets;
  /** The outcome of a request that no one answers in time. After `denied` the model goes on. */
  readonly expiry: { readonly afterMs: number; readonly outcome: 'denied' | 'failed' };
  /** Returns false if the agent is going in circles: the thread is handed to a person. */
  progress?: (state: State) => boolean;
  /** Returns the name in `agent.models` that takes the next step; undefined for `agent.model`. */
  modelFor?: (state: State) => string | undefined;
};

/** Returns why a person has to look before the model goes on. A budget of NaN is used up. */
export function reasonToHandOver(state: State, { budgets, progress }: Policy): string | undefined {
  const { steps, errors, repeats, tokens, usd } = state.spent;
  if (!(errors < budgets.errorsInARow)) return `${errors} errors in a row`;
  if (!(repeats < budgets.repeats)) return `the same step ${repeats} times in a row`;
  if (!(steps < budgets.steps)) return `${steps} steps used`;
  if (!(tokens < budgets.tokens)) return `${tokens} tokens used`;
  if (!(usd < (budgets.usd ?? Infinity))) return `${formatUsd(usd)} spent`;
  return progress?.(state) === false ? 'no progress' : undefined;
}

/** Formats dollars, to the cent or, below one, to two digits. */
export function formatUsd(usd: number): string {
  return `$${usd > 0 && usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2)}`;
}

/** Reads names that are separated by commas. */
export function namesIn(list = ''): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** A person who acts. `isLocal`: signed in by being at this machine, not by a name of their own. */
export type Person = { readonly name: string; readonly isLocal?: boolean | undefined };

/** Whether a person may approve. A policy without approvers trusts no name. */
export function mayApprove(
  { name, isLocal = false }: Person,
  { approvers }: Pick<Policy, 'approvers'>,
): boolean {
  return approvers.length === 0 ? isLocal : isName(name) && approvers.includes(name);
}

const MAX_NAME_CHARS = 255;

/** Whether a value can be the name of a person. */
export function isName(name: unknown): name is string {
  return typeof name === 'string' && name.trim() !== '' && name.length <= MAX_NAME_CHARS;
}
