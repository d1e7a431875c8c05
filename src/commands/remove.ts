import { requestRemove } from '../pipeline/resolve/request-remove.ts';
import { removedHeadline } from '../pipeline/report/remove-messages.ts';
import { applyChanges, type WriteFlags } from '../steps/apply-changes.ts';
import type { Context } from '../steps/context.ts';
import { checkMoved } from '../steps/check-agent-folder.ts';
import { openForWriting } from '../steps/open-project.ts';
import { proposeChanges } from '../steps/propose-changes.ts';

export type RemoveFlags = WriteFlags & { readonly force: boolean };

/** Takes components out again, with what only they required, and unwires them; edited files stay unless forced. */
export async function remove(
  names: readonly string[],
  flags: RemoveFlags,
  context: Context,
): Promise<void> {
  const opened = await openForWriting(['remove', ...names], flags, context);
  await checkMoved(opened.repo.root, opened.lock);
  const change = requestRemove(opened, names);
  const proposal = await proposeChanges(opened, change, context, flags.force);
  const errand = {
    command: 'remove' as const,
    headline: removedHeadline(opened.lock, proposal.selection, proposal.wanted.lock.slots),
    nothing: 'Nothing to remove.',
    notes: [],
  };
  await applyChanges(opened, proposal, errand, flags, context);
}
