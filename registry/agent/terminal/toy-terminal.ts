import type { Agent } from '../core/agent.ts';
import type { Connect } from './backend.ts';
import { parse } from './parse.ts';
import { execute } from './execute.ts';
import { local } from './local.ts';
import { printer, type Screen } from '../screen/screen.ts';

type Options = {
  /** The lines that a person types; it leaves after the last. Without any, nobody sits here. */
  readonly typed?: readonly (string | (() => Promise<unknown>))[];
  readonly columns?: number;
  /** What is piped in. */
  readonly input?: readonly Uint8Array[];
};

/** A screen for tests, where `ada` sits: it collects what is printed. A function among `typed` runs while she waits. */
export function toyTerminal(agent: Agent | Connect, { typed, columns = 80, input }: Options = {}) {
  const waiting = [...(typed ?? [])];
  let text = '';
  const connect =
    typeof agent === 'function' ? agent : (screen: Screen) => local(agent, screen, 'ada', 1);
  const write = (more: string) => void (text += more);
  const screen: Screen = {
    interactive: typed !== undefined,
    isTerminal: typed !== undefined,
    ...printer({ colour: false, columns: () => columns, write }),
    drained: async () => {},
    input: () => input && streamed(input),
    async ask(prompt, signal) {
      const next = waiting.shift();
      const line = typeof next === 'function' ? await moved(next, signal) : next;
      write(`${prompt}${line ?? ''}\n`);
      return line;
    },
    dropTypedAhead: async () => {},
    onInterrupt: () => () => {},
    interrupt: () => Promise.reject(new Error('interrupted')),
    isClosed: () => false,
  };
  /** Does what these arguments ask for. @returns what is printed */
  async function raw(...argv: readonly string[]): Promise<string> {
    text = '';
    await execute(connect, screen, parse(argv));
    return text;
  }
  /** The same, with names for what differs each time. */
  const run = async (...argv: readonly string[]): Promise<string> => normalized(await raw(...argv));
  return { raw, run, printed: () => normalized(text) };
}

async function* streamed(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function moved(
  act: () => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<undefined> {
  await act();
  if (!signal?.aborted) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
}

/** Thread ids and times as `t_1`, `DATE`, `TIME`; no spaces at the end of lines. */
const normalized = (text: string): string =>
  text
    .replace(/t_[0-9a-f]{8}([0-9a-f]{24})?/g, 't_1')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'DATE')
    .replace(/\d{4}-\d\d-\d\d/g, 'DAY')
    .replace(/\d\d:\d\d:\d\d/g, 'TIME')
    .replace(/ +$/gm, '')
    .trimEnd();
