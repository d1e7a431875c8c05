import { UserError } from '../errors.ts';
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
import { addCommand } from '../pipeline/repo/package-manager.ts';
import { checkCompatible } from '../pipeline/repo/package-versions.ts';
import { checkTypescript } from '../pipeline/repo/typescript-version.ts';
import { showRows } from '../ui/show-rows.ts';
import { wrapCommand } from '../ui/wrap.ts';
import { askConflicts } from './ask-conflicts.ts';
import { buildPlan } from './build-plan.ts';
import type { Context, Flags } from './context.ts';
import { findHints, findPackageFacts } from './find-hints.ts';
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
  const { root } = opened.repo;
  await checkRepo(opened, proposal, messages);
  const decisions = await askConflicts(proposal.decisions, flags.onConflict, context);
  const { plan, notes } = await buildPlan({ ...proposal, decisions }, opened.repo);
  const writes = writesOf(plan, proposal.onDisk);
  await checkWritable(root, writes);
  if (conflictsLeft(plan).length > 0) context.exit(2);
  const { command } = messages;
  const isRelevant = command !== 'remove' && writes.length > 0;
  const hints = isRelevant ? await findHints(opened, proposal, command, 'before') : [];
  const warnings = [...messages.headline, ...notes];
  if (!terminal.json) {
    print(warnings, context);
    showRows(describePlan(plan), terminal);
  }
  const summary = {
    command,
    ...planSummary(plan),
    warnings,
    dryRun: flags.dryRun,
    written: !flags.dryRun && writes.length > 0,
  };
  if (writes.length === 0 || flags.dryRun) {
    if (hints.length > 0) context.exit(2);
    const document = { ...summary, installed: false, next: [], hints };
    if (terminal.json) return terminal.document(document);
    const dryRun = 'Nothing was written: this was --dry-run.';
    return print([...hints, writes.length === 0 ? nothingToDo(plan, messages) : dryRun], context);
  }
  await askFirst(plan, messages, root, flags, context);
  await writeFiles(root, command, writes, context);
  const change = { opened, proposal, plan, messages, hints };
  const finished = await finishChange(change, flags, context);
  if (terminal.json) return terminal.document({ ...summary, ...finished });
  print(changeClosing(plan, opened.repo.manager, [...finished.next, ...finished.hints]), context);
}

/** A change whose files are written. `hints` are those from before the installation. */
type WrittenChange = {
  readonly opened: Opened;
  readonly proposal: Proposal;
  readonly plan: Plan;
  readonly messages: CommandMessages;
  readonly hints: readonly string[];
};

/** Installs packages, and looks up what is left to do. */
async function finishChange(
  { opened, proposal, plan, messages, hints: before }: WrittenChange,
  flags: WriteFlags,
  context: Context,
) {
  const installed = await installOrHint(opened, plan, before, flags, context);
  const { command } = messages;
  const isChanged = installed && command !== 'remove';
  const hints = isChanged ? await findHints(opened, proposal, command, 'installed') : before;
  if (hints.length > 0) context.exit(2);
  const install = installed ? [] : installHint(opened, plan, flags, context);
  return { installed, next: [...install, ...plan.nextSteps, ...messages.notes], hints };
}

/** Installs packages. If that fails, the hints are shown anyway. */
async function installOrHint(
  opened: Opened,
  plan: Plan,
  hints: readonly string[],
  flags: WriteFlags,
  context: Context,
): Promise<boolean> {
  try {
    return await installIfNeeded(opened, plan, flags, context);
  } catch (error) {
    if (!(error instanceof UserError) || hints.length === 0) throw error;
    if (!context.terminal.json) print(hints, context);
    const { message, code, hint, details } = error;
    throw new UserError(message, { code, hint, details: { ...details, hints } });
  }
}

/**
 * Refuses a TypeScript that is too old, and packages that the repo has in another major version.
 * @throws UserError
 */
async function checkRepo(
  { repo }: Opened,
  proposal: Proposal,
  { command }: CommandMessages,
): Promise<void> {
  const install = (spec: string) => addCommand(repo.manager, spec);
  if (command !== 'remove') checkTypescript(repo.typescript, install);
  const facts = await findPackageFacts(repo, proposal);
  checkCompatible(facts, proposal.wanted.needs.dependencies, install);
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
