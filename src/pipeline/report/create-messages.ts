import { relative } from 'node:path';
import { type Answers, defaults } from '../resolve/questions.ts';
import type { Plan } from '../plan/change.ts';
import type { Selection } from '../resolve/selection.ts';
import type { Setup } from '../repo/choose-setup.ts';
import { quoted } from '../text/quote.ts';
import { deferredModel } from '../resolve/resolve.ts';
import { lines } from '../text/line-endings.ts';
import { installCommand, programOf, runScript, runTool } from '../repo/package-manager.ts';

/** How the steps after the files went. */
export type Outcome = {
  readonly installed: boolean;
  readonly git: 'committed' | 'uncommitted' | 'no-git' | 'skipped';
};

/** What `create` says last: commands with what they do, what to read, and the same command with flags. */
export type Closing = {
  readonly next: readonly { readonly command: string; readonly about: string }[];
  readonly notes: readonly string[];
  readonly read: string;
  readonly again: string;
};

/** The options of `create` that its last line repeats. */
export type RepeatableFlags = {
  readonly store?: string | undefined;
  readonly with?: readonly string[] | undefined;
  readonly pm?: string | undefined;
  readonly install: boolean;
  readonly git: boolean;
  /** From where the user is; none if that is there. */
  readonly cwd?: string | undefined;
  readonly registry?: string | undefined;
};

/** The user's files that a plan writes, its own bookkeeping left out. */
function filesOf(plan: Plan): readonly string[] {
  return plan.changes
    .filter((change) => change.role !== 'own' && 'text' in change)
    .map((change) => change.path);
}

/** Everything that `create` decided and did. */
export type CreateResult = {
  /** The project's root, from where the user is; empty if that is there. */
  readonly path: string;
  readonly answers: Answers;
  readonly selection: Selection;
  readonly plan: Plan;
  readonly setup: Setup;
  readonly flags: RepeatableFlags;
};

/** The first thing said once the files are there. */
export function createHeadline({ plan, path }: CreateResult): string {
  const where = path === '' ? 'here' : `in ${path}`;
  return `${filesOf(plan).length} files ${where}: all of it is your code now`;
}

/** Composes the closing note. */
export function createClosing(
  { path, answers, selection, plan, setup, flags }: CreateResult,
  outcome: Outcome,
): Closing {
  const { manager } = setup;
  const enter = path === '' ? [] : [{ command: `cd ${quoted(path)}`, about: '' }];
  const install = outcome.installed
    ? []
    : [{ command: installCommand(manager, setup.outside), about: '' }];
  return {
    next: [
      ...enter,
      ...install,
      { command: runScript(manager, 'start'), about: `talk to it; ${keyNeeded(selection)}` },
      { command: runScript(manager, 'test'), about: 'the tests, no key needed' },
      { command: `${runTool(manager)} list`, about: 'what add can bring' },
    ],
    notes: plan.nextSteps,
    read: readFirst(selection, plan),
    again: [runTool(manager), ...repeat(answers, flags)].join(' '),
  };
}

function keyNeeded({ request: { slots }, components: picked }: Selection): string {
  const asked = picked.find(
    ({ component }) =>
      component.name === slots['model'] && component.name !== `model-${deferredModel}`,
  );
  const needed =
    asked?.component.env.filter(({ required }) => required).map(({ name }) => name) ?? [];
  return needed.length > 0 ? `put ${needed.join(' and ')} into .env first` : 'no key needed';
}

function readFirst({ request }: Selection, plan: Plan): string {
  const files = [`${request.dir}/loop.ts`, `${request.dir}/tools.ts`].flatMap((path) =>
    plan.changes.filter((change) => change.path === path),
  );
  return files
    .map(
      (change, index) =>
        change.path + (index === 0 && 'text' in change ? ` (${lines(change.text)} lines)` : ''),
    )
    .join(' and ');
}

function repeat(
  { dir, template, model }: Answers,
  { store, with: further, pm, install, git, cwd, registry }: RepeatableFlags,
): readonly string[] {
  return [
    quoted(dir),
    ...option('template', template, defaults.template),
    ...option('model', model),
    ...option('store', store),
    ...option('with', further?.join(',')),
    ...option('pm', pm),
    ...option('cwd', cwd),
    ...option('registry', registry),
    ...(install ? [] : ['--no-install']),
    ...(git ? [] : ['--no-git']),
    '--yes',
  ];
}

/** What `--json` says of a project; `next` holds the commands in order. */
export function createSummary(created: CreateResult, outcome: Outcome | undefined): object {
  const { answers, selection, plan, setup } = created;
  const { model, store } = plan.lock.slots;
  return {
    name: selection.request.name,
    dir: answers.dir,
    template: answers.template,
    model,
    store,
    components: selection.components.map(({ component }) => component.name),
    files: filesOf(plan),
    packageManager: programOf(setup.manager),
    warnings: [...setup.warnings, ...selection.notes],
    ...(outcome
      ? { ...outcome, next: createClosing(created, outcome).next.map(({ command }) => command) }
      : { dryRun: true, install: plan.install }),
  };
}

function option(name: string, value: string | undefined, unsaid?: string): readonly string[] {
  return value === undefined || value === unsaid ? [] : [`--${name}`, quoted(value)];
}

/** The command that installs later, from where the user is. */
export function installCommandFrom(
  cwd: string,
  { manager, installIn, outside }: Pick<Setup, 'manager' | 'installIn' | 'outside'>,
): string {
  const path = relative(cwd, installIn).replaceAll('\\', '/');
  return (path === '' ? '' : `cd ${quoted(path)} && `) + installCommand(manager, outside);
}
