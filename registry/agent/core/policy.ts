import type { Objection, Step } from './event.ts';
import type { State } from './thread.ts';

/** How far the agent may go on its own, since a person last spoke. `repeats`: exactly the same step in a row. */
export type Budgets = Readonly<{
  steps: number;
  errorsInARow: number;
  repeats: number;
  tokens: number;
  usd?: number;
}>;

/** What code decides, so that no prompt has to: your `policy.ts` fills it in. */
export type Policy<S extends Step = Step> = {
  /** Asked once for each step that would run. Its answer is saved with the call, so editing a rule rewrites no thread. */
  needsApproval(step: S, state: State): 'run' | Objection;
  /** Who may approve or deny. */
  readonly approvers: readonly string[];
  readonly budgets: Budgets;
  /** What becomes of a request that nobody answers in time. */
  readonly expiry: { readonly afterMs: number; readonly outcome: 'denied' | 'failed' };
  /** False hands the thread to a person: your own notion of going round in circles. */
  progress?(state: State): boolean;
  /** Which of `agent.models` takes the next step, a cheap one for a cheap step say; undefined for `agent.model`. */
  modelFor?(state: State): string | undefined;
};

/** Why a person should look before the model goes on; undefined while it may. A budget that is NaN is used up. */
export function reasonToHandOver<S extends Step>(
  state: State,
  { budgets, progress }: Policy<S>,
): string | undefined {
  const { steps, errors, repeats, tokens, usd } = state.spent;
  if (!(errors < budgets.errorsInARow)) return `${errors} errors in a row`;
  if (!(repeats < budgets.repeats)) return `the same step ${repeats} times in a row`;
  if (!(steps < budgets.steps)) return `${steps} steps without an end in sight`;
  if (!(tokens < budgets.tokens)) return `${tokens} tokens used`;
  if (!(usd < (budgets.usd ?? Infinity))) return `$${usd.toFixed(usd < 0.01 ? 4 : 2)} spent`;
  return progress?.(state) === false ? 'no progress' : undefined;
}
