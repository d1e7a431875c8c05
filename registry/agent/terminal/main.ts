import { oneLine, PermanentModelError, Refused } from '../core/errors.ts';
import { redact } from '../core/sanitize.ts';
import { plain } from '../screen/text.ts';
import { tty } from '../screen/tty.ts';
import { commands } from './commands.ts';
import { localBackend } from './local.ts';
import { componentNeeded, execute, parse, refuseKeptFlags } from './parse.ts';
import { helpFor, program } from './program.ts';
import { talkCommand } from './run-thread.ts';
import type { Connect } from './types.ts';

/** Runs the command and prints errors. @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  const screen = tty();
  try {
    refuseKeptFlags(argv, process.env, commands);
    const { url, agent, command, given } = parse(argv, commands);
    if (!command) {
      screen.print(helpFor(commands, program));
      return 0;
    }
    if (command === talkCommand && !screen.interactive) {
      throw new Refused(`A conversation needs a terminal. Without one, see: ${program.name} help`);
    }
    await execute(await connectTo(url), screen, { command, given, agent });
    return 0;
  } catch (error) {
    screen.print();
    process.stderr.write(`  ${plain(redact(messageOf(error)))}\n`);
    return 1;
  }
}

/** Connects to the server of `--url` or AGENT_URL, else to this project. */
async function connectTo(flag: string | undefined): Promise<Connect> {
  await import('../core/env.ts');
  const { AGENT_URL, USER } = process.env;
  const url = flag ?? (AGENT_URL || undefined);
  if (url !== undefined) {
    const source = flag === undefined ? 'AGENT_URL' : '--url';
    const server = Object.values(commands).find((entry) => 'connect' in entry);
    if (!server) throw componentNeeded(source);
    return server.connect(url, source);
  }
  // With a server, agent.ts is not loaded: it may need what this machine lacks.
  const { agent } = await import('../agent.ts');
  return (screen) => localBackend(agent, screen, USER || 'you');
}

/** The stack is printed only for a bug. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = error instanceof Refused || error instanceof PermanentModelError;
  if (isExpected || 'syscall' in error) return error.message;
  return error.stack ?? error.message;
}

// A tool may leave a promise that no code awaits. The thread goes on.
process.on('unhandledRejection', (error) => {
  process.stderr.write(`  ${plain(oneLine(error))}\n`);
});

process.on('uncaughtException', (error) => {
  process.stderr.write(`  ${plain(oneLine(error))}\n`);
  process.exit(1);
});

/** Exits once all is written: a store may keep a connection open. */
void main(process.argv.slice(2)).then((code) => {
  process.stdout.write('', () => process.exit(code));
});
