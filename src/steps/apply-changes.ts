import { UserError } from '../errors.ts';
import { findIgnored } from '../io/find-ignored.ts';
import { isDirty } from '../io/git.ts';
import { checkWritable, transact, withRunLock } from '../io/transaction/transaction.ts';
import type { OnConflict } from '../pipeline/decide/decision.ts';
import type { Plan, Write } from '../pipeline/plan/change.ts';
import { isReported, isWritten, writesOf } from '../pipeline/plan/writes.ts';
import {
  changeClosing,
  confirmation,
  conflictsMessage,
  onlyOwnFilesChange,
} from '../pipeline/report/change-messages.ts';
import { conflictsLeft, describePlan, planSummary } from '../pipeline/report/describe-plan.ts';
import { ignoredNotes, trackedNotes } from '../pipeline/report/ignored-notes.ts';
import { addCommand } from '../pipeline/repo/package-manager.ts';
import { checkCompatible } from '../pipeline/repo/package-versions.ts';
import { showRows } from '../ui/show-rows.ts';
import { wrapCommand } from '../ui/wrap.ts';
import { askConflicts } from './ask-conflicts.ts';
import { buildPlan } from './build-plan.ts';
import type { Context, Flags } from './context.ts';
import { formatOwnFiles } from './format-own-files.ts';
import { installHint, installIfNeeded } from './install-if-needed.ts';
import type { Opened } from './open-project.ts';
import type { Proposal } from './propose-changes.ts';

/** The options of commands that write into a repo. */
export type WriteFlags = Flags & {
  readonly install: boolean;
  readonly onConflict?: OnConflict;
  readonly pm?: string;
};

/** The name of a command, and what it prints around its plan. */
export type CommandMessages = {
  readonly command: 'add' | 'update' | 'remove';
  /** Printed before the plan. */
  readonly headline: readonly string[];
  /** Printed when there is nothing to do. */
  readonly nothing: string;
  /** Printed last. */
  readonly notes: readonly string[];
};

/** Resolves conflicts, shows the plan, asks, writes it in one transaction, and installs. */
export async function applyChanges(
  opened: Opened,
  proposal: Proposal,
  messages: CommandMessages,
  flags: WriteFlags,
  context: Context,
): Promise<void> {
  const { terminal } = context;
  const { root, manager } = opened.repo;
  checkPackages(opened, proposal);
  const decisions = await askConflicts(proposal.decisions, flags.onConflict, context);
  const built = await buildPlan({ ...proposal, decisions }, opened.repo);
  const { notes } = built;
  // A dry run starts no program of the repository.
  const plan = flags.dryRun ? built.plan : await formatOwnFiles(built.plan, opened.tools.format);
  const writes = writesOf(plan, proposal.onDisk);
  await checkWritable(root, writes);
  if (conflictsLeft(plan).length > 0) context.exit(2);
  const warnings = [
    ...messages.headline,
    ...notes,
    ...trackedNotes(proposal.tracked),
    ...(await ignoredWrites(opened, writes, context)),
  ];
  if (!terminal.json) {
    print(warnings, context);
    showRows(describePlan(plan), terminal);
  }
  const summary = {
    command: messages.command,
    ...planSummary(plan),
    warnings,
    dryRun: flags.dryRun,
    written: !flags.dryRun && writes.length > 0,
  };
  if (writes.length === 0 || flags.dryRun) {
    if (terminal.json) return terminal.document({ ...summary, installed: false, next: [] });
    const dryRun = 'Nothing was written: this was --dry-run.';
    return print([writes.length === 0 ? nothingToDo(plan, messages) : dryRun], context);
  }
  await askFirst(plan, messages, root, flags, context);
  await writeFiles(root, messages.command, writes, context);
  const installed = await installIfNeeded(opened, plan, flags, context);
  const install = installed ? [] : installHint(opened, plan, flags, context);
  const next = [...install, ...plan.nextSteps, ...messages.notes];
  if (terminal.json) return terminal.document({ ...summary, installed, next });
  print(changeClosing(plan, manager, next), context);
}

/** Notes the written files that git ignores. */
async function ignoredWrites(
  { repo }: Opened,
  writes: readonly Write[],
  { env }: Context,
): Promise<readonly string[]> {
  const written = writes.filter(({ content }) => content !== undefined);
  const paths = written.map(({ path }) => path);
  return ignoredNotes(await findIgnored(repo, paths, env));
}

/** Refuses packages that the repo has in another major version. @throws UserError */
function checkPackages({ repo }: Opened, { project, wanted }: Proposal): void {
  const packageJson = project.disk.get('package.json') ?? '{}';
  const { dependencies } = wanted.needs;
  checkCompatible(packageJson, dependencies, (spec) => addCommand(repo.manager, spec));
}

function print(texts: readonly string[], { terminal }: Context): void {
  texts.flatMap((text) => wrapCommand(text, terminal.columns)).forEach(terminal.print);
}

function nothingToDo(plan: Plan, messages: CommandMessages): string {
  const left = conflictsLeft(plan);
  return left.length > 0 ? conflictsMessage(left) : messages.nothing;
}

async function askFirst(
  plan: Plan,
  { command }: CommandMessages,
  root: string,
  flags: Flags,
  context: Context,
): Promise<void> {
  const { terminal, env, signal } = context;
  const changesUserFiles = plan.changes.some((one) => isReported(one) && isWritten(one));
  if (!changesUserFiles) return print([onlyOwnFilesChange], context);
  if (command !== 'add' && (await isDirty(root, env))) {
    print(['This repo has uncommitted changes. `undo` reverts only this command.'], context);
  }
  if (!terminal.attended || flags.yes) return;
  const { askConfirm } = await import('../ui/ask-confirm.ts');
  const question = { message: confirmation(plan), initial: command !== 'remove' };
  await askConfirm(question, terminal, signal);
}

/** Writes the files. Read-only ones are overwritten only after a person agrees. */
async function writeFiles(
  root: string,
  command: string,
  writes: readonly Write[],
  context: Context,
): Promise<void> {
  const { terminal, signal } = context;
  const run = (readOnly: 'refuse' | 'overwrite') =>
    withRunLock(root, () => transact(root, command, writes, { signal, readOnly }));
  try {
    await run('refuse');
  } catch (error) {
    const isReadOnly = error instanceof UserError && error.code === 'read-only';
    if (!isReadOnly || !terminal.attended) throw error;
    const { askConfirm } = await import('../ui/ask-confirm.ts');
    const message = `${error.message} Overwrite it, and all other read-only files?`;
    await askConfirm({ message, initial: false }, terminal, signal);
    await run('overwrite');
  }
}
