import { requestUpdate, withAllTests } from '../pipeline/resolve/change-request.ts';
import { orphanNotes, takerNotes } from '../pipeline/report/change-messages.ts';
import { testNotes } from '../pipeline/report/test-notes.ts';
import { applyChanges, type CommandMessages, type WriteFlags } from '../steps/apply-changes.ts';
import type { Context } from '../steps/context.ts';
import { checkFolder } from '../steps/check-agent-folder.ts';
import { openForWriting } from '../steps/open-project.ts';
import { findNews, proposeChanges } from '../steps/propose-changes.ts';

export type UpdateFlags = WriteFlags & { readonly allTests: boolean };

/** Merges upstream's changes to the installed components into the user's files. */
export async function update(
  names: readonly string[],
  flags: UpdateFlags,
  context: Context,
): Promise<void> {
  const opened = await openForWriting(
    ['update', ...names],
    { ...flags, replaces: flags.registry !== undefined, formats: true },
    context,
  );
  await checkFolder(opened);
  const changed = names.length === 0 ? new Set<string>() : await findNews(opened, context);
  const request = requestUpdate(opened, names, changed);
  const change = flags.allTests ? withAllTests(request, opened) : request;
  const reconsidered = isReconsidering(flags) ? new Set(names) : undefined;
  const proposal = await proposeChanges(opened, change, context, { reconsidered });
  const { lock, catalogue } = opened;
  const next = proposal.wanted.lock;
  const messages: CommandMessages = {
    command: 'update',
    headline: [
      ...takerNotes(catalogue.moves, lock, next),
      ...orphanNotes(lock, catalogue, next),
      ...testNotes(opened, change, proposal.decisions, opened.repo.manager),
    ],
    nothing: 'Everything is up to date.',
    notes: [],
  };
  await applyChanges(opened, proposal, messages, flags, context);
}

/** With these choices, the hunks of named components that the user refused are decided again. */
function isReconsidering({ onConflict }: UpdateFlags): boolean {
  return onConflict === 'overwrite' || onConflict === 'markers';
}
