import { variablesOf } from '../resolve/needed-variables.ts';
import type { Answers } from '../resolve/questions.ts';
import type { Plan } from '../plan/change.ts';
import type { Selection } from '../resolve/selection.ts';
import type { Setup } from '../repo/choose-setup.ts';
import { quoted } from '../text/quote.ts';
import { installCommand, programOf, runScript, runTool } from '../repo/package-manager.ts';
import { agentParts } from './agent-parts.ts';
import { formatCount } from './format-count.ts';
import { type RepeatableFlags, repeatedFlags } from './repeated-flags.ts';
import { relativePath } from '../text/relative-path.ts';

/** The results of the steps after the files are written. */
export type Outcome = {
  readonly installed: boolean;
  readonly git: 'committed' | 'uncommitted' | 'no-git' | 'skipped';
};

/** A command, and what it is for. */
type NextCommand = { readonly command: string; readonly about: string };

/** The closing note of `create`. */
export type Closing = {
  /** The commands to run next, in order. */
  readonly next: readonly NextCommand[];
  readonly notes: readonly string[];
  /** The folder of the components. */
  readonly dir: string;
  /** The parts of that folder: the name of each, then its size and its places. */
  readonly parts: readonly (readonly [string, string])[];
  /** The command that creates the same project, with all answers as flags. */
  readonly again: string;
};

/** Everything that `create` decided and wrote. */
export type CreateResult = {
  /** The project's root, relative to the user's folder; empty for that folder. */
  readonly path: string;
  readonly answers: Answers;
  readonly selection: Selection;
  readonly plan: Plan;
  readonly setup: Setup;
  readonly flags: RepeatableFlags;
};

/** Returns the files that a plan writes, without the tool's own. */
function filesOf(plan: Plan): readonly string[] {
  return plan.changes
    .filter((change) => change.role !== 'own' && 'text' in change)
    .map((change) => change.path);
}

/** Returns the message once the files are written. */
export function createHeadline({ plan, path }: CreateResult): string {
  const where = path === '' ? 'here' : `in ${path}`;
  return `Created ${formatCount(filesOf(plan).length, 'file')} ${where}: the code is yours`;
}

/** Builds the closing note. */
export function createClosing(created: CreateResult, outcome: Outcome): Closing {
  const { answers, selection, plan, setup, flags } = created;
  return {
    next: nextCommands(created, outcome),
    notes: plan.nextSteps,
    dir: selection.request.dir,
    parts: agentParts(plan.changes, selection.request.dir),
    again: [runTool(setup.manager), ...repeatedFlags(answers, flags)].join(' '),
  };
}

function nextCommands(
  { path, selection, setup }: CreateResult,
  { installed }: Outcome,
): readonly NextCommand[] {
  const { manager, outside } = setup;
  const next: NextCommand[] = [];
  if (path !== '') next.push({ command: `cd ${quoted(path)}`, about: '' });
  if (!installed) next.push({ command: installCommand(manager, outside), about: '' });
  const variables = variablesOf(selection);
  const needsNone = variables.length === 0;
  if (!needsNone) {
    const about = `then set ${variables.join(' and ')} in .env`;
    next.push({ command: 'cp .env.example .env', about });
  }
  next.push(
    {
      command: runScript(manager, 'start'),
      about: `talk to it${needsNone ? '; no key needed' : ''}`,
    },
    { command: runScript(manager, 'test'), about: 'run the tests; no key needed' },
    { command: `${runTool(manager)} list`, about: 'components that you can add' },
  );
  return next;
}

/**
 * Returns a new project as the document of `--json` shows it. A dry run has no outcome. `notes` are
 * further warnings.
 */
export function createSummary(
  created: CreateResult,
  outcome: Outcome | undefined,
  notes: readonly string[] = [],
): object {
  const { answers, selection, plan, setup } = created;
  const { model, store } = plan.lock.slots;
  const summary = {
    name: selection.request.name,
    dir: answers.dir,
    template: answers.template,
    model,
    store,
    components: selection.components.map(({ component }) => component.name),
    files: filesOf(plan),
    packageManager: programOf(setup.manager),
    warnings: [...setup.warnings, ...selection.notes, ...notes],
  };
  if (!outcome) return { ...summary, dryRun: true, install: plan.install };
  const next = nextCommands(created, outcome).map(({ command }) => command);
  return { ...summary, ...outcome, next };
}

/** Returns the command that installs later, from the user's folder `cwd`. */
export function installCommandFrom(
  cwd: string,
  { manager, installIn, outside }: Pick<Setup, 'manager' | 'installIn' | 'outside'>,
): string {
  const command = installCommand(manager, outside);
  const path = relativePath(cwd, installIn);
  return path === '' ? command : `cd ${quoted(path)} && ${command}`;
}
