import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnv } from '../support/cli/run.ts';
import { lockFiles } from './host.ts';

const exec = promisify(execFile);
const withoutLocks = lockFiles.map((name) => `:(exclude,glob)**/${name}`);

/**
 * Writes all files that git does not ignore into git's object store, and returns the name of their
 * tree. Two trees have one name only if every byte and mode is the same. Leaves out lock files.
 */
export async function treeOf(top: string): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'repos-index-'));
  const env = { ...(await cleanEnv()), GIT_INDEX_FILE: join(scratch, 'index') };
  const git = async (...args: readonly string[]) =>
    (await exec('git', [...args], { cwd: top, env, maxBuffer: 50_000_000 })).stdout.trim();
  try {
    await git('add', '--all', '--', '.', ...withoutLocks);
    return await git('write-tree');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The paths that differ between two trees, with what happened to them. */
export async function differences(top: string, one: string, other: string): Promise<string[]> {
  if (one === other) return [];
  const args = ['diff', '--name-status', one, other];
  const { stdout } = await exec('git', args, { cwd: top, env: await cleanEnv() });
  return stdout.split('\n').filter((line) => line !== '');
}
