import { Refused } from '../core/errors.ts';
import { plain } from '../screen/text.ts';
import { tty } from '../screen/tty.ts';
import type { Connect } from './backend.ts';
import { serverFlagOf } from './command-types.ts';
import { commands } from './commands.ts';
import { execute } from './execute.ts';
import { helpFor } from './help.ts';
import { localBackend } from './local.ts';
import { componentNeeded, parse } from './parse.ts';
import { localProgram, takeUrl } from './program.ts';

/** Runs the command and prints errors. @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  const screen = tty();
  try {
    requireUrl(argv);
    const asked = parse(argv, commands);
    const cannotTalk = asked.kind === 'talk' && !screen.interactive;
    if (asked.kind === 'help' || cannotTalk) {
      screen.print(helpFor(commands, localProgram));
      return cannotTalk ? 1 : 0;
    }
    const connect = await connectTo(asked.url);
    await execute(connect, screen, asked);
    return 0;
  } catch (error) {
    screen.print();
    process.stderr.write(`  ${plain(messageOf(error))}\n`);
    return 1;
  }
}

/** npm may keep `--url` and pass on the url alone. @throws Refused */
function requireUrl(argv: readonly string[]): void {
  if (!process.env['npm_config_url'] || takeUrl(argv).url !== undefined) return;
  const typed = `${localProgram.withFlags} --url ...`;
  throw new Refused(`npm kept --url for itself. Type: ${typed}`);
}

/** Connects to the server of `--url` or AGENT_URL, else to this project. */
async function connectTo(flag: string | undefined): Promise<Connect> {
  await import('../core/env.ts');
  const { AGENT_URL, USER } = process.env;
  if (flag !== undefined) return connectToServer(flag, '--url');
  if (AGENT_URL) return connectToServer(AGENT_URL, 'AGENT_URL');
  // With a server, agent.ts is not loaded: it may need what this machine lacks.
  const { agent } = await import('../agent.ts');
  return (screen) => localBackend(agent, screen, USER || 'you');
}

function connectToServer(url: string, source: string): Connect {
  const server = serverFlagOf(commands);
  if (!server) throw componentNeeded(source);
  return server.connect(url, source);
}

/** The stack is printed only for a bug. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isSystemError = 'syscall' in error;
  if (error instanceof Refused || isSystemError) return error.message;
  return error.stack ?? error.message;
}

/** Exits once all is written: a store may keep a connection open. */
void main(process.argv.slice(2)).then((code) => {
  process.stdout.write('', () => process.exit(code));
});
