import { execFileSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
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
  const paper = printer({ colour, columns, write });
  const canMove = stdout.isTTY === true && !env['CI'] && env['TERM'] !== 'dumb';
  return {
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    isTerminal: stdout.isTTY === true,
    ...paper,
    draft: canMove ? (lines) => paper.draft(lines, stdout.rows || 24) : undefined,
    busy(isBusy) {
      rest();
      if (isBusy && canMove) rest = showBusy(paper);
    },
    ask,
    takeTyped,
    dropTypedAhead,
    onInterrupt,
    isClosed: () => closed,
  };
}

/** Whether a line is being typed. Output takes its place. */
let isAsking = false;

const write = (text: string): boolean => stdout.write(isAsking ? clearLine + text : text);

const clearLine = '\r\u001b[J';

/** Ends what `busy` shows. A model that asks a person ends it, too. */
let rest: () => void = () => undefined;
let typedAhead = '';

function showBusy(paper: ReturnType<typeof printer>): () => void {
  const reader = stdin.isTTY && isInForeground() ? readAhead() : undefined;
  const timer = setInterval(() => paper.tick(Date.now(), reader?.typed() ?? ''), 100);
  return () => {
    rest = () => undefined;
    clearInterval(timer);
    paper.erase();
    typedAhead = reader?.typed() ?? '';
    reader?.close();
  };
}

/** Whether the terminal is ours. A process in the background is stopped when it reads keys. */
function isInForeground(): boolean {
  try {
    const format = ['-o', 'stat=', '-p', String(process.pid)];
    return execFileSync('ps', format, { encoding: 'utf8' }).includes('+');
  } catch {
    // Without `ps`, as on Windows.
    return true;
  }
}

/** Reads keys in silence. Enter is a space: nothing is sent unseen. */
function readAhead() {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: stdin, output, terminal: true });
  const lines: string[] = [];
  reader.on('line', (line) => lines.push(line));
  reader.on('SIGINT', () => process.emit('SIGINT') || process.exit(130));
  reader.write(typedAhead);
  const typed = () => [...lines.filter(Boolean), reader.line].join(' ').trimStart();
  return { typed, close: () => reader.close() };
}

function takeTyped(): string {
  const typed = typedAhead;
  typedAhead = '';
  return typed;
}

/** Reads a line. Lines that arrive at once were pasted, and are one text. */
function ask(prompt: string, signal?: AbortSignal, start = ''): Promise<string | undefined> {
  rest();
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(undefined);
    isAsking = true;
    const reader = createInterface({ input: stdin, output: stdout, prompt });
    const leave = () => reader.close();
    const lines: string[] = [];
    reader.on('line', (line) => {
      lines.push(line);
      setImmediate(leave);
    });
    reader.once('close', () => {
      isAsking = false;
      signal?.removeEventListener('abort', leave);
      if (signal?.aborted) stdout.write(clearLine);
      else if (lines.length === 0 || reader.line) stdout.write('\n');
      resolve(lines.length > 0 ? [...lines, reader.line].join('\n') : undefined);
    });
    signal?.addEventListener('abort', leave, { once: true });
    reader.prompt();
    if (start !== '') reader.write(start);
  });
}

/** Uses raw mode to drop half a line, too. */
async function dropTypedAhead(): Promise<void> {
  rest();
  stdin.setRawMode(true);
  stdin.resume();
  await sleep(20);
  stdin.pause();
  stdin.setRawMode(false);
}

function onInterrupt(listener: () => Promise<void>): () => void {
  const stop = () => {
    rest();
    if (stdout.isTTY) stdout.write('\r');
    void listener().finally(() => process.exit(130));
  };
  process.once('SIGINT', stop);
  return () => process.off('SIGINT', stop);
}
