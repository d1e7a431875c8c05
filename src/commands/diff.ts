import { UserError } from '../errors.ts';
import { requestUpdate } from '../pipeline/resolve/change-request.ts';
import { diffsOf, leftOut, matchesName, patchText } from '../pipeline/report/file-diffs.ts';
import { showDiffs } from '../ui/show-diffs.ts';
import type { Flags, Context } from '../steps/context.ts';
import { checkMoved } from '../steps/check-agent-folder.ts';
import { openInstalled } from '../steps/open-project.ts';
import { proposeChanges } from '../steps/propose-changes.ts';

export type DiffFlags = Flags & { readonly yours: boolean };

/** Shows the user's changes and upstream's, told apart; where nobody looks, upstream's as a patch for `git apply`. */
export async function diff(
  name: string | undefined,
  flags: DiffFlags,
  context: Context,
): Promise<void> {
  const { terminal } = context;
  const opened = await openInstalled({ ...flags, replaces: flags.registry !== undefined }, context);
  await checkMoved(opened.repo.root, opened.lock);
  const { decisions } = await proposeChanges(opened, requestUpdate(opened, [], new Set()), context);
  const asked = decisions.filter((decision) => matchesName(decision, name, opened.repo.dir));
  if (asked.length === 0 && name !== undefined)
    throw new UserError(`${name} is neither an installed component nor one of its files.`, {
      code: 'not-found',
      hint: `Installed: ${Object.keys(opened.lock.components).join(', ')}.`,
    });
  // A seed's news are for who asks for that seed.
  const files = diffsOf(
    asked.filter(({ role, edited }) => role !== 'seed' || edited || name !== undefined),
  );
  if (terminal.json) return terminal.document({ files });
  if (!terminal.drawable) {
    if (!flags.yours) leftOut(files).forEach(terminal.printError);
    return terminal.draw(patchText(files, flags.yours ? 'yours' : 'upstream'));
  }
  if (files.length === 0)
    return terminal.print('You changed nothing, and upstream has nothing new.');
  showDiffs(files, terminal);
}
