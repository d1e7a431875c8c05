import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commit, git, writeFiles } from '../support/project/repos.ts';
import { existsSync } from 'node:fs';
import { countFindings, runChecks, type Findings } from './own-checks.ts';
import { applyHint, readHints } from './hints.ts';
import { agentFolder, briefly, check, expectTree, fail, tool, type Play } from './play.ts';
import { printedCommands, runPrinted } from './printed-commands.ts';
import { runLine } from './shell.ts';
import { treeOf } from './trees.ts';

/** Makes, installs and commits the host. Resolves to what its own checks report by then. */
export async function makeHost({ host, top, root, env }: Play, folder: string): Promise<Findings> {
  const must = async (line: string, cwd: string) => {
    const { code, output } = await runLine(line, cwd, env);
    if (code !== 0) throw new Error(`${line} ended with ${code}: ${output}`);
  };
  if (host.generator !== undefined) await must(host.generator, folder);
  if (host.files !== undefined) await writeFiles(top, host.files);
  if (!existsSync(join(top, '.gitignore')))
    await writeFile(join(top, '.gitignore'), 'node_modules\ndist\n*.tsbuildinfo\n');
  await git(top, 'init', '--quiet');
  await must(`${host.manager?.split('@')[0] ?? 'npm'} install`, top);
  if (host.format !== undefined) await must(host.format, top);
  // Builds may complete settings, as Next does: what they write belongs to the first commit.
  const before = await runChecks(host.checks, root, env);
  await commit(top, 'The host');
  return before;
}

/** What came of `add`: the errors of the host's own checks after it, and the verdict. */
export type Added = {
  readonly verdict: 'added' | 'hints' | 'refused';
  readonly errors: number;
  /** Files of the host, in its package, that were changed as hints said. */
  readonly changed: readonly string[];
};

/** Adds the agent, undoes and redoes that, follows the hints, and runs what was printed. */
export async function addAgent(
  play: Play,
  components: readonly string[],
  before: Findings,
): Promise<Added> {
  const { host, top } = play;
  const clean = await treeOf(top);
  const ran = await tool(play, 'add', ['add', ...components, '--yes'], host.refused ? [1] : [0, 2]);
  if (ran.code === 1) {
    await expectTree(play, 'add', 'refused', clean);
    if (host.refused !== undefined && !host.refused.test(ran.output))
      fail(play, 'add', [`refused without ${host.refused}: ${briefly(ran.output)}`]);
    return { verdict: 'refused', errors: countFindings(before), changed: [] };
  }
  await undoAndRedo(play, clean);
  const { hints, unread } = readHints(ran.output);
  fail(
    play,
    'add',
    unread.map((line) => `a hint that cannot be followed as printed: ${line}`),
  );
  if (hints.length > 0 !== (ran.code === 2))
    fail(play, 'add', [`exit ${ran.code} with ${hints.length} hints: ${briefly(ran.output)}`]);
  for (const hint of hints) {
    const file = join(play.root, hint.file);
    await writeFile(file, applyHint(await readFile(file, 'utf8'), hint));
  }
  const after = await check(play, 'add', 'after add', before);
  await commit(top, 'The agent');
  await runNext(play, ran.output);
  const changed = hints.map(({ file }) => file);
  return { verdict: ran.code === 2 ? 'hints' : 'added', errors: countFindings(after), changed };
}

/** Undoes the last command and redoes it. `earlier` is the tree before the command. */
export async function undoAndRedo(play: Play, earlier: string): Promise<void> {
  const later = await treeOf(play.top);
  await tool(play, 'undo', ['undo']);
  await expectTree(play, 'undo', 'after undo', earlier);
  await tool(play, 'undo', ['undo']);
  await expectTree(play, 'undo', 'after redo', later);
}

/** Runs the commands that `add` printed, and those that an `add` among them prints. */
async function runNext(play: Play, output: string): Promise<void> {
  const clean = await treeOf(play.top);
  const commands = printedCommands(output);
  if (commands.length === 0) fail(play, 'add', ['it printed no command to run next']);
  for (const command of commands) {
    if ('line' in command) {
      fail(play, 'add', await runPrinted(command.line, play.root, play.env));
      continue;
    }
    const ran = await tool(play, 'add', [...command.args, '--yes'], [0, 2]);
    for (const inner of printedCommands(ran.output))
      if ('line' in inner) fail(play, 'add', await runPrinted(inner.line, play.root, play.env));
    await tool(play, 'undo', ['undo']);
    await expectTree(play, 'undo', `after undo of ${command.args.join(' ')}`, clean);
  }
}

/** The components that are installed. */
export async function installed({ root }: Play): Promise<readonly string[]> {
  const lock = await readFile(join(root, '.12-factor/lock.json'), 'utf8');
  return Object.keys((JSON.parse(lock) as { components: object }).components);
}

export const agentPath = ({ root }: Play, path: string): string => join(root, agentFolder, path);
