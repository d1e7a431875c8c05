import packageJson from '../package.json' with { type: 'json' };
import { exitCode, fromSystem, UserError } from './errors.ts';
import { openTerminal, type Streams } from './ui/terminal.ts';

const { version } = packageJson;

/**
 * The parts of the process that a run uses. With other hosts, one process can hold many runs. Only
 * the folder for temporary files and the support for colours come from the process itself.
 */
export type Host = Streams & {
  /** The folder of the tool's own package. */
  readonly home: URL;
  /** The user's current folder, absolute. Throws a system error if it was deleted. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The version of Node, such as `22.13.0`. */
  readonly node: string;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
};

/** Runs the tool with the arguments after its name. Resolves to the exit code and never rejects. */
export async function main(args: readonly string[], host: Host): Promise<number> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-v')) {
    host.stdout.write(`${version}\n`);
    return 0;
  }
  const { home, env, node, signal } = host;
  const terminal = openTerminal(host, env.TERM, args.includes('--json'));
  let code = 0;
  const exit = (newCode: 1 | 2): void => {
    code = newCode;
  };
  try {
    const { program } = await import('./program.ts');
    const { cwd } = host;
    const context = { home, version, cwd, env, node, terminal, signal, exit };
    await program(context).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    const known = fromSystem(error) ?? fromCommander(error);
    if (known === undefined) return code;
    const { showError } = await import('./ui/show-error.ts');
    showError(known, terminal);
    return exitCode(known);
  }
}

/**
 * Converts an error of commander to the user's. Returns undefined after help and version, which
 * commander has printed, and any other error as it is.
 */
function fromCommander(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (!String(error.code).startsWith('commander.')) return error;
  if ('exitCode' in error && error.exitCode === 0) return undefined;
  const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  // Commander puts a suggestion into brackets on the next line.
  const hint = rest.join(' ').replace(/^\(|\)$/g, '') || 'See --help.';
  const sentence = message.charAt(0).toUpperCase() + message.slice(1).replace(/\.?$/, '.');
  return new UserError(sentence, { code: 'bad-usage', hint });
}
