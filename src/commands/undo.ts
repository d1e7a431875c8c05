import { UserError } from '../errors.ts';
import { findRoot, readInstalled } from '../io/read-project.ts';
import { inspectManager } from '../io/inspect-repo.ts';
import {
  withRunLock,
  lastTransaction,
  recover,
  undo as takeBack,
} from '../io/transaction/transaction.ts';
import { isOwnPath } from '../pipeline/lock/own-paths.ts';
import { installCommandFrom } from '../pipeline/report/create-messages.ts';
import { undoNote } from '../pipeline/report/undo-messages.ts';
import { userAgentOf, type Context, type Flags } from '../steps/context.ts';
import { checkMoved } from '../steps/check-agent-folder.ts';

/** Puts back, byte for byte, what the last command changed; files edited since are kept and named. */
export async function undo(flags: Flags, context: Context): Promise<void> {
  const { terminal, signal, cwd } = context;
  const root = await findRoot(flags.cwd);
  await recover(root);
  const { lock } = await readInstalled(root);
  if (lock) await checkMoved(root, lock);
  if (flags.dryRun) return foresee(root, context);
  const undone = await withRunLock(root, () => takeBack(root, { signal }));
  const { restored, kept } = undone;
  if (kept.length > 0) context.exit(2);
  if (terminal.json)
    return terminal.document({
      command: 'undo',
      dryRun: false,
      takesBack: undone.command,
      restored,
      kept,
    });
  const manager = await inspectManager(root, { userAgent: userAgentOf(context) });
  const install = installCommandFrom(cwd, { manager, installIn: root, outside: false });
  undoNote(undone, install).forEach(terminal.print);
}

/** Says what would be taken back. @throws UserError when nothing could be */
async function foresee(root: string, { terminal }: Context): Promise<void> {
  const last = await lastTransaction(root);
  if (!last || last.command === 'create')
    throw new UserError(`There is nothing to undo in ${root}.`, {
      code: 'not-found',
      hint: last
        ? `The last command was create. To take it back, remove ${root}.`
        : 'git brings back what was committed.',
    });
  const files = last.files.map(({ path }) => path).filter((path) => !isOwnPath(path));
  if (terminal.json)
    return terminal.document({ command: 'undo', dryRun: true, takesBack: last.command, files });
  terminal.print(`undo would take back \`${last.command}\` of ${last.at}:`);
  files.forEach((path) => terminal.print(`  ${path}`));
  terminal.print('Nothing was written: this was --dry-run.');
}
