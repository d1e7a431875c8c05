import { UserError } from '../errors.ts';
import {
  isBlocked,
  isChoosable,
  resolveConflict,
  shownConflict,
} from '../pipeline/decide/resolve-conflict.ts';
import type { Decision, OnConflict } from '../pipeline/decide/decision.ts';
import type { Context } from './context.ts';

/**
 * Decides every conflict: as the flag says, else by asking where somebody is there to answer. What only waits for the
 * user to take markers out stays as it is. @throws UserError
 */
export async function askConflicts(
  decisions: readonly Decision[],
  onConflict: OnConflict | undefined,
  context: Context,
): Promise<readonly Decision[]> {
  const blocked = decisions.filter(isBlocked);
  if (blocked.length > 0) throw inTheWay(blocked);
  const open = decisions.filter(isChoosable);
  const asks = context.terminal.interactive && onConflict === undefined;
  if (open.length > 0 && !asks && (onConflict ?? 'fail') === 'fail') throw unsettled(open);
  const settled = new Map<Decision, Decision>();
  // One after the other: each is a question.
  for (const decision of open) {
    const choice = asks ? await ask(decision, context) : (onConflict ?? 'fail');
    if (choice === 'fail')
      throw new UserError('Stopped: nothing was written.', { code: 'cancelled' });
    settled.set(decision, resolveConflict(decision, choice));
  }
  return decisions.map((decision) => settled.get(decision) ?? decision);
}

async function ask(decision: Decision, { terminal, signal }: Context): Promise<OnConflict> {
  const { askConflict } = await import('../ui/ask-conflict.ts');
  return askConflict(shownConflict(decision), terminal, signal);
}

function unsettled(open: readonly Decision[]): UserError {
  const hint =
    '--on-conflict skip keeps yours, overwrite takes ours, markers writes both into the file.';
  return refusal(open, 'in conflict', hint);
}

function inTheWay(blocked: readonly Decision[]): UserError {
  return refusal(
    blocked,
    'in the way',
    `Move ${blocked.length === 1 ? 'it' : 'them'} away, then run this again.`,
  );
}

function refusal(all: readonly Decision[], how: string, hint: string): UserError {
  const conflicts = all.map(({ path, action: verdict }) => ({
    path,
    why: 'why' in verdict ? verdict.why : undefined,
  }));
  const named = conflicts.map(({ path, why }) => `${path} (${why})`).join(', ');
  const files = all.length === 1 ? 'One file is' : `${all.length} files are`;
  const message = `${files} ${how}: ${named}. Nothing was written.`;
  return new UserError(message, { code: 'conflict', hint, details: { conflicts } });
}
