import {
  type PackageManager,
  installArguments,
  programOf,
} from '../pipeline/repo/package-manager.ts';
import { runProgram, type Ran, type RunOptions } from './run-program.ts';

/** Installs a project's dependencies; `outside` says that it is in a workspace's folder, but not of it. */
export function install(
  manager: PackageManager,
  outside: boolean,
  options: RunOptions,
): Promise<Ran> {
  return runProgram(programOf(manager), installArguments(manager, outside), options);
}

/** Makes the folder a repository with one commit; unsigned and without hooks, which are not ours to trigger. */
export async function commitAll(
  options: RunOptions,
): Promise<'committed' | 'uncommitted' | 'no-git'> {
  const quiet = ['-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgSign=false'];
  const git = async (...args: string[]) =>
    (await runProgram('git', [...quiet, ...args], options)).ok;
  if (!(await git('init', '--quiet'))) return 'no-git';
  const committed =
    (await git('add', '--all')) &&
    (await git('commit', '--quiet', '--message', 'The agent, as it was created'));
  return committed ? 'committed' : 'uncommitted';
}
