import { chmod, chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { bin, cleanEnv, type Ran } from './run.ts';

// Permissions do not apply to root, so root runs the tool as the user `nobody`.
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Runs the built tool as a user that permissions apply to. */
export async function runAsNobody(args: readonly string[], cwd: string): Promise<Ran> {
  const env = { ...(await cleanEnv()), HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null' };
  const options = { cwd, env, extendEnv: false, reject: false, ...nobody } as const;
  const { exitCode = -1, stdout, stderr } = await execa('node', [bin, ...args], options);
  return { exitCode, stdout, stderr };
}

/** Makes that user the owner of a folder and everything in it. */
export async function giveAway(folder: string): Promise<void> {
  if (nobody.uid === undefined) return;
  for (const entry of ['.', ...(await readdir(folder, { recursive: true }))])
    await chown(join(folder, entry), nobody.uid, nobody.gid);
  await chmod(folder, 0o755);
}
