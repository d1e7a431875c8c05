import type { Agent } from '../core/agent.ts';
import { printer, type Screen } from '../screen/screen.ts';
import { commands as allCommands } from './commands.ts';
import { localBackend } from './local.ts';
import { execute, parse } from './parse.ts';
import { helpFor, program } from './program.ts';
import type { Commands, Connect } from './types.ts';

type ToyTerminalOptions = {
  /**
   * The lines that a person types. After the last one the person leaves. A function runs while the
   * person waits. Without `typed` no person is there.
   */
  readonly typed?: readonly (string | (() => Promise<unknown>))[];
  /** The text that is typed while the agent works. */
  readonly typedAhead?: string;
  readonly columns?: number;
  readonly commands?: Commands;
};

/** A terminal for tests, where `ada` types. It collects what is printed. */
export function toyTerminal(agent: Agent | Connect, options: ToyTerminalOptions = {}) {
  const { typed, columns = 80, commands = allCommands, typedAhead = '' } = options;
  const waiting = [...(typed ?? [])];
  let text = '';
  const write = (more: string) => void (text += more);
  const connect =
    typeof agent === 'function' ? agent : (screen: Screen) => localBackend(agent, screen, 'ada', 1);
  const screen: Screen = {
    interactive: typed !== undefined,
    isTerminal: typed !== undefined,
    ...printer({ colour: false, columns: () => columns, write }),
    async ask(prompt, signal) {
      const next = waiting.shift();
      const line = typeof next === 'function' ? await moved(next, signal) : next;
      write(`${prompt}${line ?? ''}\n`);
      return line;
    },
    busy: () => undefined,
    takeTyped: () => typedAhead,
    dropTypedAhead: () => Promise.resolve(),
    onInterrupt: () => () => undefined,
    isClosed: () => false,
  };
  /** Runs a command. @returns what is printed */
  async function raw(...argv: readonly string[]): Promise<string> {
    text = '';
    const { command, given, agent: name } = parse(argv, commands);
    if (command) await execute(connect, screen, { command, given, agent: name });
    else screen.print(helpFor(commands, program));
    return text;
  }
  /** The same, with ids and times replaced. */
  const run = async (...argv: readonly string[]): Promise<string> => normalize(await raw(...argv));
  return { raw, run, printed: () => normalize(text) };
}

async function moved(
  act: () => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<undefined> {
  await act();
  if (!signal?.aborted) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
}

/** Thread ids and times become `t_1`, `DATE`, `DAY`, `TIME`; spaces at the end of lines go. */
const normalize = (text: string): string =>
  text
    .replace(/t_[0-9a-f]{8}([0-9a-f]{24})?/g, 't_1')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'DATE')
    .replace(/\d{4}-\d\d-\d\d/g, 'DAY')
    .replace(/\d\d:\d\d:\d\d/g, 'TIME')
    .replace(/ +$/gm, '')
    .trimEnd();
