import { requestUpdate } from '../pipeline/resolve/change-request.ts';
import { orphanNotes } from '../pipeline/report/change-messages.ts';
import { applyChanges, type WriteFlags } from '../steps/apply-changes.ts';
import type { Context } from '../steps/context.ts';
import { checkFolder } from '../steps/check-agent-folder.ts';
import { openForWriting } from '../steps/open-project.ts';
import { findNews, proposeChanges } from '../steps/propose-changes.ts';

/** Merges upstream's version of what is installed into the user's files. */
export async function update(
  names: readonly string[],
  flags: WriteFlags,
  context: Context,
): Promise<void> {
  const opened = await openForWriting(
    ['update', ...names],
    { ...flags, replaces: flags.registry !== undefined },
    context,
  );
  await checkFolder(opened);
  const change = requestUpdate(
    opened,
    names,
    names.length === 0 ? new Set() : await findNews(opened, context),
  );
  const proposal = await proposeChanges(opened, change, context);
  const errand = {
    command: 'update' as const,
    headline: orphanNotes(opened.lock, opened.catalogue),
    nothing: 'Everything is as upstream has it: nothing to do.',
    notes: [],
  };
  await applyChanges(opened, proposal, errand, flags, context);
}
