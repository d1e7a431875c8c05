import { requestUpdate } from '../pipeline/resolve/change-request.ts';
import { hasNews, statusOf } from '../pipeline/report/component-status.ts';
import {
  statusClosing,
  statusHeadline,
  statusMoves,
  statusRows,
} from '../pipeline/report/status-messages.ts';
import { table, wrapCommand } from '../ui/wrap.ts';
import type { Flags, Context } from '../steps/context.ts';
import { checkMoved } from '../steps/check-agent-folder.ts';
import { openInstalled } from '../steps/open-project.ts';
import { proposeChanges } from '../steps/propose-changes.ts';

export type StatusFlags = Flags & { readonly check: boolean };

/**
 * Shows for each component what the user edited and what is new upstream. With `check` the exit
 * code is 1 if something is new.
 */
export async function status(flags: StatusFlags, context: Context): Promise<void> {
  const { terminal } = context;
  const opened = await openInstalled({ ...flags, replaces: flags.registry !== undefined }, context);
  await checkMoved(opened.repo.root, opened.lock);
  const { lock, catalogue } = opened;
  const { wanted, decisions } = await proposeChanges(
    opened,
    requestUpdate(opened, [], new Set()),
    context,
  );
  const all = statusOf(lock, catalogue, wanted, decisions);
  if (flags.check && all.some(hasNews)) context.exit(1);
  if (terminal.json)
    return terminal.document({ tool: context.version, lockedBy: lock.tool, components: all });
  terminal.print(statusHeadline(lock, all, context.version));
  const rows = statusRows(all);
  if (rows.length > 0)
    table([['', 'you', 'upstream', ''], ...rows], terminal.columns).forEach(terminal.print);
  const closing = statusClosing(all, opened.repo.manager, flags.registry);
  [...statusMoves(all), ...closing]
    .flatMap((text) => wrapCommand(text, terminal.columns))
    .forEach(terminal.print);
}
