import { UserError } from '../errors.ts';
import { findIgnored } from '../io/find-ignored.ts';
import { isDirty } from '../io/git.ts';
import { checkWritable, transact, withRunLock } from '../io/transaction/transaction.ts';
import { mergeFor } from '../pipeline/decide/decide.ts';
import type { Decision, OnConflict } from '../pipeline/decide/decision.ts';
import { recordRefused } from '../pipeline/decide/refused-hunks.ts';
import type { Plan, Write } from '../pipeline/plan/change.ts';
import { isReported, isWritten, writesOf } from '../pipeline/plan/writes.ts';
import {
  changeClosing,
  confirmation,
  conflictsMessage,
  onlyOwnFilesChange,
  refusedNotes,
} from '../pipeline/report/change-messages.ts';
import { conflictsLeft, describePlan, planSummary } from '../pipeline/report/describe-plan.ts';
import { ignoredNotes, trackedNotes } from '../pipeline/report/ignored-notes.ts';
import { refusedIn } from '../pipeline/report/refused-in.ts';
import type { Merge } from '../pipeline/text/merge.ts';
import { showRows } from '../ui/show-rows.ts';
import { wrapCommand } from '../ui/wrap.ts';
import { askConflicts } from './ask-conflicts.ts';
import { buildPlan, type BuiltPlan } from './build-plan.ts';
import type { Context, Flags } from './context.ts';
import { checkRepo, findHints } from './find-hints.ts';
import { finishChange } from './finish-change.ts';
import { formatPlan } from './format-plan.ts';
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

/** A command's plan as it is shown, before anything is written. */
type Preview = BuiltPlan & {
  /** The decisions after the user's choices. */
  readonly decisions: readonly Decision[];
  readonly writes: readonly Write[];
  /** The settings and packages that keep the code from compiling. */
  readonly hints: readonly string[];
  readonly warnings: readonly string[];
};

/** The arguments of `applyChanges`. */
type Command = {
  readonly opened: Opened;
  readonly proposal: Proposal;
  readonly messages: CommandMessages;
  readonly flags: WriteFlags;
};

/** Resolves conflicts, shows the plan, asks, writes it in one transaction, and installs. */
export async function applyChanges(
  opened: Opened,
  proposal: Proposal,
  messages: CommandMessages,
  flags: WriteFlags,
  context: Context,
): Promise<void> {
  const command = { opened, proposal, messages, flags };
  const preview = await planCommand(command, context);
  if (!context.terminal.json) {
    print(preview.warnings, context);
    showRows(describePlan(preview.plan), context.terminal);
  }
  const isWriting = preview.writes.length > 0 && !flags.dryRun;
  const hints = isWriting
    ? await writeCommand(command, preview, context)
    : finishWithoutWriting(command, preview, context);
  if (hints.length > 0 || isLeftForUser(preview)) context.exit(2);
}

/** Resolves conflicts and plans the writes. */
async function planCommand(
  { opened, proposal, messages, flags }: Command,
  context: Context,
): Promise<Preview> {
  const { command } = messages;
  await checkRepo(opened, proposal, command !== 'remove');
  const asked = await askConflicts(proposal.decisions, flags.onConflict, context);
  const decisions = await recordAll(asked, opened.tools.merge);
  const built = await buildPlan({ ...proposal, decisions }, opened.repo);
  // A dry run starts no program of the repository.
  const plan = flags.dryRun ? built.plan : await formatPlan(built.plan, opened.tools.format);
  const writes = writesOf(plan, proposal.onDisk);
  await checkWritable(opened.repo.root, writes);
  const isRelevant = command !== 'remove' && writes.length > 0;
  const hints = isRelevant ? await findHints(opened, proposal, command, 'before') : [];
  const warnings = [
    ...messages.headline,
    ...built.notes,
    ...trackedNotes(proposal.tracked),
    ...(await ignoredWrites(opened, writes, context)),
  ];
  return { ...built, plan, decisions, writes, hints, warnings };
}

/** Shows the result of a command that writes nothing. Returns the hints. */
function finishWithoutWriting(
  { messages, flags }: Command,
  preview: Preview,
  context: Context,
): readonly string[] {
  const { plan, writes, hints, decisions } = preview;
  const { terminal } = context;
  if (terminal.json) {
    const summary = summaryOf(preview, messages, flags);
    terminal.document({ ...summary, installed: false, next: [], hints });
    return hints;
  }
  const dryRun = 'Nothing was written: this was --dry-run.';
  const result = writes.length === 0 ? nothingToDo(plan, messages) : dryRun;
  const notes = messages.command === 'update' ? refusedNotes(decisions, flags.dryRun) : [];
  print([...hints, result, ...notes], context);
  return hints;
}

/** Asks, writes and installs. Returns the hints that are left. */
async function writeCommand(
  { opened, proposal, messages, flags }: Command,
  preview: Preview,
  context: Context,
): Promise<readonly string[]> {
  const { plan, writes, hints, behind, decisions } = preview;
  const { root, manager } = opened.repo;
  await askFirst(plan, messages, root, flags, context);
  await writeFiles(root, messages.command, writes, context);
  const change = { opened, proposal, plan, messages, hints };
  const finished = await finishChange(change, flags, context);
  if (context.terminal.json) {
    context.terminal.document({ ...summaryOf(preview, messages, flags), ...finished });
    return finished.hints;
  }
  const notes = messages.command === 'update' ? refusedNotes(decisions, false) : [];
  const closing = [...notes, ...finished.next, ...finished.hints];
  print(changeClosing(plan, behind, manager, closing), context);
  return finished.hints;
}

/** Returns the document of `--json` without the results of writing. */
function summaryOf(
  { plan, behind, decisions, dangling, warnings, writes }: Preview,
  { command }: CommandMessages,
  { dryRun }: Flags,
) {
  return {
    command,
    ...planSummary(plan),
    behind,
    refused: refusedIn(decisions),
    dangling: dangling.map(([path, deleted]) => ({ path, deleted })),
    warnings,
    dryRun,
    written: !dryRun && writes.length > 0,
  };
}

function recordAll(decisions: readonly Decision[], byLines: Merge): Promise<readonly Decision[]> {
  return Promise.all(
    decisions.map((one) => recordRefused(one, { merge: mergeFor(one, byLines), byLines })),
  );
}

/** Whether a command leaves something that a person has to look at. */
function isLeftForUser({ plan, behind, dangling }: Preview): boolean {
  return conflictsLeft(plan).length > 0 || behind.length > 0 || dangling.length > 0;
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
