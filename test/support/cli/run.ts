import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { main } from '../../../src/main.ts';
import { home as packageFolder, homeUrl } from '../registry/package.ts';
import { tempFolder } from '../project/temp.ts';
import { captureStreams } from './streams.ts';

/** The built tool, as `npx` would start it. */
export const bin = join(packageFolder, 'bin/create-12-factor-agent.js');

export type Ran = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** Returns an environment without the machine's settings: an empty home, and a git identity. */
export async function cleanEnv(): Promise<Record<string, string>> {
  home ??= makeHome();
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TERM: 'xterm-256color',
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

let home: string | undefined;

/** The home of all runs of this process, removed when it ends. */
function makeHome(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'home-')));
  const user = '[user]\n\tname = Ada\n\temail = ada@example.org\n';
  writeFileSync(join(folder, 'gitconfig'), `${user}[init]\n\tdefaultBranch = main\n`);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the tool in this process, without a terminal. To the tool, Node has the version `node`. */
export async function run(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
  node = '24.0.0',
): Promise<Ran> {
  const { texts, streams } = captureStreams();
  const exitCode = await main(args, {
    ...streams,
    home: homeUrl,
    cwd,
    env: { ...(await cleanEnv()), ...env },
    node,
    signal: new AbortController().signal,
  });
  return {
    exitCode,
    stdout: withoutLastBreak(texts.stdout),
    stderr: withoutLastBreak(texts.stderr),
  };
}

/** Runs the tool in this process. Expects exit code 0 and an empty stderr. */
export async function succeed(cwd: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(args, cwd);
  expect([args, exitCode, stderr]).toEqual([args, 0, '']);
  return stdout;
}

/** Runs the tool in this process. Expects exit code 2: something is left for the user. */
export async function leaveWork(cwd: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(args, cwd);
  expect([args, exitCode, stderr]).toEqual([args, 2, '']);
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

/** Returns a PATH on which `npm` is this shell script. */
export async function pathWithNpm(script: string): Promise<string> {
  const folder = join(await tempFolder(), 'bin');
  await mkdir(folder);
  await writeFile(join(folder, 'npm'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'npm'), 0o755);
  return `${folder}${delimiter}${process.env.PATH}`;
}
