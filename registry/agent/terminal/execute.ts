import { Refused } from '../core/errors.ts';
import type { Screen } from '../screen/screen.ts';
import { program } from './program.ts';
import type { Arguments, Command, Connect } from './types.ts';

/** Runs a command with the agent that `connect` makes. @throws Refused */
export async function execute(
  connect: Connect,
  screen: Screen,
  command: Command,
  given: Arguments,
): Promise<void> {
  const used = given.json ? silent(screen) : screen;
  try {
    await command.run({ backend: connect(used), screen: used }, given);
  } catch (error) {
    if (!(error instanceof Refused) || error.fault !== 'unknown') throw error;
    throw new Refused(`${error.message} See all of them: ${program.name} list`, error.fault);
  }
}

/** For `--json`: only the document is printed, and no person is asked. */
const silent = (screen: Screen): Screen => ({
  ...screen,
  interactive: false,
  print: () => {},
  begin: () => {},
  finish: () => {},
});
