import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import type { Decision } from '../decide/decision.ts';
import { withEndingsOf } from '../text/line-endings.ts';

/** One file's changes, told apart; each a unified diff that `git apply` takes, or nothing. */
export type FileDiff = {
  readonly path: string;
  readonly component: string;
  /** From what we wrote to what is there. */
  readonly yours: string;
  /** From what is there to what `update` would write. */
  readonly upstream: string;
  /** Why upstream's cannot be applied as it is: then it is from its old version to its new one. */
  readonly conflict?: string;
};

/** The differences of decided files that have some. */
export function diffsOf(decisions: readonly Decision[]): readonly FileDiff[] {
  return decisions.map(diffOf).filter(({ yours, upstream }) => yours !== '' || upstream !== '');
}

function diffOf({
  path,
  owner,
  role,
  before,
  mine,
  base,
  adaptedTheirs,
  edited,
  action: verdict,
}: Decision): FileDiff {
  const asMine = (text: string | undefined) =>
    text === undefined || mine === undefined ? text : withEndingsOf(mine, text);
  const yours = before && (edited || mine === undefined) ? patch(path, asMine(base), mine) : '';
  const file = { path, component: owner, yours };
  if (verdict.kind === 'conflict')
    return {
      ...file,
      upstream: patch(path, asMine(base), asMine(adaptedTheirs)),
      conflict: verdict.why,
    };
  if (role === 'seed' && before)
    return {
      ...file,
      upstream: patch(path, asMine(base), asMine(adaptedTheirs)),
      conflict: 'a seed is yours: updates leave it alone',
    };
  const after = verdict.kind === 'delete' ? undefined : 'text' in verdict ? verdict.text : mine;
  return { ...file, upstream: patch(path, mine, after) };
}

/** A unified diff in git's form; empty where nothing differs. */
function patch(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return '';
  const mode =
    before === undefined
      ? 'new file mode 100644\n'
      : after === undefined
        ? 'deleted file mode 100644\n'
        : '';
  const body = formatPatch(structuredPatch(path, path, before ?? '', after ?? ''), OMIT_HEADERS);
  const from = before === undefined ? '/dev/null' : `a/${path}`;
  const to = after === undefined ? '/dev/null' : `b/${path}`;
  const head = `diff --git a/${path} b/${path}\n${mode}`;
  // An empty file that comes or goes has no lines to show.
  return (before ?? '') === (after ?? '') ? head : `${head}--- ${from}\n+++ ${to}\n${body}`;
}

/** All as one patch: upstream's for `update` by hand, or the user's own; what cannot be applied is left out. */
export function patchText(files: readonly FileDiff[], which: 'yours' | 'upstream'): string {
  return files
    .filter(({ conflict }) => which === 'yours' || conflict === undefined)
    .map((file) => file[which])
    .join('');
}

/** What upstream's patch leaves out, and why. */
export function leftOut(files: readonly FileDiff[]): readonly string[] {
  return files.flatMap(({ path, upstream, conflict }) =>
    upstream === '' || conflict === undefined ? [] : [`${path} is left out: ${conflict}`],
  );
}

/** Whether a file is what a name means: a component, a file, or a folder, as one types them. */
export function isAbout({ path, owner }: Decision, name: string | undefined, dir: string): boolean {
  if (name === undefined || owner === name) return true;
  const asked = name.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');
  return [path, path.slice(dir.length + 1)].some(
    (one) => one === asked || one.startsWith(`${asked}/`),
  );
}
