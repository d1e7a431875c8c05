import { UserError } from '../errors.ts';
import { isDirty } from '../io/git.ts';
import { importedPackages } from '../io/imports.ts';
import { checkPlaces, exclusively, transact } from '../io/transaction.ts';
import { checkCompatible } from '../pipeline/compatible.ts';
import { conflictsLeft, describe, planSummary } from '../pipeline/describe.ts';
import { addCommand } from '../pipeline/package-manager.ts';
import { plan as makePlan } from '../pipeline/plan.ts';
import { changeClosing, leftOver } from '../pipeline/report-change.ts';
import { dropped } from '../pipeline/shared.ts';
import { isWritten, writesOf } from '../pipeline/writes.ts';
import type { Decision, OnConflict, Plan, Write } from '../types.ts';
import { showRows } from '../ui/show-rows.ts';
import { wrapCommand } from '../ui/wrap.ts';
import type { Flags, Setting } from './command.ts';
import { installPackages } from './install-packages.ts';
import type { Opened } from './project.ts';
import type { Proposal } from './propose.ts';
import { settleConflicts } from './settle-conflicts.ts';

/** The options of commands that write into a repo. */
export type WriteFlags = Flags & { readonly install: boolean; readonly onConflict?: OnConflict; readonly pm?: string };

/** What a command calls itself and says around its plan. */
export type Errand = {
  readonly command: 'add' | 'update' | 'remove';
  /** Said before the plan. */
  readonly headline: readonly string[];
  /** Said when there is nothing to do. */
  readonly nothing: string;
  /** Said last. */
  readonly notes: readonly string[];
};

/** Settles conflicts, shows the plan, asks, writes it in one transaction, and installs. */
export async function carryOut(
  opened: Opened,
  proposal: Proposal,
  errand: Errand,
  flags: WriteFlags,
  setting: Setting,
): Promise<void> {
  const { terminal } = setting;
  const { root, manager } = opened.repo;
  const plan = await planOf(proposal, await settleConflicts(proposal.decisions, flags.onConflict, setting), root);
  const writes = writesOf(plan, proposal.project);
  if (conflictsLeft(plan).length > 0) setting.exit(2);
  if (writes.length === 0) return sayNothing(plan, errand, setting);
  checkFits(opened, proposal);
  await checkPlaces(root, writes);
  const told = { command: errand.command, ...planSummary(plan) };
  if (!terminal.json) {
    say(errand.headline, setting);
    showRows(describe(plan), terminal);
  }
  if (flags.dryRun && terminal.json) return terminal.document({ ...told, dryRun: true });
  if (flags.dryRun) return terminal.print('Nothing was written: this was --dry-run.');
  if (errand.command !== 'add' && (await isDirty(root)))
    say(['Not everything here is committed. `undo` takes back this command alone.'], setting);
  if (terminal.interactive && !flags.yes) await confirm(plan, setting);
  await write(root, errand.command, writes, setting);
  const installed = await installPackages(opened.repo, plan, flags, setting);
  if (terminal.json) return terminal.document({ ...told, written: true, installed });
  say(changeClosing(plan, manager, errand.notes), setting);
}

function say(texts: readonly string[], { terminal }: Setting): void {
  texts.flatMap((text) => wrapCommand(text, terminal.columns)).forEach(terminal.print);
}

function sayNothing(plan: Plan, errand: Errand, setting: Setting): void {
  const { terminal } = setting;
  if (terminal.json) return terminal.document({ command: errand.command, ...planSummary(plan), written: false });
  showRows(describe(plan), terminal);
  const left = conflictsLeft(plan);
  say([left.length > 0 ? leftOver(left) : errand.nothing], setting);
}

function checkFits({ repo }: Opened, { project, wanted }: Proposal): void {
  const packageJson = project.disk.get('package.json') ?? '{}';
  checkCompatible(packageJson, wanted.needs.dependencies, (spec) => addCommand(repo.manager, spec));
}

async function planOf({ wanted, project }: Proposal, decisions: readonly Decision[], root: string): Promise<Plan> {
  const candidates = dropped(wanted, project);
  const deleted = decisions.filter(({ verdict }) => verdict.kind === 'delete').map(({ path }) => path);
  const imported = candidates.length === 0 ? [] : await importedPackages(root, candidates, new Set(deleted));
  return makePlan({ ...wanted, keeps: new Set([...wanted.keeps, ...imported]) }, decisions, project);
}

/** Writes; what is read-only is written over only once somebody says so. */
async function write(root: string, command: string, writes: readonly Write[], setting: Setting): Promise<void> {
  const { terminal, signal } = setting;
  const go = (readOnly: 'refuse' | 'overwrite') =>
    exclusively(root, () => transact(root, command, writes, { signal, readOnly }));
  try {
    await go('refuse');
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'read-only' || !terminal.interactive) throw error;
    const { askConfirm } = await import('../ui/ask-confirm.ts');
    await askConfirm(`${error.message} Write it, and what else is read-only, all the same?`, signal);
    await go('overwrite');
  }
}

async function confirm({ changes }: Plan, { signal }: Setting): Promise<void> {
  const { askConfirm } = await import('../ui/ask-confirm.ts');
  const files = changes.filter((change) => change.role !== 'own' && isWritten(change)).length;
  await askConfirm(files === 1 ? 'Write this file?' : `Write these ${files} files?`, signal);
}
