import xterm from '@xterm/headless';
import { openReadable } from './readable-pty.ts';
import { bin, cleanEnv } from './run.ts';

/** A pseudo-terminal that runs our tool. */
export type Session = {
  /** Returns the text of the screen, including what was scrolled. */
  readonly screen: () => string;
  /** Returns everything that was sent to the terminal, with its control characters. */
  readonly raw: () => string;
  readonly press: (keys: string) => void;
  /** Waits until the screen shows these texts, one after the other. */
  readonly until: (...texts: string[]) => Promise<void>;
  readonly exit: Promise<number>;
  /** Closes the terminal, like its window. Returns whether the process then ended by itself. */
  readonly hangUp: () => Promise<boolean>;
};

export const enter = '\r';
export const space = ' ';
export const ctrlC = '\u0003';
export const down = '\u001B[B';

const timeoutMs = 20_000;

/** Starts the built tool in a pseudo-terminal. */
export async function open(
  args: readonly string[],
  cwd: string,
  columns: number,
  env: Record<string, string> = {},
): Promise<Session> {
  const all = { ...(await cleanEnv()), ...env };
  const terminal = new xterm.Terminal({
    cols: columns,
    rows: 50,
    scrollback: 1000,
    allowProposedApi: true,
  });
  const { pty, raw } = openReadable(['node', bin, ...args], {
    cwd,
    cols: columns,
    rows: 50,
    env: all,
    name: all.TERM ?? 'xterm-256color',
  });
  let written = Promise.resolve();
  pty.onData((data) => {
    written = new Promise((done) => terminal.write(data, done));
  });
  const exit = new Promise<number>((done) => {
    pty.onExit(({ exitCode }) => void written.then(() => done(exitCode)));
  });
  const screen = (): string => {
    const { buffer } = terminal;
    const lines = Array.from(
      { length: buffer.active.length },
      (_, row) => buffer.active.getLine(row)?.translateToString(true) ?? '',
    );
    return lines.join('\n').trimEnd();
  };
  const until = async (...texts: string[]): Promise<void> => {
    const deadline = Date.now() + timeoutMs;
    while (!hasInOrder(screen(), texts)) {
      if (Date.now() > deadline)
        throw new Error(`Waited for "${texts.join('", "')}", and saw:\n${screen()}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  const hangUp = async (): Promise<boolean> => {
    // This also closes our end of the terminal, so there is no exit event.
    (pty as unknown as { destroy: () => void }).destroy();
    const deadline = Date.now() + timeoutMs;
    while (isAlive(pty.pid) && Date.now() < deadline)
      await new Promise((done) => setTimeout(done, 20));
    const ended = !isAlive(pty.pid);
    if (!ended) process.kill(-pty.pid, 'SIGKILL');
    return ended;
  };
  return {
    screen,
    raw,
    press: (keys) => pty.write(keys),
    until,
    exit,
    hangUp,
  };
}

function hasInOrder(screen: string, texts: readonly string[]): boolean {
  let from = 0;
  return texts.every((text) => {
    const at = screen.indexOf(text, from);
    from = at + text.length;
    return at !== -1;
  });
}

/** Whether a process of the group is alive. */
function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}
