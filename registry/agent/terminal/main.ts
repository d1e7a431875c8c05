import { Refused } from '../core/errors.ts';
import { plain } from '../screen/text.ts';
import { tty } from '../screen/tty.ts';
import type { Connect } from './backend.ts';
import { serverFlagOf } from './command.ts';
import { commands } from './commands.ts';
import { execute } from './execute.ts';
import { helpFor } from './help.ts';
import { localBackend } from './local.ts';
import { needsComponent, parse } from './parse.ts';
import { localProgram, takeUrl } from './program.ts';

/** Runs the command in the arguments. Prints errors. @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  const screen = tty();
  try {
    assertUrlArrived(argv);
    const asked = parse(argv, commands);
    const isTalk = asked.kind === 'talk';
    if (asked.kind === 'help' || (isTalk && !screen.interactive)) {
      screen.print(helpFor(commands, localProgram));
      return isTalk ? 1 : 0;
    }
    await execute(await connectTo(asked.url), screen, asked);
    return 0;
  } catch (error) {
    screen.print();
    process.stderr.write(`  ${plain(messageOf(error))}\n`);
    return 1;
  }
}

/** npm may take the flag for itself, and leave the url as if it were a command. @throws Refused */
function assertUrlArrived(argv: readonly string[]): void {
  if (!process.env['npm_config_url'] || takeUrl(argv).url !== undefined) return;
  throw new Refused(`npm kept --url for itself. Type: ${localProgram.withFlags} --url ...`);
}

/** Connects to the agent of this project, or on a server. Then agent.ts is not loaded. */
async function connectTo(flag: string | undefined): Promise<Connect> {
  await import('../core/env.ts');
  const { AGENT_URL, USER } = process.env;
  const source = flag === undefined ? 'AGENT_URL' : '--url';
  const url = flag ?? AGENT_URL;
  if (url || flag !== undefined) return connectToServer(url ?? '', source);
  const { agent } = await import('../agent.ts');
  return (screen) => localBackend(agent, screen, USER || 'you');
}

/** @throws Refused without the component that connects */
function connectToServer(url: string, source: string): Connect {
  const server = serverFlagOf(commands);
  if (!server) throw new Refused(needsComponent(source));
  return server.connect(url, source);
}

/** A stack is printed only for a bug: not for a refused request or a failed system call. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = error instanceof Refused || 'syscall' in error;
  return isExpected ? error.message : (error.stack ?? error.message);
}

/** Ends the process once all is printed, even if a store keeps a connection open. */
void main(process.argv.slice(2)).then((code) => process.stdout.write('', () => process.exit(code)));
