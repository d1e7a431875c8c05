import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { printer, type Screen } from './screen.ts';

const { stdin, stdout, env } = process;

/** The screen of this process. */
export function tty(): Screen {
  let closed = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed = true;
  });
  const colour = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const columns = () => (stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY);
  return {
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    isTerminal: stdout.isTTY === true,
    ...printer({ colour, columns, write }),
    ask,
    dropTypedAhead,
    onInterrupt,
    isClosed: () => closed,
  };
}

/** In raw mode a line is being typed. Output takes its place. */
const write = (text: string): boolean => stdout.write(stdin.isRaw ? clearLine + text : text);

const clearLine = '\r\u001b[J';

/** Reads a line. Lines that arrive at once were pasted, and are one text. */
function ask(prompt: string, signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(undefined);
    const reader = createInterface({ input: stdin, output: stdout, prompt });
    const leave = () => reader.close();
    const lines: string[] = [];
    reader.on('line', (line) => {
      lines.push(line);
      setImmediate(leave);
    });
    reader.once('close', () => {
      signal?.removeEventListener('abort', leave);
      if (signal?.aborted) stdout.write(clearLine);
      else if (lines.length === 0 || reader.line) stdout.write('\n');
      resolve(lines.length > 0 ? [...lines, reader.line].join('\n') : undefined);
    });
    signal?.addEventListener('abort', leave, { once: true });
    reader.prompt();
  });
}

/** Uses raw mode to drop half a line, too. */
async function dropTypedAhead(): Promise<void> {
  stdin.setRawMode(true);
  stdin.resume();
  await sleep(20);
  stdin.pause();
  stdin.setRawMode(false);
}

function onInterrupt(listener: () => Promise<void>): () => void {
  const stop = () => {
    if (stdout.isTTY) stdout.write('\r');
    void listener().finally(() => process.exit(130));
  };
  process.once('SIGINT', stop);
  return () => process.off('SIGINT', stop);
}
