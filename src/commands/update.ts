import { wishUpdated } from '../pipeline/ask/change-request.ts';
import { goneNote } from '../pipeline/report/report-change.ts';
import { carryOut, type WriteFlags } from './carry-out.ts';
import type { Setting } from './command.ts';
import { checkFolder, openForWriting } from './project.ts';
import { newsOf, propose } from './propose.ts';

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
