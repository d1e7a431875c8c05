import {
  type PackageManager,
  installArguments,
  programOf,
} from '../pipeline/repo/package-manager.ts';
import { runProgram, type ProgramResult, type RunOptions } from './run-program.ts';

/**
 * Installs a project's dependencies. `outside` means that the project is below a workspace root,
 * but is not one of its packages.
 */
export function install(
  manager: PackageManager,
  outside: boolean,
  options: RunOptions,
): Promise<ProgramResult> {
  return runProgram(programOf(manager), installArguments(manager, outside), options);
}

/** Creates a git repository with one commit, without signing and without the user's hooks. */
export async function commitAll(
  options: RunOptions,
): Promise<'committed' | 'uncommitted' | 'no-git'> {
  const settings = ['-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgSign=false'];
  const runGit = async (...args: string[]) => {
    const { ok } = await runProgram('git', [...settings, ...args], options);
    return ok;
  };
  if (!(await runGit('init', '--quiet'))) return 'no-git';
  const message = 'The agent, as it was created';
  const committed =
    (await runGit('add', '--all')) && (await runGit('commit', '--quiet', '--message', message));
  return committed ? 'committed' : 'uncommitted';
}
