import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commit, git } from '../support/project/repos.ts';
import { upstreamLine } from '../support/registry/next-version.ts';
import { clashes, cleanChanges, holds, makeEdit, moved, userEdits } from './edits.ts';
import type { Findings } from './own-checks.ts';
import { agentFolder, check, expectTree, fail, tool, type Play } from './play.ts';
import { runLine } from './shell.ts';
import { agentPath, installed, undoAndRedo } from './steps.ts';
import { treeOf } from './trees.ts';

// What follows once the agent is the user's: edits, an update, the removal.

/** Edits five files and more as a person would, and commits. */
export async function editAgent(play: Play): Promise<void> {
  const { host, top, root, env } = play;
  for (const edit of userEdits) await makeEdit(join(root, agentFolder), edit);
  if (host.format !== undefined) await runLine(host.format, top, env);
  await commit(top, 'My edits');
}

/** Updates to a version that changed the same lines, others, and a path. */
export async function updateAgent(play: Play, before: Findings): Promise<void> {
  const edited = await treeOf(play.top);
  const args = ['update', '--registry', play.next, '--on-conflict', 'skip', '--yes'];
  await tool(play, 'update', args, [2]);
  await undoAndRedo(play, edited);
  await expectUpdated(play);
  await check(play, 'update', 'after update', before);
  await commit(play.top, 'The next version');
}

/** Each edit of the person is there, and each change of the next version that clashes with none. */
async function expectUpdated(play: Play): Promise<void> {
  const read = async (path: string) => {
    const now = path === moved.from ? moved.to : path;
    const file = agentPath(play, now);
    return existsSync(file) ? readFile(file, 'utf8') : '';
  };
  for (const { path, to } of userEdits)
    if (!holds(await read(path), to)) fail(play, 'update', [`my edit of ${path} is lost`]);
  for (const path of cleanChanges)
    if (!holds(await read(path), upstreamLine(path)))
      fail(play, 'update', [`a clean change of ${path} is left behind`]);
  for (const { path, to } of clashes)
    if (holds(await read(path), to)) fail(play, 'update', [`${path} has a line that I refused`]);
  if (existsSync(agentPath(play, moved.from)))
    fail(play, 'update', [`${moved.from} is still there, and moved`]);
}

/** Removes everything. Files with edits stay and are named; without them the host is as before. */
export async function removeEdited(play: Play, before: Findings): Promise<void> {
  const { top, root } = play;
  const all = await treeOf(top);
  const { output } = await tool(
    play,
    'remove',
    ['remove', ...(await installed(play)), '--yes'],
    [2],
  );
  const kept = userEdits.map(({ path }) => (path === moved.from ? moved.to : path));
  for (const path of kept) {
    if (!existsSync(agentPath(play, path))) fail(play, 'remove', [`my ${path} is deleted`]);
    if (!isNamed(output, path)) fail(play, 'remove', [`my ${path} is kept and not named`]);
  }
  await withoutFolder(join(root, agentFolder), () =>
    check(play, 'remove', 'after remove, without my files', before),
  );
  await undoAndRedo(play, all);
  await tool(play, 'undo', ['undo']);
  await expectTree(play, 'undo', 'after undo of remove', all);
}

/**
 * Removes everything that was not edited, and takes back what the hints asked for. The host's first
 * commit is left.
 */
export async function removeUnedited(
  play: Play,
  first: string,
  changed: readonly string[],
): Promise<void> {
  const { top, root } = play;
  const [host = '', agent = ''] = await commits(top);
  await git(top, 'reset', '--hard', '--quiet', agent);
  // Threads that the printed commands saved: their line in .gitignore stays as long as they do.
  await rm(join(root, '.agent'), { recursive: true, force: true });
  await tool(play, 'remove', ['remove', ...(await installed(play)), '--yes']);
  if (changed.length > 0) await git(root, 'checkout', host, '--', ...changed);
  await expectTree(play, 'remove', 'after remove of everything', first);
}

/** The commits from the first on: the host, the agent, the edits, the next version. */
async function commits(top: string): Promise<readonly string[]> {
  return (await git(top, 'rev-list', '--reverse', 'HEAD')).trim().split('\n');
}

/** Whether a path is named by itself, or by its name beside others of its folder. */
function isNamed(output: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return output.includes(`${agentFolder}/${path}`) || output.includes(name);
}

/** Does something while a folder is elsewhere, and puts it back byte for byte. */
async function withoutFolder(folder: string, work: () => Promise<unknown>): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), '12-factor-aside-'));
  const isThere = existsSync(folder);
  try {
    if (isThere) await cp(folder, join(scratch, 'kept'), { recursive: true });
    await rm(folder, { recursive: true, force: true });
    await work();
  } finally {
    if (isThere) await cp(join(scratch, 'kept'), folder, { recursive: true });
    await rm(scratch, { recursive: true, force: true });
  }
}
