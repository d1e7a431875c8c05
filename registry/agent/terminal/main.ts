import { Refused } from '../core/errors.ts';
import type { Connect } from './backend.ts';
import { help, parse } from './parse.ts';
import { execute } from './execute.ts';
import { plain } from '../screen/text.ts';
import { bare } from './program.ts';
import { tty } from '../screen/tty.ts';
import { serverAt, takeUrl } from './parse.ts';

/** Reads the arguments, does what they ask, and is the only one to say what went wrong. */
async function main(argv: readonly string[]): Promise<number> {
  const screen = tty();
  try {
    assertUrlReached();
    const asked = parse(argv);
    if (asked.command.kind === 'help' || (asked.command.kind === 'talk' && !screen.interactive)) {
      screen.print(help);
      return asked.command.kind === 'help' ? 0 : 1;
    }
    await execute(await connectTo(asked.url), screen, asked);
    return 0;
  } catch (error) {
    screen.print();
    const text = isTheirs(error)
      ? error.message
      : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`  ${plain(text)}\n`);
    return 1;
  }
}

/** Before the arguments are read: the address that npm left among them is no command. */
function assertUrlReached(): void {
  const isHere = takeUrl(process.argv.slice(2)).url !== undefined;
  if (process.env['npm_config_url'] && !isHere)
    throw new Refused(`npm took --url for its own. Type: ${bare.flagged} --url ...`);
}

/** The agent of this project, or one on a server: then nothing is loaded that may need what this machine has not. */
async function connectTo(named: string | undefined): Promise<Connect> {
  await import('../core/env.ts');
  const { AGENT_URL = '', API_TOKEN: token, USER } = process.env;
  const url = named ?? (AGENT_URL && serverAt(AGENT_URL, 'AGENT_URL'));
  if (url) {
    const { remote } = await import('./remote.ts');
    return (screen) => remote({ url, token }, screen);
  }
  const [{ agent }, { local }] = await Promise.all([import('../agent.ts'), import('./local.ts')]);
  return (screen) => local(agent, screen, USER || 'you');
}

/** What a person can put right: a refused request, a bad id, a file or a folder. Anything else is a bug. */
const isTheirs = (error: unknown): error is Error =>
  error instanceof Refused || (error instanceof Error && 'syscall' in error);

/** Ends the process, even if a store keeps a connection open, once everything is printed. */
void main(process.argv.slice(2)).then((code) => process.stdout.write('', () => process.exit(code)));
