import type { Change, Plan } from '../plan/change.ts';
import { conflictsIn } from '../text/conflict-markers.ts';
import { lf, lines } from '../text/line-endings.ts';
import { isReported } from '../plan/writes.ts';

/** One line of a review: what happens, to what, and what there is to say of it. */
export type Row = { readonly verb: string; readonly what: string; readonly about: string };

const verbs = {
  create: 'create',
  'take-theirs': 'replace',
  merged: 'merge',
  delete: 'delete',
  'keep-mine': 'keep',
  conflict: 'CONFLICT',
  unchanged: '',
} as const;

/** What a plan does to the user's files; new ones are summed up by folder, and tests together. */
export function describe({ changes }: Plan): readonly Row[] {
  const news = changes.filter(isReported);
  const summed = news.filter(isSummedUp);
  const others = news.filter((change) => !summed.includes(change));
  return [
    ...(['create', 'delete'] as const).flatMap((kind) =>
      byFolder(
        kind,
        summed.filter((change) => change.kind === kind),
      ),
    ),
    ...others.map((change) => ({
      verb: verbs[change.kind],
      what: change.path,
      about: about(change),
    })),
  ];
}

/** Files that come or go whole: of those, where and how many is enough. */
const isSummedUp = ({ kind, role, why }: Change): boolean =>
  (kind === 'create' || kind === 'delete') && role !== 'shared' && why === undefined;

function byFolder(kind: 'create' | 'delete', changes: readonly Change[]): readonly Row[] {
  const tests = changes.filter(({ role }) => role === 'test');
  const folders = new Map<string, Change[]>();
  for (const change of changes.filter(({ role }) => role !== 'test')) {
    const folder = change.path.slice(0, change.path.lastIndexOf('/') + 1);
    folders.set(folder, [...(folders.get(folder) ?? []), change]);
  }
  const ofTests = tests.length === 1 ? '1 test file' : `${tests.length} test files`;
  return [
    ...[...folders].map(([folder, files]) => ({
      verb: kind,
      what: folder + named(folder, files),
      about: size(files),
    })),
    ...(tests.length === 0 ? [] : [{ verb: kind, what: ofTests, about: size(tests) }]),
  ];
}

const mostNamed = 4;

function named(folder: string, files: readonly Change[]): string {
  const names = files.map(({ path }) => path.slice(folder.length));
  if (names.length === 1) return names.join('');
  if (names.length > mostNamed) return ` ${names.length} files`;
  const bare = names.map((name) => name.replace(/\.ts$/, ''));
  return names.every((name) => name.endsWith('.ts'))
    ? `{${bare.join(',')}}.ts`
    : `{${names.join(',')}}`;
}

function size(files: readonly Change[]): string {
  const total = files.reduce(
    (sum, file) =>
      sum + lines('text' in file && file.text !== undefined ? file.text : (file.mine ?? '')),
    0,
  );
  return total === 1 ? '1 line' : `${total} lines`;
}

function about(change: Change): string {
  const { kind, why } = change;
  if (kind === 'conflict')
    return [ranges(change.marked ?? ''), why].filter((part) => part !== '').join(' ');
  if (why !== undefined) return why;
  if (kind === 'take-theirs') return 'you had not edited it';
  if (kind !== 'merged' || change.mine === undefined) return '';
  const { added, removed } = count(change.mine, change.text);
  const sum = [added > 0 ? `+${added}` : '', removed > 0 ? `-${removed}` : '']
    .filter((part) => part !== '')
    .join(' ');
  const kept = 'your edits are kept';
  return sum === '' ? kept : `${sum} ${added + removed === 1 ? 'line' : 'lines'}; ${kept}`;
}

/** Lines that a change adds and takes out, wherever they are. */
function count(mine: string, text: string): { added: number; removed: number } {
  const more = new Map<string, number>();
  for (const line of lf(text).split('\n')) more.set(line, (more.get(line) ?? 0) + 1);
  for (const line of lf(mine).split('\n')) more.set(line, (more.get(line) ?? 0) - 1);
  const sum = (sign: 1 | -1) =>
    [...more.values()].reduce((total, one) => total + Math.max(0, sign * one), 0);
  return { added: sum(1), removed: sum(-1) };
}

/** Where in a text the markers are: `31-35`. */
function ranges(text: string): string {
  return conflictsIn(text)
    .map(({ from, to }) => `${from}-${to}`)
    .join(', ');
}

/** The conflicts that a plan leaves for a person, each as `path:lines`, or with why where there are no lines. */
export function conflictsLeft({
  changes,
}: Plan): readonly { readonly path: string; readonly where: string; readonly why: string }[] {
  return changes.flatMap((change) => {
    const { kind, path, role, mine } = change;
    if (role === 'own' || role === 'shared' || kind === 'delete') return [];
    const why = kind === 'conflict' ? change.why : 'both changed the same lines';
    const where = ranges(('text' in change ? change.text : mine) ?? '');
    return kind === 'conflict' || where !== '' ? [{ path, where, why }] : [];
  });
}

/** What `--json` says of a plan. */
export function planSummary(plan: Plan): object {
  return {
    changes: plan.changes.filter(isReported).map(({ path, kind, role, owner, why }) => ({
      path,
      kind,
      role,
      ...(owner === undefined ? {} : { component: owner }),
      ...(why === undefined ? {} : { why }),
    })),
    install: plan.install,
    uninstall: plan.uninstall,
    conflicts: conflictsLeft(plan),
  };
}
