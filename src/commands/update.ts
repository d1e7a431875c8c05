import { wishUpdated } from '../pipeline/resolve/change-request.ts';
import { goneNote } from '../pipeline/report/change-messages.ts';
import { carryOut, type WriteFlags } from '../steps/apply-changes.ts';
import type { Setting } from '../steps/context.ts';
import { checkFolder, openForWriting } from '../steps/open-project.ts';
import { newsOf, propose } from '../steps/propose-changes.ts';

/** Merges upstream's version of what is installed into the user's files. */
export async function update(names: readonly string[], flags: WriteFlags, setting: Setting): Promise<void> {
  const opened = await openForWriting(
    ['update', ...names],
    { ...flags, replaces: flags.registry !== undefined },
    setting,
  );
  await checkFolder(opened);
  const wish = wishUpdated(opened, names, names.length === 0 ? new Set() : await newsOf(opened, setting));
  const proposal = await propose(opened, wish, setting);
  const errand = {
    command: 'update' as const,
    headline: goneNote(opened.lock, opened.catalogue),
    nothing: 'Everything is as upstream has it: nothing to do.',
    notes: [],
  };
  await carryOut(opened, proposal, errand, flags, setting);
}
