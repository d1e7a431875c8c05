import { Refused } from '../errors.ts';
import { help, parse } from './command.ts';
import { execute } from './execute.ts';
import { plain } from './format.ts';
import { tty } from './tty.ts';

/** Reads the arguments, does what they ask, and is the only one to say what went wrong. */
async function main(argv: readonly string[]): Promise<number> {
  const screen = tty();
  try {
    const asked = parse(argv);
    if (asked.command.kind === 'help' || (asked.command.kind === 'talk' && !screen.interactive)) {
      screen.print(help);
      return asked.command.kind === 'help' ? 0 : 1;
    }
    const { agent } = await import('../agent.ts');
    await execute(agent, screen, asked, process.env['USER'] || 'you');
    return 0;
  } catch (error) {
    screen.print();
    const text = isTheirs(error) ? error.message : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`  ${plain(text)}\n`);
    return 1;
  }
}

/** What a person can put right: a refused request, a bad id, a file or a folder. Anything else is a bug. */
const isTheirs = (error: unknown): error is Error =>
  error instanceof Refused || (error instanceof Error && 'syscall' in error);

/** Ends the process, even if a store keeps a connection open, once everything is printed. */
void main(process.argv.slice(2)).then((code) => process.stdout.write('', () => process.exit(code)));
