import type { Change } from '../plan/change.ts';
import { lines } from '../text/line-endings.ts';
import { formatCount } from './format-count.ts';

/** A source file in the folder of the components. `path` is relative to that folder. */
type AgentFile = {
  readonly path: string;
  readonly role: Change['role'];
  readonly lines: number;
};

/**
 * Returns the parts of a new agent, each with its size and its places: the files that the user
 * edits, the core with the loop, and the rest. Tests are left out, and so is a part without files.
 * `dir` is the folder of the components.
 */
export function agentParts(
  changes: readonly Change[],
  dir: string,
): readonly (readonly [string, string])[] {
  const files = changes.flatMap((change) => agentFile(change, dir));
  const yours = files.filter(isYours).toSorted(byPlace);
  const ours = files.filter((file) => !isYours(file));
  const core = ours.filter(isCore);
  const rest = ours.filter((file) => !isCore(file));
  const parts = [
    ['yours', yours, placesOf(yours, files)],
    ['core', core, describeCore(core, files)],
    ['rest', rest, placesOf(rest.toSorted(byPlace), rest)],
  ] as const;
  return parts
    .filter(([, some]) => some.length > 0)
    .map(([name, some, places]) => [name, `${sizeOf(some)}: ${places}`]);
}

function agentFile(change: Change, dir: string): readonly AgentFile[] {
  const { path, role } = change;
  const isCode = role === 'source' || role === 'seed' || role === 'rendered';
  if (!isCode || !path.startsWith(`${dir}/`) || path.endsWith('.test.ts')) return [];
  if (!('text' in change) || change.text === undefined) return [];
  return [{ path: path.slice(dir.length + 1), role, lines: lines(change.text) }];
}

/** Whether a user edits the file from the first day: a seed, or a rendered file at the top. */
function isYours({ path, role }: AgentFile): boolean {
  return role === 'seed' || (role === 'rendered' && !path.includes('/'));
}

function isCore({ path }: AgentFile): boolean {
  return path.startsWith('core/');
}

function describeCore(core: readonly AgentFile[], files: readonly AgentFile[]): string {
  const loop = core.find(({ path }) => path === 'core/loop.ts');
  return loop ? `${loop.path} and what it is made of` : placesOf(core, files);
}

/** Names files: a folder once, if all files of `among` in it are meant. */
function placesOf(some: readonly AgentFile[], among: readonly AgentFile[]): string {
  const places = some.map((file) => {
    const folder = folderOf(file);
    const isWhole = among.every((one) => folderOf(one) !== folder || some.includes(one));
    return folder !== '' && isWhole ? folder : file.path;
  });
  return [...new Set(places)].join(', ');
}

/** Returns the first folder of a path with a slash, or an empty text. */
function folderOf({ path }: AgentFile): string {
  return path.slice(0, path.indexOf('/') + 1);
}

/** Orders rendered files before others, and files at the top before those in folders. */
function byPlace(a: AgentFile, b: AgentFile): number {
  const rank = (file: AgentFile) => [file.role !== 'rendered', folderOf(file), file.path].join(' ');
  return rank(a) < rank(b) ? -1 : 1;
}

function sizeOf(files: readonly AgentFile[]): string {
  const total = files.reduce((sum, file) => sum + file.lines, 0);
  return `${formatCount(files.length, 'file')}, ${formatCount(total, 'line')}`;
}
