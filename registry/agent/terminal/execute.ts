import { Refused } from '../core/errors.ts';
import type { Screen } from '../screen/screen.ts';
import type { Connect } from './backend.ts';
import type { Parsed } from './parse.ts';
import { program } from './program.ts';
import { talk } from './talk.ts';

/** Does what was asked with the agent that `connect` makes. @throws Refused */
export async function execute(
  connect: Connect,
  screen: Screen,
  asked: Exclude<Parsed, { kind: 'help' }>,
): Promise<void> {
  if (asked.kind === 'talk') return talk({ backend: connect(screen), screen });
  const { command, given } = asked;
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
