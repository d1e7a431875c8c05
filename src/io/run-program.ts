import { gitEnvironment } from './git.ts';

/** How a command of another program went; `output` is all that it said, or why it could not start. */
export type Ran = {
  readonly ok: boolean;
  readonly cancelled: boolean;
  readonly exitCode: number | undefined;
  readonly output: string;
};

/** Where and how a program runs; `signal` ends it. */
export type RunOptions = {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/** Runs another program to its end, without a terminal, and keeps what it prints. Never throws for how it ends. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { cwd, env, signal }: RunOptions,
): Promise<Ran> {
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
  // What it started itself may hold its output open for long after it has ended.
  const letGo = () => {
    const hasEnded = running.exitCode !== null || running.signalCode !== null;
    if (hasEnded && signal.aborted) running.all.destroy();
  };
  running.once('exit', letGo);
  signal.addEventListener('abort', letGo);
  const result = await running;
  signal.removeEventListener('abort', letGo);
  const output =
    result.code === 'ENOENT'
      ? `There is no ${command} on the PATH.`
      : result.all || result.shortMessage || '';
  // Ctrl-C reaches it as well as us, and it may be faster.
  const interrupted = result.signal === 'SIGINT' || result.exitCode === 130;
  return {
    ok: !result.failed,
    cancelled: interrupted || result.isCanceled || signal.aborted,
    exitCode: result.exitCode,
    output,
  };
}
