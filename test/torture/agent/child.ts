import { spawn } from 'node:child_process';
import { linesOf } from './lines.ts';

export type Child<Line> = {
  /** The next line that it printed, and `undefined` once it has ended. */
  next(): Promise<Line | undefined>;
  tell(line: unknown): void;
  /** Its input ends, so it does once it has nothing left to do. */
  release(): void;
  /** kill -9 */
  kill(): void;
  /** What it printed to stderr. Resolves at its end. */
  readonly complaint: Promise<string>;
};

const PATIENCE_MS = 60_000;

/**
 * Starts a script, with its arguments, on this Node. It prints JSON by the line; silent for a
 * minute, it is killed.
 */
export function startChild<Line>(command: readonly string[]): Child<Line> {
  // SQLite is experimental in Node 22, which says so.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  // It may be dead before it has read everything.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(complaint)));
  const lines = linesOf(child.stdout);
  return {
    async next() {
      const giveUp = () => {
        complaint += `silent for ${PATIENCE_MS} ms`;
        child.kill('SIGKILL');
      };
      const timer = setTimeout(giveUp, PATIENCE_MS);
      const { value, done } = await lines.next();
      clearTimeout(timer);
      return done ? undefined : JSON.parse(value);
    },
    tell: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
    release: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
    complaint: ended,
  };
}
