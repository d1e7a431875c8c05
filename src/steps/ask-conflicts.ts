import { UserError } from '../errors.ts';
import {
  isBlocked,
  isChoosable,
  resolveConflict,
  shownConflict,
} from '../pipeline/decide/resolve-conflict.ts';
import { type Decision, type OnConflict, shownPath } from '../pipeline/decide/decision.ts';
import type { Context } from './context.ts';

/**
 * Resolves every conflict as `--on-conflict` says, or asks a person. A file that still has conflict
 * markers stays as it is.
 * @throws UserError for a file that cannot be written, and if nothing resolves a conflict
 */
export async function askConflicts(
  decisions: readonly Decision[],
  onConflict: OnConflict | undefined,
  context: Context,
): Promise<readonly Decision[]> {
  const blocked = decisions.filter(isBlocked);
  if (blocked.length > 0) throw blockedError(blocked);
  const open = decisions.filter(isChoosable);
  const isAsked = context.terminal.interactive && onConflict === undefined;
  if (open.length > 0 && !isAsked && (onConflict ?? 'fail') === 'fail') throw openError(open);
  const resolved = new Map<Decision, Decision>();
  for (const decision of open) {
    const choice = onConflict ?? (await ask(decision, context));
    if (choice === 'fail')
      throw new UserError('Stopped: nothing was written.', { code: 'cancelled' });
    resolved.set(decision, resolveConflict(decision, choice));
  }
  return decisions.map((decision) => resolved.get(decision) ?? decision);
}

async function ask(decision: Decision, { terminal, signal }: Context): Promise<OnConflict> {
  const { askConflict } = await import('../ui/ask-conflict.ts');
  return askConflict(shownConflict(decision), terminal, signal);
}

function openError(open: readonly Decision[]): UserError {
  const hint = '--on-conflict skip keeps yours, overwrite takes upstream’s, markers keeps both.';
  return refusal(open, 'in conflict', hint);
}

function blockedError(blocked: readonly Decision[]): UserError {
  const them = blocked.length === 1 ? 'it' : 'them';
  return refusal(blocked, 'blocked', `Move ${them} away, then run this again.`);
}

function refusal(decisions: readonly Decision[], state: string, hint: string): UserError {
  const conflicts = decisions.map(({ path, from, action }) => ({
    path,
    ...(from && { from }),
    why: 'why' in action ? action.why : undefined,
  }));
  const named = conflicts.map((one) => `${shownPath(one)} (${one.why})`).join(', ');
  const files = decisions.length === 1 ? 'One file is' : `${decisions.length} files are`;
  const message = `${files} ${state}: ${named}. Nothing was written.`;
  return new UserError(message, { code: 'conflict', hint, details: { conflicts } });
}
