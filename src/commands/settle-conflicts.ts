import { UserError } from '../errors.ts';
import { isChoosable, settleConflict, shownConflict } from '../pipeline/settle-conflict.ts';
import type { Decision, OnConflict } from '../types.ts';
import type { Setting } from './command.ts';

/** Decides every conflict: as the flag says, else by asking where somebody is there to answer. @throws UserError */
export async function settleConflicts(
  decisions: readonly Decision[],
  onConflict: OnConflict | undefined,
  setting: Setting,
): Promise<readonly Decision[]> {
  const open = decisions.filter(isChoosable);
  const asks = setting.terminal.interactive && onConflict === undefined;
  if (open.length > 0 && !asks && (onConflict ?? 'fail') === 'fail') throw unsettled(open);
  const settled = new Map<Decision, Decision>();
  // One after the other: each is a question.
  for (const decision of open) {
    const choice = asks ? await ask(decision, setting) : (onConflict ?? 'fail');
    if (choice === 'fail') throw new UserError('Stopped: nothing was written.', { code: 'cancelled' });
    settled.set(decision, settleConflict(decision, choice));
  }
  return decisions.map((decision) => settled.get(decision) ?? decision);
}

async function ask(decision: Decision, { terminal, signal }: Setting): Promise<OnConflict> {
  const { askConflict } = await import('../ui/ask-conflict.ts');
  return askConflict(shownConflict(decision), terminal, signal);
}

function unsettled(open: readonly Decision[]): UserError {
  const all = open.map(({ path, verdict }) => `${path} (${'why' in verdict ? verdict.why : ''})`);
  const files = all.length === 1 ? 'One file is' : `${all.length} files are`;
  return new UserError(`${files} in conflict: ${all.join(', ')}. Nothing was written.`, {
    code: 'conflict',
    hint: '--on-conflict skip keeps yours, overwrite takes ours, markers writes both into the file.',
  });
}
