import { userInfo } from 'node:os';
import type { Objection, Step } from './event.ts';
import type { Budgets } from './errors.ts';
import type { State } from './thread.ts';

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
};

/** The names in `list`, which commas separate; without any, whoever uses this machine. */
export function approversIn(list: string | undefined): string[] {
  const names = (list ?? '').split(',').map((name) => name.trim());
  return names.some(Boolean) ? names.filter(Boolean) : [localUser()];
}

/** The name of the operating system's user: who types at this machine. */
export function localUser(): string {
  try {
    return userInfo().username || 'you';
  } catch {
    return 'you';
  }
}
