import { main } from './main.ts';

/** Runs the tool in this process: connects its signals, streams and exit code. */
export async function runProcess(args: readonly string[], home: URL): Promise<void> {
  // A reader that closes the pipe early, like `| head`, is no failure. A full disk is.
  process.stdout.on('error', (error) => outputFailed(error, process.stderr));
  process.stderr.on('error', (error) => outputFailed(error, undefined));
  const cancelled = new AbortController();
  const cancel = () => {
    // The second signal ends the process, even while it waits.
    if (cancelled.signal.aborted) process.exit(130);
    cancelled.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, cancel);
  process.once('beforeExit', exitCancelled);
  try {
    const { env, stdin, stdout, stderr, versions } = process;
    const host = {
      home,
      // Throws in a deleted folder. A getter lets main read it where it catches errors.
      get cwd() {
        return process.cwd();
      },
      env: environmentOf(env, versions),
      node: versions.node,
      stdin,
      stdout,
      stderr,
      signal: cancelled.signal,
    };
    const code = await main(args, host);
    if (code !== 0) process.exitCode = code;
  } finally {
    process.off('beforeExit', exitCancelled);
  }
}

/** Returns the environment. Deno does not set the variable that other package managers set. */
export function environmentOf(
  env: NodeJS.ProcessEnv,
  { deno }: NodeJS.Dict<string>,
): NodeJS.ProcessEnv {
  if (deno === undefined) return env;
  return { npm_config_user_agent: `deno/${deno}`, ...env };
}

/** Ends a run whose question can no longer be answered: its terminal is gone. */
function exitCancelled(): never {
  process.stderr.write('Cancelled: nothing was written.\n');
  process.exit(130);
}

let hasFailed = false;

/** Reports lost output: sets the exit code, and writes to the other stream if there is one. */
function outputFailed(error: NodeJS.ErrnoException, other: NodeJS.WriteStream | undefined): void {
  if (error.code === 'EPIPE') return;
  process.exitCode ||= 1;
  if (hasFailed) return;
  hasFailed = true;
  other?.write(`The output could not be written: ${error.message}.\n`);
}
