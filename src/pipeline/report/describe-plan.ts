import { shownPath } from '../decide/decision.ts';
import type { Change, Plan } from '../plan/change.ts';
import { conflictsIn } from '../text/conflict-markers.ts';
import { countChangedLines, lines } from '../text/line-endings.ts';
import { isReported } from '../plan/writes.ts';
import { formatCount } from './format-count.ts';

/** One line of a plan: the action, its files, and a remark. */
export type Row = { readonly verb: string; readonly what: string; readonly about: string };

const verbs = {
  create: 'create',
  'take-theirs': 'replace',
  merged: 'merge',
  delete: 'delete',
  'keep-mine': 'keep',
  move: 'move',
  follow: 'edit',
  conflict: 'CONFLICT',
  unchanged: '',
} as const;

type GroupedKind = 'create' | 'delete';

/**
 * Describes what a plan does to the user's files. Created and deleted files are grouped by folder,
 * and their tests together.
 */
export function describePlan({ changes }: Plan): readonly Row[] {
  const reported = changes.filter(isReported);
  const grouped = reported.filter(isGrouped);
  const single = reported.filter((change) => !isGrouped(change));
  const ofKind = (kind: GroupedKind) => grouped.filter((change) => change.kind === kind);
  return [
    ...groupRows('create', ofKind('create')),
    ...groupRows('delete', ofKind('delete')),
    ...single.map((change) => ({
      verb: verbs[change.kind],
      what: shownPath(change),
      about: remarkOn(change),
    })),
  ];
}

function isGrouped({ kind, role, why }: Change): boolean {
  return (kind === 'create' || kind === 'delete') && role !== 'shared' && why === undefined;
}

function groupRows(verb: GroupedKind, changes: readonly Change[]): readonly Row[] {
  const tests = changes.filter(({ role }) => role === 'test');
  const others = changes.filter(({ role }) => role !== 'test');
  const rows = [...byFolder(others)].map(([folder, files]) => ({
    verb,
    what: folder + namesOf(folder, files),
    about: sizeOf(files),
  }));
  if (tests.length === 0) return rows;
  return [...rows, { verb, what: formatCount(tests.length, 'test file'), about: sizeOf(tests) }];
}

function byFolder(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const folders = new Map<string, Change[]>();
  for (const change of changes) {
    const folder = change.path.slice(0, change.path.lastIndexOf('/') + 1);
    folders.set(folder, [...(folders.get(folder) ?? []), change]);
  }
  return folders;
}

const mostNamed = 4;

/** Names the files of a folder in the short form of a shell: `{loop,thread}.ts`. */
function namesOf(folder: string, files: readonly Change[]): string {
  const names = files.map(({ path }) => path.slice(folder.length));
  if (names.length === 1) return names.join('');
  if (names.length > mostNamed) return ` ${names.length} files`;
  if (!names.every((name) => name.endsWith('.ts'))) return `{${names.join(',')}}`;
  return `{${names.map((name) => name.replace(/\.ts$/, '')).join(',')}}.ts`;
}

function sizeOf(files: readonly Change[]): string {
  const total = files.reduce((sum, file) => sum + lines(textOf(file)), 0);
  return formatCount(total, 'line');
}

/** Returns the text that a change writes, else the text before. */
function textOf(change: Change): string {
  const written = 'text' in change ? change.text : undefined;
  return written ?? change.mine ?? '';
}

function remarkOn(change: Change): string {
  const { kind, why, mine } = change;
  if (kind === 'conflict') return `${ranges(change.sides?.marked ?? '')} ${change.why}`.trim();
  if (why !== undefined) return why;
  if (kind === 'take-theirs') return 'you had not edited it';
  if (kind === 'merged' && mine !== undefined) return mergeRemark(mine, change.text);
  return '';
}

function mergeRemark(mine: string, text: string): string {
  const kept = 'your edits are kept';
  const { added, removed } = countChangedLines(mine, text);
  const counts: string[] = [];
  if (added > 0) counts.push(`+${added}`);
  if (removed > 0) counts.push(`-${removed}`);
  if (counts.length === 0) return kept;
  const noun = added + removed === 1 ? 'line' : 'lines';
  return `${counts.join(' ')} ${noun}; ${kept}`;
}

/** Returns the lines of the conflict markers in a text: `31-35, 40-52`. */
function ranges(text: string): string {
  return conflictsIn(text)
    .map(({ from, to }) => `${from}-${to}`)
    .join(', ');
}

/** A conflict that a plan leaves to the user. `where` has its lines, or is empty. */
export type LeftConflict = {
  readonly path: string;
  readonly where: string;
  readonly why: string;
};

/** Lists the conflicts that a plan leaves to the user. */
export function conflictsLeft({ changes }: Plan): readonly LeftConflict[] {
  return changes.filter(mayConflict).flatMap((change) => {
    const { kind, path, mine } = change;
    const where = ranges(('text' in change ? change.text : mine) ?? '');
    if (kind === 'conflict') return [{ path, where, why: change.why }];
    if (where === '') return [];
    return [{ path, where, why: 'both changed the same lines' }];
  });
}

function mayConflict({ kind, role }: Change): boolean {
  return !['own', 'shared', 'user'].includes(role) && kind !== 'delete';
}

/** Returns a plan as the document of `--json` shows it. */
export function planSummary(plan: Plan): object {
  const changes = plan.changes.filter(isReported).map(({ path, from, kind, role, owner, why }) => {
    return { path, from, kind, role, component: owner, why };
  });
  return {
    changes,
    install: plan.install,
    uninstall: plan.uninstall,
    conflicts: conflictsLeft(plan),
  };
}
