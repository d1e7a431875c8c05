import { UserError } from '../errors.ts';
import { findRoot } from '../io/find-root.ts';
import { readInstalled } from '../io/read-installed.ts';
import { inspectManager } from '../io/inspect-repo.ts';
import {
  type CompletedTransaction,
  lastTransaction,
  recover,
  withRunLock,
} from '../io/transaction/transaction.ts';
import { mergeTexts } from '../io/merge-texts.ts';
import { previewUndo, undoTransaction } from '../io/transaction/undo-transaction.ts';
import { mergeEdited, type MergeEdited } from '../pipeline/decide/merge-edited.ts';
import { isOwnPath } from '../pipeline/lock/own-paths.ts';
import { installCommandFrom } from '../pipeline/report/create-messages.ts';
import { leftIn, undoNote } from '../pipeline/report/undo-messages.ts';
import { userAgentOf, type Context, type Flags } from '../steps/context.ts';
import { checkMoved } from '../steps/check-agent-folder.ts';

/**
 * Restores what the last command changed. Takes only that out of files edited since, or names what
 * is left in them.
 */
export async function undo(flags: Flags, context: Context): Promise<void> {
  const { terminal, signal, cwd } = context;
  const root = await findRoot(flags.cwd);
  await recover(root);
  const { lock } = await readInstalled(root);
  if (lock) await checkMoved(root, lock);
  const merge = mergeEdited(lock, mergeTexts);
  if (flags.dryRun) return showDryRun(root, context, merge);
  const result = await withRunLock(root, () => undoTransaction(root, { signal, merge }));
  const { command, restored, merged, kept } = result;
  const left = result.unmerged.flatMap(leftIn);
  if (kept.length > 0) context.exit(2);
  if (terminal.json) {
    const summary = { command: 'undo', dryRun: false, takesBack: command };
    return terminal.document({ ...summary, restored, merged, kept, left });
  }
  const manager = await inspectManager(root, { userAgent: userAgentOf(context) });
  const install = installCommandFrom(cwd, { manager, installIn: root, outside: false });
  undoNote({ ...result, left }, install).forEach(terminal.print);
}

/** Prints what would be undone. @throws UserError if nothing can be */
async function showDryRun(root: string, { terminal }: Context, merge: MergeEdited): Promise<void> {
  const { command, at, files } = await lastUndoable(root);
  const paths = files.map(({ path }) => path).filter((path) => !isOwnPath(path));
  const { merged, kept } = await previewUndo(root, merge);
  if (terminal.json) {
    const summary = { command: 'undo', dryRun: true, takesBack: command, files: paths };
    return terminal.document({ ...summary, merged, kept });
  }
  terminal.print(`undo would revert \`${command}\` of ${at}:`);
  for (const path of paths) {
    const note = merged.includes(path) ? ', with your edits since in it' : '';
    terminal.print(kept.includes(path) ? `  ${path}: edited since, so kept` : `  ${path}${note}`);
  }
  terminal.print('Nothing was written: this was --dry-run.');
}

async function lastUndoable(root: string): Promise<CompletedTransaction> {
  const last = await lastTransaction(root);
  if (last && last.command !== 'create') return last;
  const hint = last
    ? `The last command was create. To undo it, remove ${root}.`
    : 'git can restore what was committed.';
  throw new UserError(`There is nothing to undo in ${root}.`, { code: 'not-found', hint });
}
