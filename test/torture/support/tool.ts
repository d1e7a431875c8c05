import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { main } from '../../../src/main.ts';
import { home, homeUrl } from '../../support/registry/package.ts';
import { captureStreams } from '../../support/cli/streams.ts';

/** How a command ended. `bug` is what it died of, where that was no refusal. */
export type Ran = {
  readonly code: number;
  readonly said: string;
  readonly bug: string | undefined;
  /** By a signal. */
  readonly killed: boolean;
};

const bin = join(home, 'bin/create-12-factor-agent.js');
const stack = /^\s+at .+:\d+:\d+\)?$/m;

/** Runs a command in this process. */
export async function runHere(args: readonly string[], cwd: string): Promise<Ran> {
  const { texts, streams } = captureStreams();
  const code = await main([...args, '--cwd', cwd], {
    ...streams,
    home: homeUrl,
    cwd: process.cwd(),
    env: { ...process.env, npm_config_user_agent: 'npm/10.8.2' },
    node: process.versions.node,
    signal: new AbortController().signal,
  });
  const { stdout, stderr } = texts;
  const isBug = stack.test(stderr) || (stdout + stderr).includes('This is a bug in ');
  const bug = isBug ? stderr : undefined;
  return { code, said: stdout + stderr, bug, killed: false };
}

export type ProcessOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Modules that Node loads first. */
  readonly preload?: string;
};

/** Runs the built tool in a process of its own, with nothing of the machine's settings. */
export async function runProcess(
  args: readonly string[],
  cwd: string,
  { env = {}, preload }: ProcessOptions = {},
): Promise<Ran> {
  const { exitCode, signal, all, stderr } = await execa(
    process.execPath,
    [...(preload === undefined ? [] : ['--import', pathToFileURL(preload).href]), bin, ...args],
    {
      cwd,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: join(home, 'test'),
        GIT_CONFIG_NOSYSTEM: '1',
        npm_config_user_agent: 'npm/10.8.2',
        ...env,
      },
      extendEnv: process.platform === 'win32',
      reject: false,
      all: true,
      stdin: 'ignore',
      timeout: 60_000,
    },
  );
  return {
    code: exitCode ?? -1,
    said: all,
    bug: stack.test(stderr) ? stderr : undefined,
    killed: signal === 'SIGKILL',
  };
}
