import { UserError } from '../errors.ts';
import type { Decision } from '../pipeline/decide/decision.ts';
import { requestUpdate } from '../pipeline/resolve/change-request.ts';
import {
  diffsOf,
  diffsOfSources,
  leftOut,
  matchesName,
  noDiffs,
  patchText,
} from '../pipeline/report/file-diffs.ts';
import { stripControl } from '../ui/strip-control.ts';
import { showDiffs } from '../ui/show-diffs.ts';
import type { Flags, Context } from '../steps/context.ts';
import { checkMoved } from '../steps/check-agent-folder.ts';
import { openInstalled } from '../steps/open-project.ts';
import { proposeChanges } from '../steps/propose-changes.ts';

const emptyPatch = {
  yours: 'You changed nothing.',
  // `status` counts the edits, and names this command.
  upstream: 'Upstream has nothing else that is new. To see what you changed, add --yours.',
};

export type DiffFlags = Flags & { readonly yours: boolean };

/**
 * Shows the user's changes and upstream's changes separately. In a pipe it prints only upstream's
 * (or with `yours` the user's), as a patch for `git apply`.
 */
export async function diff(
  name: string | undefined,
  flags: DiffFlags,
  context: Context,
): Promise<void> {
  const { terminal } = context;
  const opened = await openInstalled({ ...flags, replaces: flags.registry !== undefined }, context);
  await checkMoved(opened.repo.root, opened.lock);
  const update = requestUpdate(opened, [], new Set());
  const { decisions, onDisk, sources } = await proposeChanges(opened, update, context);
  const named = decisions.filter((decision) => matchesName(decision, name, opened.repo.dir));
  if (named.length === 0 && name !== undefined)
    throw new UserError(`${name} is neither an installed component nor one of its files.`, {
      code: 'not-found',
      hint: `Installed: ${Object.keys(opened.lock.components).join(', ')}.`,
    });
  // An unedited seed is shown only if the user names it: update does not change it.
  const isShown = ({ role, edited }: Decision) => role !== 'seed' || edited || name !== undefined;
  const ofSources = name === undefined ? diffsOfSources(sources) : [];
  const files = [...diffsOf(named.filter(isShown), onDisk.disk), ...ofSources];
  if (terminal.json) return terminal.document({ files });
  if (!terminal.drawable) {
    const side = flags.yours ? 'yours' : 'upstream';
    if (side === 'upstream') leftOut(files).map(stripControl).forEach(terminal.printError);
    const patch = patchText(files, side);
    if (patch === '' && files.length > 0) terminal.printError(emptyPatch[side]);
    return terminal.draw(patch);
  }
  if (files.length === 0) return terminal.print(noDiffs(named));
  showDiffs(files, terminal);
}
