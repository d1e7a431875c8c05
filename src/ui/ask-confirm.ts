import { confirm, isCancel } from '@clack/prompts';
import { UserError } from '../errors.ts';

/** Asks yes or no; Enter is yes. @throws UserError on no and on Ctrl-C */
export async function askConfirm(message: string, signal: AbortSignal): Promise<void> {
  const answer = await confirm({ message, initialValue: true, signal });
  if (isCancel(answer) || !answer) throw new UserError('Cancelled: nothing was written.', { code: 'cancelled' });
}
