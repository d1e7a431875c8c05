import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import { type Decision, pathsNow } from '../decide/decision.ts';
import type { Project } from '../decide/project-state.ts';
import type { SourceFile } from '../moves/follow-source.ts';
import { withEndingsOf } from '../text/line-endings.ts';

/**
 * The changes to one file, as two unified diffs that `git apply` accepts. A diff is empty if there
 * are no changes.
 */
export type FileDiff = {
  readonly path: string;
  /** The old paths of a file that `update` moves to `path`. */
  readonly from?: readonly string[];
  /** Undefined for a file that no component has, whose imports follow. */
  readonly component: string | undefined;
  /** From the text that the tool wrote to the text on disk. */
  readonly yours: string;
  /** From the text on disk to the text that `update` would write. */
  readonly upstream: string;
  /**
   * The hunks of upstream that the user refused: from the base without them to upstream's text. Not
   * there if there are none. `git apply` does not accept it.
   */
  readonly refused?: string;
  /**
   * The reason why `update` would not apply the upstream changes. `upstream` is then the diff from
   * the old upstream text to the new one.
   */
  readonly conflict?: string;
};

/** Returns the diffs of the files that have any changes. */
export function diffsOf(
  decisions: readonly Decision[],
  onDisk: Project['disk'],
): readonly FileDiff[] {
  return decisions
    .map((decision) => diffOf(decision, onDisk))
    .filter(({ yours, upstream }) => yours !== '' || upstream !== '');
}

/** Returns the diffs of the user's own files whose imports follow moved files. */
export function diffsOfSources(sources: readonly SourceFile[]): readonly FileDiff[] {
  return sources
    .map(({ path, mine, text }) => ({ path, upstream: patch(path, mine, text) }))
    .filter(({ upstream }) => upstream !== '')
    .map((file) => ({ ...file, component: undefined, yours: '' }));
}

function diffOf(decision: Decision, onDisk: Project['disk']): FileDiff {
  const { path, from, owner, mine, base, adaptedTheirs } = decision;
  const file = {
    path,
    ...(from && { from }),
    component: owner,
    yours: diffOfYours(decision),
    ...refusedOf(decision),
  };
  const conflict = conflictOf(decision);
  if (conflict === undefined) return { ...file, upstream: diffOfUpdate(decision, onDisk) };
  const upstream = patch(path, withEndings(mine, base), withEndings(mine, adaptedTheirs));
  return { ...file, upstream, conflict };
}

/** Returns the diff from the files on disk to the one after an update. */
function diffOfUpdate(decision: Decision, onDisk: Project['disk']): string {
  const { path } = decision;
  const after = textAfterUpdate(decision);
  const old = pathsNow(decision).filter((one) => one === path || onDisk.has(one));
  const [only] = old;
  if (only !== undefined && old.length === 1) return patch(only, onDisk.get(only), after, path);
  const removed = old.filter((one) => one !== path).map((one) => patch(one, onDisk.get(one)));
  return [...removed, patch(path, onDisk.get(path), after)].join('');
}

function diffOfYours({ path, before, mine, obstacle, base, edited, refused }: Decision): string {
  const isChanged = edited || (mine === undefined && obstacle === undefined);
  if (!before || !isChanged) return '';
  return patch(path, withEndings(mine, refused?.taken ?? base), mine);
}

/** Shows the text that the user was asked about; an update may have a newer one. */
function refusedOf({ path, mine, base, refused }: Decision): Pick<FileDiff, 'refused'> {
  if (refused?.taken === undefined) return {};
  return { refused: patch(path, withEndings(mine, refused.taken), withEndings(mine, base)) };
}

function conflictOf({ role, before, action }: Decision): string | undefined {
  if (action.kind === 'conflict') return action.why;
  if (role === 'seed' && before) return 'a seed is yours: updates never change it';
  return undefined;
}

function textAfterUpdate({ mine, action }: Decision): string | undefined {
  if (action.kind === 'delete') return undefined;
  return 'text' in action ? action.text : mine;
}

/** Returns a text with the line endings of the user's text, so that only other changes differ. */
function withEndings(mine: string | undefined, text: string | undefined): string | undefined {
  if (mine === undefined || text === undefined) return text;
  return withEndingsOf(mine, text);
}

/** Returns a unified diff in the format of git. It is empty for equal texts at one path. */
function patch(
  path: string,
  before: string | undefined,
  after?: string,
  newPath: string = path,
): string {
  const isMoved = path !== newPath && before !== undefined;
  if (before === after && !isMoved) return '';
  const lines = isMoved ? `rename from ${path}\nrename to ${newPath}\n` : modeLine(before, after);
  const head = `diff --git a/${path} b/${newPath}\n${lines}`;
  const [old, current] = [before ?? '', after ?? ''];
  // An empty file that is created or deleted has no lines to show.
  if (old === current) return head;
  const from = before === undefined ? '/dev/null' : `a/${path}`;
  const to = after === undefined ? '/dev/null' : `b/${newPath}`;
  const body = formatPatch(structuredPatch(path, newPath, old, current), OMIT_HEADERS);
  return `${head}--- ${from}\n+++ ${to}\n${body}`;
}

function modeLine(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return 'new file mode 100644\n';
  if (after === undefined) return 'deleted file mode 100644\n';
  return '';
}

/**
 * Joins the diffs of several files into one patch. That of `upstream` leaves out the files whose
 * diff cannot be applied.
 */
export function patchText(files: readonly FileDiff[], which: 'yours' | 'upstream'): string {
  return files
    .filter(({ conflict }) => which === 'yours' || conflict === undefined)
    .map((file) => file[which])
    .join('');
}

/** Says why there is nothing to show. A file of the user's own is not compared. */
export function noDiffs(decisions: readonly Decision[]): string {
  const own = decisions.filter(({ before }) => before?.declined).map(({ path }) => path);
  if (own.length === 0) return 'You changed nothing, and upstream has nothing new.';
  return `Nothing to show. Not compared, as they are your own: ${own.join(', ')}`;
}

/**
 * Lists what the patch of `upstream` leaves out: files in conflict by name, and refused hunks with
 * their lines.
 */
export function leftOut(files: readonly FileDiff[]): readonly string[] {
  return files.flatMap(({ path, from = [path], upstream, refused = '', conflict }) => {
    const names = from.join(', ');
    if (upstream !== '' && conflict !== undefined) return [`${names} is left out: ${conflict}`];
    if (refused === '') return [];
    return [`${names} is without the hunks that you refused:`, ...hunkLines(refused)];
  });
}

/** Returns the lines of a patch without its head, indented. */
function hunkLines(patch: string): readonly string[] {
  const lines = patch.trimEnd().split(/\r?\n/);
  const first = lines.findIndex((line) => line.startsWith('@@'));
  return lines.slice(first).map((line) => `  ${line}`);
}

/**
 * Whether a name means a file: the name of its component, its path, or a folder above it. Paths are
 * relative to the root or to `dir`. Without a name every file matches.
 */
export function matchesName(decision: Decision, name: string | undefined, dir: string): boolean {
  const { path, owner } = decision;
  if (name === undefined || owner === name) return true;
  const wanted = name.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');
  const paths = [path, ...pathsNow(decision)].flatMap((one) => [one, one.slice(dir.length + 1)]);
  return paths.some((one) => one === wanted || one.startsWith(`${wanted}/`));
}
