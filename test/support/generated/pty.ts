import { setTimeout } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { openReadable } from '../cli/readable-pty.ts';

/** `program` runs with the arguments alone, in place of `node start.js`. */
type Options = { columns?: number; env?: Record<string, string>; program?: string };
const environment = (env: Record<string, string> = {}) => {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, TERM: 'xterm-256color', ...env };
};

/** What shows that the agent works, up to the control characters that erase it. */
// oxlint-disable-next-line no-control-regex
const erased = /(\u001b\[2m)? +[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] [^\u001b\n]*(\u001b\[0m)?\u001b\[\d+D\u001b\[K/g;

/** `npm start` at a real terminal. */
export function terminal(
  cwd: string,
  argv: readonly string[] = [],
  { columns = 80, env, program }: Options = {},
) {
  const given = program === undefined ? ['start.js', ...argv] : [...argv];
  const { pty, raw } = openReadable([program ?? process.execPath, ...given], {
    cols: columns,
    rows: 50,
    cwd,
    env: environment(env),
  });
  let seen = 0;
  const exit = new Promise<number>((done) => pty.onExit(({ exitCode }) => done(exitCode)));
  return {
    exit,
    raw,
    text: () => stripVTControlCharacters(raw().replace(erased, '')).replaceAll('\r\n', '\n'),
    /** Waits for text that was not there at the last wait. */
    async sees(text: string): Promise<void> {
      const deadline = Date.now() + 20_000;
      while (!raw().includes(text, seen)) {
        if (Date.now() > deadline) throw new Error(`never saw "${text}" in:\n${raw()}`);
        await setTimeout(20);
      }
      seen = raw().indexOf(text, seen) + text.length;
    },
    type: (line: string) => pty.write(`${line}\r`),
    press: (key: string) => pty.write(key),
  };
}
