import type { Lock } from '../lock/lock-file.ts';
import { type PackageManager, runTool } from '../repo/package-manager.ts';
import { quoted } from '../text/quote.ts';
import type { Status } from './component-status.ts';
import { formatCount } from './format-count.ts';
import type { RefusedFile } from './refused-in.ts';

/** Returns the first line of `status`. `tool` is the version of this tool. */
export function statusHeadline(lock: Lock, all: readonly Status[], tool: string): string {
  const components = formatCount(Object.keys(lock.components).length, 'component');
  return `written by ${lock.tool} · this is ${tool} · ${components}, ${upstreamState(all)}`;
}

function upstreamState(all: readonly Status[]): string {
  const outdated = all.filter(({ upstream }) => upstream === 'newer').length;
  const refused = refusedHunksOf(all.flatMap((one) => one.refused));
  if (outdated > 0) return [`${outdated} out of date`, ...refused].join(', ');
  // An orphan has no version to compare with.
  const isAsUpstream = refused.length === 0 && all.every(({ upstream }) => upstream !== 'gone');
  return isAsUpstream ? 'all up to date' : ['no updates', ...refused].join(', ');
}

/** Counts refused hunks. Returns no text if there are none. */
function refusedHunksOf(files: readonly RefusedFile[]): readonly string[] {
  const count = files.reduce((sum, { hunks }) => sum + hunks, 0);
  return count === 0 ? [] : [formatCount(count, 'refused hunk')];
}

/** Returns the rows of `status`: name, the user's changes, those of upstream, a sentence. */
export function statusRows(
  all: readonly Status[],
): readonly (readonly [string, string, string, string])[] {
  return all
    .filter(hasRow)
    .map((one) => [one.name, cellOf(one.you), cellOf(one.upstream), sentenceOf(one)]);
}

function hasRow({ you, upstream, unfinished, declined }: Status): boolean {
  const isAsItWas = you === 'as it was' && upstream === 'as it was';
  return !isAsItWas || unfinished.length > 0 || declined.length > 0;
}

function cellOf(state: Status['you'] | Status['upstream']): string {
  return state === 'as it was' ? '-' : state;
}

function sentenceOf(status: Status): string {
  const { unfinished, refused, declined } = status;
  if (unfinished.length > 0) return `conflict markers in ${unfinished.join(', ')}`;
  const sentences = [newsOf(status)];
  const paths = refused.map(({ path }) => path).join(', ');
  sentences.push(...refusedHunksOf(refused).map((count) => `${count} in ${paths}`));
  if (declined.length > 0) sentences.push(`not compared, your own: ${declined.join(', ')}`);
  return sentences.filter((sentence) => sentence !== '').join('; ');
}

function newsOf({ upstream, news }: Status): string {
  const [newest, ...older] = news;
  if (newest) {
    const more = older.length > 0 ? `, and ${older.length} more` : '';
    return `${newest.sentence} (${newest.version}${more})`;
  }
  if (upstream === 'gone') return 'not found in its registry: it stays as it is';
  if (upstream === 'newer') return 'changed, without a release note';
  return '';
}

const mostMoves = 6;

/** Lists the files that an update moves, if there are any. */
export function statusMoves(all: readonly Status[]): readonly string[] {
  const moves = all.flatMap((one) => one.moves);
  const rest = moves.length - mostMoves;
  if (rest <= 1) return moves.map((move) => `moves ${move}`);
  const shown = moves.slice(0, mostMoves).map((move) => `moves ${move}`);
  return [...shown, `moves ${formatCount(rest, 'more file')}`];
}

/**
 * Returns the last lines of `status`: the commands to run next. `registry` is the value of
 * `--registry`, which they repeat.
 */
export function statusClosing(
  all: readonly Status[],
  manager: PackageManager,
  registry: string | undefined,
): readonly string[] {
  const option = registry === undefined ? '' : ` --registry ${quoted(registry)}`;
  const tool = runTool(manager);
  const unfinished = all.flatMap((one) => one.unfinished);
  const newer = all.find(({ upstream }) => upstream === 'newer');
  const edited = all.find(({ you }) => you !== 'as it was');
  const lines: string[] = [];
  if (unfinished.length > 0)
    lines.push(`Resolve the conflict markers first: ${unfinished.join(', ')}`);
  if (newer) {
    lines.push(`To review: ${tool} diff ${newer.name}${option}`);
    lines.push(`To update: ${tool} update${option}`);
  } else if (edited) {
    lines.push(`To review your edits: ${tool} diff ${edited.name}`);
  }
  return lines;
}
