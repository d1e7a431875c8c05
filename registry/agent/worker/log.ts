import { hostname } from 'node:os';
import { oneLine, promised } from '../core/errors.ts';
import type { Usage } from '../core/event.ts';
import { escapeUnseen, redact } from '../core/sanitize.ts';
import type { Status } from '../core/thread.ts';

/**
 * A line of the log.
 * Only `message` and `error` can hold a text that code did not write.
 */
export type LogLine = Readonly<{
  level: 'info' | 'warn' | 'error';
  /** A sentence that can be read without the other fields. */
  message: string;
  /** Why something failed, or is handed to a person. */
  error?: string;
  thread?: string;
  call_id?: string;
  /** The type of the event that was saved. */
  event?: string;
  /** The status of the thread after the event. */
  status?: Status;
  intent?: string;
  /** Milliseconds since the event before it, if this process saved both. */
  ms?: number;
  /** When a request expires, or a result is overdue. */
  due?: string | undefined;
}> &
  Partial<Usage>;

export type Log = (line: LogLine) => void;

/** Bytes that may wait for a reader of stderr. */
const MAX_WAITING_BYTES = 1_000_000;

/**
 * Writes a line to stderr: JSON, or a text on a terminal.
 * Has no secrets, and never throws.
 */
export const logToStderr: Log = safeLog((line) => {
  // A reader that has stopped must not fill the memory: lines are dropped.
  const { stderr } = process;
  if (stderr.writableLength > MAX_WAITING_BYTES) return;
  // Without a listener, a closed pipe would be an uncaught exception.
  if (!stderr.listeners('error').includes(ignore)) stderr.on('error', ignore);
  stderr.write(`${formatLine(line, new Date().toISOString(), stderr.isTTY)}\n`);
});

const ignore = () => undefined;

/** Removes secrets from each line, and ignores the errors of `log`: a thread goes on without it. */
export function safeLog(log: Log): Log {
  const attempt = promised((line: LogLine) => log(withoutSecrets(line)));
  return (line) => void attempt(line).catch(() => undefined);
}

function withoutSecrets(line: LogLine): LogLine {
  const { message, error, event } = line;
  // To read the environment takes longer than all the rest of a line.
  if (event !== undefined && error === undefined) return line;
  const cleaned = { ...line, message: escapeUnseen(redact(message)) };
  if (error === undefined) return cleaned;
  return { ...cleaned, error: escapeUnseen(oneLine(error)) };
}

/** In containers, process ids are often the same, and host names differ. */
const PROCESS = `${hostname()}:${process.pid}`;

/** Formats a line as JSON, or as a text for a terminal. `time` is ISO 8601. */
export function formatLine(line: LogLine, time: string, isTerminal = false): string {
  const { level, message, error, ...fields } = line;
  if (!isTerminal)
    return JSON.stringify({ time, level, process: PROCESS, message, error, ...fields });
  const clock = new Date(time).toLocaleTimeString('sv');
  const what = error === undefined ? message : `${message}: ${error}`;
  const { model, usd, ms } = fields;
  const known = Object.entries({ model, usd, ms }).filter(([, value]) => value !== undefined);
  const details = known.map(([name, value]) => `${name} ${value}`).join(', ');
  const text = details === '' ? what : `${what} (${details})`;
  return `${clock} ${escapeUnseen(text)}`;
}
