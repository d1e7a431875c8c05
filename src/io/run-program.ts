import { gitEnvironment } from './git.ts';

/** How a program ended. `output` is what it printed, or why it could not start. */
export type ProgramResult = {
  readonly ok: boolean;
  readonly cancelled: boolean;
  readonly exitCode: number | undefined;
  readonly output: string;
};

/** The surroundings of a program. `signal` ends it. */
export type RunOptions = {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/** Runs a program to its end, without a terminal. Never rejects because of how it ends. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { cwd, env, signal }: RunOptions,
): Promise<ProgramResult> {
  const { execa } = await import('execa');
  const options = {
    cwd,
    env: gitEnvironment(env),
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
    stripFinalNewline: false,
    cancelSignal: signal,
  } as const;
  const running = execa(command, args, options);
  // A child process of the program may keep the output open long after the program has ended.
  const closeOutput = () => {
    const hasEnded = running.exitCode !== null || running.signalCode !== null;
    if (hasEnded && signal.aborted) running.all.destroy();
  };
  running.once('exit', closeOutput);
  signal.addEventListener('abort', closeOutput);
  const result = await running;
  signal.removeEventListener('abort', closeOutput);
  const printed = result.all || result.shortMessage || '';
  // Ctrl-C reaches the program as well as this process, and the program may end first.
  const isInterrupted = result.signal === 'SIGINT' || result.exitCode === 130;
  return {
    ok: !result.failed,
    cancelled: isInterrupted || result.isCanceled || signal.aborted,
    exitCode: result.exitCode,
    output: result.code === 'ENOENT' ? `${command} is not on the PATH.` : printed,
  };
}
