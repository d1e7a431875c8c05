import {
  type PackageManager,
  installArguments,
  programOf,
} from '../pipeline/repo/package-manager.ts';
import { runProgram, type Ran } from './run-program.ts';

/** Installs a project's dependencies; `outside` says that it is in a workspace's folder, but not of it. */
export function install(
  manager: PackageManager,
  cwd: string,
  outside: boolean,
  signal: AbortSignal,
): Promise<Ran> {
  return runProgram(programOf(manager), installArguments(manager, outside), cwd, signal);
}

/** Makes the folder a repository with one commit; unsigned and without hooks, which are not ours to trigger. */
export async function commitAll(
  cwd: string,
  signal: AbortSignal,
): Promise<'committed' | 'uncommitted' | 'no-git'> {
  const quiet = ['-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgSign=false'];
  const git = async (...args: string[]) =>
    (await runProgram('git', [...quiet, ...args], cwd, signal)).ok;
  if (!(await git('init', '--quiet'))) return 'no-git';
  const committed =
    (await git('add', '--all')) &&
    (await git('commit', '--quiet', '--message', 'The agent, as it was created'));
  return committed ? 'committed' : 'uncommitted';
}
