import { wishRemoved } from '../pipeline/resolve/change-request.ts';
import { removedHeadline } from '../pipeline/report/change-messages.ts';
import { carryOut, type WriteFlags } from '../steps/apply-changes.ts';
import type { Setting } from '../steps/context.ts';
import { checkMoved, openForWriting } from '../steps/open-project.ts';
import { propose } from '../steps/propose-changes.ts';

export type RemoveFlags = WriteFlags & { readonly force: boolean };

/** Takes components out again, with what only they required, and unwires them; edited files stay unless forced. */
export async function remove(names: readonly string[], flags: RemoveFlags, setting: Setting): Promise<void> {
  const opened = await openForWriting(['remove', ...names], flags, setting);
  await checkMoved(opened.repo.root, opened.lock);
  const wish = wishRemoved(opened, names);
  const proposal = await propose(opened, wish, setting, flags.force);
  const errand = {
    command: 'remove' as const,
    headline: removedHeadline(opened.lock, proposal.selection, proposal.wanted.lock.slots),
    nothing: 'Nothing to remove.',
    notes: [],
  };
  await carryOut(opened, proposal, errand, flags, setting);
}
