import { UserError } from '../errors.ts';
import { wishUpdated } from '../pipeline/change-request.ts';
import { diffsOf, patchText } from '../pipeline/diff.ts';
import { showDiffs } from '../ui/show-diffs.ts';
import type { Flags, Setting } from './command.ts';
import { checkFolder, openInstalled } from './project.ts';
import { propose } from './propose.ts';

export type DiffFlags = Flags & { readonly yours: boolean };

/** Shows the user's changes and upstream's, told apart; where nobody looks, upstream's as a patch for `git apply`. */
export async function diff(name: string | undefined, flags: DiffFlags, setting: Setting): Promise<void> {
  const { terminal } = setting;
  const opened = await openInstalled(flags, setting);
  await checkFolder(opened, { strict: false });
  const { decisions } = await propose(opened, wishUpdated(opened, []), setting);
  const asked = decisions.filter(
    ({ path, owner }) => name === undefined || owner === name || path === name || path === `${opened.repo.dir}/${name}`,
  );
  if (asked.length === 0)
    throw new UserError(`${name} is neither an installed component nor one of its files.`, {
      code: 'not-found',
      hint: 'status lists what is installed.',
    });
  // A seed's news are for who asks for that seed.
  const files = diffsOf(asked.filter(({ role, edited }) => role !== 'seed' || edited || name !== undefined));
  if (terminal.json) return terminal.document({ files });
  if (!terminal.framed) return terminal.draw(patchText(files, flags.yours ? 'yours' : 'upstream'));
  if (files.length === 0) return terminal.print('You changed nothing, and upstream has nothing new.');
  showDiffs(files, terminal);
}
