import packageJson from '../package.json' with { type: 'json' };
import { exitCode, fromSystem, UserError } from './errors.ts';
import { openTerminal } from './ui/terminal.ts';

const { version } = packageJson;

/** Runs the tool for the arguments after its name; `home` is our package's folder. Sets the exit code. */
export async function main(args: readonly string[], home: URL): Promise<void> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-v'))
    return void process.stdout.write(`${version}\n`);
  const terminal = openTerminal(
    {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      term: process.env.TERM,
    },
    args.includes('--json'),
  );
  // Who reads on is free to stop: `| head` is no failure. A full disk is one.
  process.stdout.on('error', (error) => outputFailed(error, process.stderr));
  process.stderr.on('error', (error) => outputFailed(error, undefined));
  const cancelled = new AbortController();
  const cancel = () => {
    // Whatever hangs, the second one ends it.
    if (cancelled.signal.aborted) process.exit(130);
    cancelled.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, cancel);
  process.once('beforeExit', leave);
  try {
    const { program } = await import('./program.ts');
    const exit = (code: 1 | 2) => void (process.exitCode = code);
    const userAgent = process.env.npm_config_user_agent;
    const here = process.cwd();
    const setting = { home, version, here, terminal, signal: cancelled.signal, userAgent, exit };
    await program(setting).parseAsync(args, { from: 'user' });
  } catch (error) {
    const known = fromSystem(error) ?? fromCommander(error);
    if (known === undefined) return;
    process.exitCode = exitCode(known);
    const { showError } = await import('./ui/show-error.ts');
    showError(known, terminal, (line) => process.stderr.write(`${line}\n`));
  } finally {
    process.off('beforeExit', leave);
  }
}

/** A question whose terminal is gone never ends by itself: Node has nothing left to do before it does. */
function leave(): never {
  process.stderr.write('Cancelled: nothing was written.\n');
  process.exit(130);
}

let failedBefore = false;

/** Nobody can be told but by the exit code, unless another stream still works. */
function outputFailed(error: NodeJS.ErrnoException, other: NodeJS.WriteStream | undefined): void {
  if (error.code === 'EPIPE') return;
  process.exitCode ||= 1;
  if (failedBefore) return;
  failedBefore = true;
  other?.write(`What was to be said could not be written: ${error.message}.\n`);
}

/** Commander's own errors as the user's; `undefined` for help and version, which it has printed. */
function fromCommander(error: unknown): unknown {
  if (
    !(error instanceof Error) ||
    !('code' in error) ||
    !String(error.code).startsWith('commander.')
  )
    return error;
  if ('exitCode' in error && error.exitCode === 0) return undefined;
  const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').replace(/^\(|\)$/g, '') || 'See --help.';
  const sentence = message.charAt(0).toUpperCase() + message.slice(1).replace(/\.?$/, '.');
  return new UserError(sentence, { code: 'bad-usage', hint });
}
