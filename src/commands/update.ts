import { requestUpdate } from '../pipeline/resolve/change-request.ts';
import { orphanNotes, takerNotes } from '../pipeline/report/change-messages.ts';
import { applyChanges, type CommandMessages, type WriteFlags } from '../steps/apply-changes.ts';
import type { Context } from '../steps/context.ts';
import { checkFolder } from '../steps/check-agent-folder.ts';
import { openForWriting } from '../steps/open-project.ts';
import { findNews, proposeChanges } from '../steps/propose-changes.ts';

/** Merges upstream's changes to the installed components into the user's files. */
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
  const changed = names.length === 0 ? new Set<string>() : await findNews(opened, context);
  const change = requestUpdate(opened, names, changed);
  const proposal = await proposeChanges(opened, change, context);
  const { lock, catalogue } = opened;
  const next = proposal.wanted.lock;
  const messages: CommandMessages = {
    command: 'update',
    headline: [...takerNotes(catalogue.moves, lock, next), ...orphanNotes(lock, catalogue, next)],
    nothing: 'Everything is up to date.',
    notes: [],
  };
  await applyChanges(opened, proposal, messages, flags, context);
}
