import { isDeepStrictEqual } from 'node:util';
import type { Change, Plan } from './change.ts';
import type { Decision, FileAction } from '../decide/decision.ts';
import type { Lock, LockedFile } from '../lock/lock-file.ts';
import type { Project } from '../decide/project-state.ts';
import type { Wanted } from '../render/wanted.ts';
import { hash } from '../text/hash.ts';
import { planOwnFiles } from './plan-own-files.ts';
import { lf } from '../text/line-endings.ts';
import { planShared } from './plan-shared-files.ts';

/** Lists every write of the decided files and all that goes with them; nothing is read or written here. */
export function planChanges(
  wanted: Wanted,
  decisions: readonly Decision[],
  project: Project,
): Plan {
  const shared = planShared(wanted, project);
  const unwired = new Set(decisions.filter((one) => isWiringSkipped(one, wanted, project.lock)));
  const isUnwired = unwired.size > 0;
  const files = new Map([
    ...keptEntries(decisions, project),
    ...decisions.flatMap((one) => (unwired.has(one) ? keptEntry(one) : entryOf(one))),
  ]);
  // What is wired is what the file says that is.
  const { models, slots } = isUnwired ? (project.lock ?? { slots: {} }) : wanted.lock;
  const { models: _, ...rest } = wanted.lock;
  const lock: Lock = {
    ...rest,
    slots,
    ...(models && { models }),
    contributed: shared.contributed,
    files: Object.fromEntries([...files].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
  const pristine = decisions.flatMap(({ theirs }) => (theirs === undefined ? [] : [theirs]));
  return {
    changes: [
      ...decisions.map(changeOf),
      ...shared.changes,
      ...planOwnFiles(lock, wanted.config, pristine, project),
    ],
    lock,
    install: shared.install,
    uninstall: shared.uninstall,
    nextSteps: wanted.nextSteps,
  };
}

/** Whether the user keeps a file that is wired otherwise than it should be: then it is as it was, for us too. */
function isWiringSkipped(
  { role, skipped, before }: Decision,
  wanted: Wanted,
  lock: Lock | undefined,
): boolean {
  const wiringOf = (one: Partial<Lock>) => [one.slots, one.models, one.wires];
  const isWiredAnew = !isDeepStrictEqual(wiringOf(wanted.lock), wiringOf(lock ?? {}));
  return role === 'rendered' && skipped === true && before !== undefined && isWiredAnew;
}

function changeOf({ path, role, owner, mine, action: verdict }: Decision): Change {
  return { ...verdict, path, role, owner, ...(mine === undefined ? {} : { mine }) };
}

/** What the lock says of files that nothing was decided about. */
function keptEntries(
  decisions: readonly Decision[],
  { lock }: Project,
): readonly (readonly [string, LockedFile])[] {
  const decided = new Set(decisions.map(({ path }) => path));
  return Object.entries(lock?.files ?? {}).filter(([path]) => !decided.has(path));
}

const keptEntry = ({ path, before }: Decision): [string, LockedFile][] =>
  before ? [[path, before]] : [];

function entryOf(decision: Decision): [string, LockedFile][] {
  const {
    path,
    role,
    owner,
    before,
    mine,
    theirs,
    adaptedTheirs,
    action: verdict,
    marked,
  } = decision;
  // What is withdrawn is the user's, if it is still there.
  if (theirs === undefined) return [];
  // What was never ours is not taken for ours; what cannot be settled now is asked about again.
  const isUndecided =
    verdict.kind === 'conflict' || (role === 'seed' && verdict.kind === 'keep-mine');
  if (isUndecided) return keptEntry(decision);
  const base = hash(theirs);
  const written =
    writtenHash(verdict, mine) ??
    (before?.base === base ? before.written : hash(lf(adaptedTheirs ?? theirs)));
  // Whether the markers are still there is for the file to say; a lock does not change because they went.
  const conflicted = marked || (before?.conflicted && before.base === base);
  // A file of the user's own that we were not let have stays theirs, and is not asked about again.
  const declined = decision.skipped ? before === undefined : before?.declined;
  const marks = {
    ...(conflicted ? { conflicted: true } : {}),
    ...(declined ? { declined: true } : {}),
  };
  return [[path, { owner, role, base, written, ...marks }]];
}

/** Of a file that is upstream's on disk then; one with the user's edits in it tells nothing of what we would write. */
function writtenHash(verdict: FileAction, mine: string | undefined): string | undefined {
  if (verdict.kind === 'create' || verdict.kind === 'take-theirs') return hash(lf(verdict.text));
  return verdict.kind === 'unchanged' && mine !== undefined ? hash(lf(mine)) : undefined;
}
