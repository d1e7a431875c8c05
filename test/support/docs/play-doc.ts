import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { cleanEnv } from '../cli/run.ts';
import { home } from '../registry/package.ts';
import { edit, holds } from './edit.ts';
import { matches, real, type Threads } from './matches.ts';
import { blockOf, type Doc, type Shown } from './read-doc.ts';

/** Where a page is played: the folder, and the package that `npx` starts. */
export type Stage = {
  readonly root: string;
  readonly tool: string;
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Does what a page tells its reader to do, from its first block to its last: writes its files,
 * applies its edits, runs its commands. Returns what did not come out as shown.
 */
export async function playDoc(
  { fences, path }: Doc,
  { root, tool, env: more }: Stage,
): Promise<readonly string[]> {
  const env = {
    ...(await cleanEnv()),
    ...(await shims(root, tool)),
    USER: 'ada',
    npm_config_update_notifier: 'false',
    ...more,
  };
  const threads: Threads = new Map();
  const faults: string[] = [];
  let cwd = root;
  for (const fence of fences) {
    const block = blockOf(fence);
    const where = `${path}:${fence.line}`;
    if (block.kind === 'new') await write(join(cwd, block.path), block.text);
    if (block.kind === 'edit')
      await write(join(cwd, block.path), edit(await read(cwd, block.path), block.text));
    if (block.kind === 'excerpt' && !holds(await read(cwd, block.path), block.text))
      faults.push(`${where}: ${block.path} has no such lines`);
    for (const shown of block.kind === 'console' ? block.commands : []) {
      const said = await runShown(shown, cwd, env, threads);
      if (said !== undefined) faults.push(`${where}: ${said}`);
      const [, folder] = /(?:^|&& )cd (\S+)/.exec(shown.command) ?? [];
      cwd = resolve(cwd, folder ?? '.');
    }
  }
  return faults;
}

const read = (cwd: string, path: string): Promise<string> => readFile(join(cwd, path), 'utf8');

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/**
 * Stands in for the reader's `npx` and `npm`: ours is not published yet, and our packages are there
 * already.
 */
export async function shims(root: string, tool: string): Promise<{ readonly PATH: string }> {
  const folder = join(root, '..', 'bin');
  const { stdout } = await execa('which', ['npx', 'npm']);
  const [npx, npm] = stdout.split('\n');
  await mkdir(folder, { recursive: true });
  const start = `exec node ${join(tool, 'bin/create-12-factor-agent.js')} "$@"`;
  await script(
    join(folder, 'npx'),
    `case "$1" in create-12-factor-agent*) shift; ${start};; esac\nexec ${npx} "$@"`,
  );
  const link = `[ -e node_modules ] || ln -s ${join(home, 'node_modules')} node_modules`;
  await script(
    join(folder, 'npm'),
    `case "$1" in install) ${link}; exit 0;; esac\nexec ${npm} "$@"`,
  );
  return { PATH: `${folder}${delimiter}${process.env.PATH}` };
}

async function script(path: string, text: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
}

/** What is not as shown; a command of which nothing is shown has only to succeed. */
async function runShown(
  { command, printed, exit }: Shown,
  cwd: string,
  env: Readonly<Record<string, string>>,
  threads: Threads,
): Promise<string | undefined> {
  const { all, exitCode } = await execa('sh', ['-c', real(command, threads)], {
    cwd,
    env: { ...env, VITEST: undefined, NODE_ENV: undefined },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
  });
  const found = withoutBanner(all);
  if (exitCode !== exit) return `${command} exits ${exitCode}, not ${exit}:\n${found}`;
  if (printed === '' || matches(printed, found, threads)) return undefined;
  return `${command} prints\n${found}\ninstead of\n${printed}`;
}

/** Without the lines that npm itself prints before a script's. */
const withoutBanner = (text: string): string =>
  text
    .replaceAll(/^npm (warn|notice).*\n/gm, '')
    .replaceAll(/^\n> [\w.-]+@[\d.]+ [\w:]+\n> .*\n\n?/gm, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();

/** Gives a folder our own installed packages, as an installation would. */
export const install = (folder: string): Promise<void> =>
  symlink(join(home, 'node_modules'), join(folder, 'node_modules'), 'dir');
