import { isDirty } from '../io/git.ts';
import { importedPackages } from '../io/imports.ts';
import { exclusively, transact } from '../io/transaction.ts';
import { checkCompatible } from '../pipeline/compatible.ts';
import { conflictsLeft, describe, planSummary } from '../pipeline/describe.ts';
import { addCommand, runTool } from '../pipeline/package-manager.ts';
import { plan as makePlan } from '../pipeline/plan.ts';
import { dropped } from '../pipeline/shared.ts';
import { isNews, writesOf } from '../pipeline/writes.ts';
import type { Decision, OnConflict, Plan } from '../types.ts';
import { showRows } from '../ui/show-rows.ts';
import { wrap } from '../ui/wrap.ts';
import type { Flags, Setting } from './command.ts';
import { installPackages } from './install-packages.ts';
import type { Opened } from './project.ts';
import type { Proposal } from './propose.ts';
import { settleConflicts } from './settle-conflicts.ts';

/** The options of commands that write into a repo. */
export type WriteFlags = Flags & { readonly install: boolean; readonly onConflict?: OnConflict; readonly pm?: string };

/** What a command calls itself and says around its plan. */
export type Errand = {
  readonly command: string;
  /** Said before the plan. */
  readonly headline: readonly string[];
  /** Said when there is nothing to do. */
  readonly nothing: string;
  /** Said last. */
  readonly notes: readonly string[];
  /** Warn of changes that are not committed yet. */
  readonly mindGit: boolean;
};

/** Settles conflicts, shows the plan, asks, writes it in one transaction, and installs. */
export async function carryOut(
  opened: Opened,
  proposal: Proposal,
  errand: Errand,
  flags: WriteFlags,
  setting: Setting,
): Promise<void> {
  const { terminal, signal } = setting;
  const { root } = opened.repo;
  const say = (texts: readonly string[]) =>
    texts.flatMap((text) => wrap(text, terminal.columns)).forEach(terminal.print);
  const decisions = await settleConflicts(proposal.decisions, flags.onConflict, setting);
  const plan = await planOf(proposal, decisions, root);
  const writes = writesOf(plan, proposal.project);
  const left = conflictsLeft(plan);
  const told = { command: errand.command, ...planSummary(plan) };
  if (left.length > 0) setting.exit(2);
  if (writes.length === 0) {
    if (terminal.json) return terminal.document({ ...told, written: false });
    showRows(describe(plan), terminal);
    return terminal.print(left.length > 0 ? leftLine(left) : errand.nothing);
  }
  checkCompatible(proposal.project.disk.get('package.json') ?? '{}', proposal.wanted.needs.dependencies, (spec) =>
    addCommand(opened.repo.manager, spec),
  );
  if (!terminal.json) {
    say(errand.headline);
    showRows(describe(plan), terminal);
  }
  if (flags.dryRun)
    return terminal.json
      ? terminal.document({ ...told, dryRun: true })
      : terminal.print('Nothing was written: this was --dry-run.');
  if (errand.mindGit && (await isDirty(root)))
    terminal.print('There are changes here that are not committed. `undo` takes back this one alone.');
  if (terminal.interactive && !flags.yes)
    await confirm(plan.changes.filter((change) => isNews(change) && change.kind !== 'keep-mine').length, setting);
  await exclusively(root, () => transact(root, errand.command, writes, { signal }));
  const installed = await installPackages(opened.repo, plan, flags, setting);
  if (terminal.json) return terminal.document({ ...told, written: true, installed });
  const undo = `${runTool(opened.repo.manager)} undo`;
  terminal.print(left.length > 0 ? `Written. ${leftLine(left)}` : 'Done.');
  terminal.print(`Take it back: ${undo}`);
  say([...plan.nextSteps, ...errand.notes]);
}

function leftLine(left: ReturnType<typeof conflictsLeft>): string {
  const all = left.map(({ path, where, why }) => (where === '' ? `${path} (${why})` : `${path}:${where}`));
  return `${left.length === 1 ? '1 conflict is' : `${left.length} conflicts are`} left for you: ${all.join(', ')}`;
}

async function planOf({ wanted, project }: Proposal, decisions: readonly Decision[], root: string): Promise<Plan> {
  const candidates = dropped(wanted, project);
  const deleted = decisions.filter(({ verdict }) => verdict.kind === 'delete').map(({ path }) => path);
  const imported = candidates.length === 0 ? [] : await importedPackages(root, candidates, new Set(deleted));
  return makePlan({ ...wanted, keeps: new Set([...wanted.keeps, ...imported]) }, decisions, project);
}

async function confirm(files: number, { signal }: Setting): Promise<void> {
  const { askConfirm } = await import('../ui/ask-confirm.ts');
  await askConfirm(files === 1 ? 'Write this file?' : `Write these ${files} files?`, signal);
}
