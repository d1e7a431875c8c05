import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { hasEntry } from '../io/exists.ts';
import { readText } from '../io/read-text.ts';
import { requestRemove } from '../pipeline/resolve/request-remove.ts';
import { hash } from '../pipeline/text/hash.ts';
import { removedHeadline } from '../pipeline/report/remove-messages.ts';
import { applyChanges, type CommandMessages, type WriteFlags } from '../steps/apply-changes.ts';
import type { Context } from '../steps/context.ts';
import { checkMoved } from '../steps/check-agent-folder.ts';
import { openForWriting, type Opened } from '../steps/open-project.ts';
import { proposeChanges } from '../steps/propose-changes.ts';

export type RemoveFlags = WriteFlags & { readonly force: boolean };

/**
 * Removes components, their wires, and the components that only they required. Keeps edited files
 * unless `force` is set.
 */
export async function remove(
  names: readonly string[],
  flags: RemoveFlags,
  context: Context,
): Promise<void> {
  const opened = await openForWriting(['remove', ...names], flags, context);
  await checkMoved(opened.repo.root, opened.lock);
  await refuseTools(names, opened);
  const change = requestRemove(opened, names, await outboxInUse(opened));
  const proposal = await proposeChanges(opened, change, context, { force: flags.force });
  const messages: CommandMessages = {
    command: 'remove',
    headline: removedHeadline(opened.lock, proposal.selection, proposal.wanted.lock.slots),
    nothing: 'Nothing to remove.',
    notes: [],
  };
  await applyChanges(opened, proposal, messages, flags, context);
}

/** Returns the component that tells people, if the user wrote down who they are. */
async function outboxInUse({ lock, repo: { root } }: Opened): Promise<readonly string[]> {
  const owners = Object.entries(lock?.wires ?? {})
    .filter(([, wires]) => wires.some(({ slot }) => slot === 'outbox'))
    .map(([owner]) => owner);
  const seeds = Object.entries(lock?.files ?? {}).filter(
    ([, { owner, role }]) => role === 'seed' && owners.includes(owner),
  );
  for (const [file, { written }] of seeds) {
    const text = await readText(join(root, file));
    if (text !== undefined && hash(text) !== written) return owners;
  }
  return [];
}

/** A tool is code of the user, in several files. @throws UserError that says how to take it out */
async function refuseTools(
  names: readonly string[],
  { repo: { root, dir }, catalogue }: Opened,
): Promise<void> {
  const isComponent = (name: string) => catalogue.components.some((one) => one.name === name);
  for (const name of names) {
    const path = `${dir}/tools/${name}.ts`;
    if (isComponent(name) || !/^\w+$/.test(name) || !(await hasEntry(root, path))) continue;
    throw new UserError(`${name} is a tool of your project, not a component.`, {
      code: 'unknown-component',
      hint: `Delete ${path}. The type check and the tests then name what used it.`,
    });
  }
}
