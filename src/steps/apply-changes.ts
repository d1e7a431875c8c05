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
import { formatOwnFiles } from './format-own-files.ts';
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
  await checkRepo(opened, proposal, messages.command !== 'remove');
  const asked = await askConflicts(proposal.decisions, flags.onConflict, context);
  const decisions = await recordAll(asked, opened.tools.merge);
  const built = await buildPlan({ ...proposal, decisions }, opened.repo);
  const { notes, behind, dangling } = built;
  // A dry run starts no program of the repository.
  const plan = flags.dryRun ? built.plan : await formatOwnFiles(built.plan, opened.tools.format);
  const writes = writesOf(plan, proposal.onDisk);
  await checkWritable(root, writes);
  if (isLeftForUser(built)) context.exit(2);
  const { command } = messages;
  const isRelevant = command !== 'remove' && writes.length > 0;
  const hints = isRelevant ? await findHints(opened, proposal, command, 'before') : [];
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
    command,
    ...planSummary(plan),
    behind,
    refused: refusedIn(decisions),
    dangling: dangling.map(([path, deleted]) => ({ path, deleted })),
    warnings,
    dryRun: flags.dryRun,
    written: !flags.dryRun && writes.length > 0,
  };
  const refused = messages.command === 'update' ? refusedNotes(decisions) : [];
  if (writes.length === 0 || flags.dryRun) {
    if (hints.length > 0) context.exit(2);
    const document = { ...summary, installed: false, next: [], hints };
    if (terminal.json) return terminal.document(document);
    const dryRun = 'Nothing was written: this was --dry-run.';
    const result = writes.length === 0 ? nothingToDo(plan, messages) : dryRun;
    return print([...hints, result, ...refused], context);
  }
  await askFirst(plan, messages, root, flags, context);
  await writeFiles(root, command, writes, context);
  const change = { opened, proposal, plan, messages, hints };
  const finished = await finishChange(change, flags, context);
  if (terminal.json) return terminal.document({ ...summary, ...finished });
  const closing = [...refused, ...finished.next, ...finished.hints];
  print(changeClosing(plan, behind, manager, closing), context);
}

function recordAll(decisions: readonly Decision[], byLines: Merge): Promise<readonly Decision[]> {
  return Promise.all(
    decisions.map((one) => recordRefused(one, { merge: mergeFor(one, byLines), byLines })),
  );
}

/** Whether a command leaves something that a person has to look at. */
function isLeftForUser({ plan, behind, dangling }: BuiltPlan): boolean {
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
