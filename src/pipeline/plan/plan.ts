import { isDeepStrictEqual } from 'node:util';
import type { Change, Plan } from './change.ts';
import type { Decision, FileAction, Refused } from '../decide/decision.ts';
import type { Contributed, Lock, LockedFile, RefusedState } from '../lock/lock-file.ts';
import type { Project } from '../decide/project-state.ts';
import type { Wanted } from '../render/wanted.ts';
import { hash } from '../text/hash.ts';
import { localRunner, runScript } from '../repo/package-manager.ts';
import { planOwnFiles } from './plan-own-files.ts';
import { lf } from '../text/line-endings.ts';
import { placeMoves } from './place-moves.ts';
import { planShared } from './plan-shared-files.ts';

/**
 * Plans all changes of a command: the decided files, the shared files and the
 * tool's own files. `project` is the state after the moves of the command, `onDisk` the
 * state before them.
 */
export function planChanges(
  wanted: Wanted,
  decisions: readonly Decision[],
  project: Project,
  onDisk: Project = project,
): Plan {
  const shared = planShared(wanted, project);
  const lock = buildLock(wanted, decisions, project, shared.contributed);
  const copies = decisions.flatMap(({ theirs, refused }) => [theirs, refused?.taken]);
  const texts = [...project.bases.values(), ...copies.filter((text) => text !== undefined)];
  return {
    changes: [
      ...placeMoves(decisions.map(changeOf), project, onDisk),
      ...shared.changes,
      ...planOwnFiles(lock, wanted.config, texts, onDisk),
    ],
    lock,
    install: shared.install,
    uninstall: shared.uninstall,
    nextSteps: wanted.nextSteps.map((step) => fillScripts(step, wanted, shared.contributed)),
  };
}

/**
 * Fills the commands of scripts into a next step: by name if package.json has the component's
 * script, else what that script runs.
 */
function fillScripts(step: string, { needs, manager }: Wanted, { scripts }: Contributed): string {
  return step.replaceAll(/\{script:([\w:-]+)\}/g, (_, name: string) => {
    if (Object.hasOwn(scripts, name)) return runScript(manager, name);
    return `${localRunner(manager)} ${needs.scripts[name]}`;
  });
}

function buildLock(
  wanted: Wanted,
  decisions: readonly Decision[],
  project: Project,
  contributed: Contributed,
): Lock {
  const isUnwired = (decision: Decision) => isWiringSkipped(decision, wanted, project.lock);
  const files = new Map([
    ...undecidedEntries(decisions, project),
    ...decisions.flatMap((one) => (isUnwired(one) ? previousEntry(one) : entryOf(one))),
  ]);
  // If the user keeps a rendered file, its old wiring is still in use.
  const wiring = decisions.some(isUnwired) ? project.lock : wanted.lock;
  const { models: _, ...rest } = wanted.lock;
  return {
    ...rest,
    slots: wiring?.slots ?? {},
    ...(wiring?.models && { models: wiring.models }),
    contributed,
    files: Object.fromEntries([...files].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Whether the user keeps a rendered file without the wiring that it should get. */
function isWiringSkipped(
  { skipped, leavesWiring, before }: Decision,
  wanted: Wanted,
  lock: Lock | undefined,
): boolean {
  if (!leavesWiring || !skipped || before === undefined) return false;
  const wiringOf = (one: Partial<Lock>) => [one.slots, one.models, one.wires];
  return !isDeepStrictEqual(wiringOf(wanted.lock), wiringOf(lock ?? {}));
}

function changeOf({ path, role, owner, mine, action }: Decision): Change {
  const change = { ...action, path, role, owner };
  return mine === undefined ? change : { ...change, mine };
}

type LockEntry = readonly [path: string, file: LockedFile];

/** Returns the lock's entries of the files that are not in the decisions. */
function undecidedEntries(decisions: readonly Decision[], { lock }: Project): readonly LockEntry[] {
  const decided = new Set(decisions.map(({ path }) => path));
  return Object.entries(lock?.files ?? {}).filter(([path]) => !decided.has(path));
}

function previousEntry({ path, owner, before }: Decision): readonly LockEntry[] {
  return before ? [[path, { ...before, owner }]] : [];
}

/**
 * Returns the new entry of a file, or none if upstream does not have the file: it
 * is the user's.
 */
function entryOf(decision: Decision): readonly LockEntry[] {
  const { path, role, owner, theirs } = decision;
  if (theirs === undefined) return [];
  if (keepsEntry(decision)) return previousEntry(decision);
  const base = hash(theirs);
  const file = { owner, role, base, written: writtenHash(decision, theirs) };
  return [[path, { ...file, ...flagsOf(decision, base) }]];
}

/**
 * Whether the lock's entry of a file stays as it is: for a seed, which belongs to
 * the user, and for a conflict, about which the user is asked again.
 */
function keepsEntry({ role, action }: Decision): boolean {
  return action.kind === 'conflict' || (role === 'seed' && action.kind === 'keep-mine');
}

/**
 * Returns the hash of the file as the tool writes it, without the user's edits.
 * Upstream's text on disk counts as it is; a file with edits does not show how the
 * tool would write it.
 */
function writtenHash(decision: Decision, theirs: string): string {
  const { before, adaptedTheirs } = decision;
  const text = upstreamTextOnDisk(decision.action, decision.mine);
  if (text !== undefined) return hash(lf(text));
  if (before?.base === hash(theirs)) return before.written;
  return hash(lf(adaptedTheirs ?? theirs));
}

function upstreamTextOnDisk(action: FileAction, mine: string | undefined): string | undefined {
  if (action.kind === 'create' || action.kind === 'take-theirs') return action.text;
  return action.kind === 'unchanged' ? mine : undefined;
}

type Flags = {
  taken?: string;
  refused?: RefusedState;
  unmerged?: true;
  conflicted?: true;
  declined?: true;
};

/** The count of an untouched text stays as it was. */
function refusedState(
  { hunks }: Refused,
  mine: string,
  before: LockedFile | undefined,
): RefusedState {
  return before?.refused?.mine === mine ? before.refused : { hunks, mine };
}

function flagsOf({ before, marked, skipped, refused }: Decision, base: string): Flags {
  const flags: Flags = {};
  if (refused) flags.taken = refused.hash;
  if (refused?.mine !== undefined) flags.refused = refusedState(refused, refused.mine, before);
  if (refused?.unmerged) flags.unmerged = true;
  // Stays until upstream has a new version. The file itself shows whether its markers are gone.
  if (marked || (before?.conflicted && before.base === base)) flags.conflicted = true;
  // The user kept a file of their own. It is never the tool's, and the user is not asked again.
  const isDeclined = skipped ? before === undefined : before?.declined;
  if (isDeclined) flags.declined = true;
  return flags;
}
