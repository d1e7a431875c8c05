import { findRoot } from '../io/project.ts';
import { exclusively, lastTransaction, undo as takeBack } from '../io/transaction.ts';
import { isOwn } from '../pipeline/own-files.ts';
import { undoNote } from '../pipeline/report-change.ts';
import type { Flags, Setting } from './command.ts';

/** Puts back, byte for byte, what the last command changed; files edited since are kept and named. */
export async function undo(flags: Flags, setting: Setting): Promise<void> {
  const { terminal, signal } = setting;
  const root = await findRoot(flags.cwd);
  if (flags.dryRun) {
    const last = await lastTransaction(root);
    const files = (last?.files ?? []).map(({ path }) => path).filter((path) => !isOwn(path));
    if (terminal.json)
      return terminal.document({ command: 'undo', dryRun: true, takesBack: last?.command ?? null, files });
    if (!last) return terminal.print('There is nothing to undo.');
    terminal.print(`undo would take back \`${last.command}\` of ${last.at}:`);
    files.forEach((path) => terminal.print(`  ${path}`));
    return terminal.print('Nothing was written: this was --dry-run.');
  }
  const { restored, kept } = await exclusively(root, () => takeBack(root, { signal }));
  if (kept.length > 0) setting.exit(2);
  if (terminal.json) return terminal.document({ command: 'undo', restored, kept });
  undoNote(restored, kept).forEach(terminal.print);
}
