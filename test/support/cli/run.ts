import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { main } from '../../../src/main.ts';
import { home, homeUrl } from '../registry/package.ts';
import { tempFolder } from '../project/temp.ts';
import { captureStreams } from './streams.ts';

/** The built tool, as `npx` would start it. */
export const bin = join(home, 'bin/create-12-factor-agent.js');

export type Ran = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** Nothing of the machine's own settings: an empty home, and a git that knows who commits. */
export async function cleanEnv(): Promise<Record<string, string>> {
  const folder = await tempFolder();
  const config = join(folder, 'gitconfig');
  await writeFile(
    config,
    '[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n',
  );
  return {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    TERM: 'xterm-256color',
    GIT_CONFIG_GLOBAL: config,
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

/** Runs the tool in this process, without a terminal. */
export async function run(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ran> {
  const { texts, streams } = captureStreams();
  const exitCode = await main(args, {
    ...streams,
    home: homeUrl,
    cwd,
    env: { ...(await cleanEnv()), ...env },
    signal: new AbortController().signal,
  });
  return {
    exitCode,
    stdout: withoutLastBreak(texts.stdout),
    stderr: withoutLastBreak(texts.stderr),
  };
}

/** Runs the tool in this process, and expects that it ends well and says nothing on stderr. */
export async function succeed(cwd: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(args, cwd);
  expect([args, exitCode, stderr]).toEqual([args, 0, '']);
  return stdout;
}

/** The flags of a `create` that only writes files. */
export const filesOnly = ['--yes', '--no-install', '--no-git'] as const;

const withoutLastBreak = (text: string): string => text.replace(/\r?\n$/, '');

/** Runs the built tool as `npx` would, without a terminal. */
export async function runBuilt(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ran> {
  const all = { ...(await cleanEnv()), ...env };
  const options = { cwd, env: all, extendEnv: false, reject: false } as const;
  const { exitCode = -1, stdout, stderr } = await execa('node', [bin, ...args], options);
  return { exitCode, stdout, stderr };
}

/** A PATH on which `npm` is a shell script of ours; the script finds the folder it was started in as usual. */
export async function pathWithNpm(script: string): Promise<string> {
  const folder = join(await tempFolder(), 'bin');
  await mkdir(folder);
  await writeFile(join(folder, 'npm'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'npm'), 0o755);
  return `${folder}${delimiter}${process.env.PATH}`;
}
