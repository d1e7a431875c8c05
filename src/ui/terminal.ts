import type { Readable, Writable } from 'node:stream';

/** The standard streams of a run: those of the process, or others in a test. */
export type Streams = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable;
};

/** The input and output of a run. With `json`, stdout has one document; the rest is on stderr. */
export type Terminal = {
  /** Whether questions can be asked as menus. */
  readonly interactive: boolean;
  /** Whether a person can answer, at least yes or no. */
  readonly attended: boolean;
  /** Whether lines can be drawn and redrawn. */
  readonly drawable: boolean;
  /** The width. Infinite in a pipe, where no lines are wrapped. */
  readonly columns: number;
  readonly json: boolean;
  readonly print: (line: string) => void;
  /** Writes text without a newline. */
  readonly draw: (text: string) => void;
  /** Writes a value as JSON to stdout. */
  readonly document: (value: unknown) => void;
  /** Writes text to stdout, also with `json`. */
  readonly write: (text: string) => void;
  /** Prints a line to stderr. */
  readonly printError: (line: string) => void;
  /** The streams for questions. */
  readonly input: Readable;
  readonly output: Writable;
};

/** Detects what the terminal can do. `term` is the TERM variable. */
export function openTerminal(
  { stdin, stdout, stderr }: Streams,
  term: string | undefined,
  json: boolean,
): Terminal {
  const out = json ? stderr : stdout;
  const isTTY = stdout.isTTY === true;
  // Drawing moves the cursor, which needs a width and a terminal that is not dumb.
  const drawable = isTTY && stdout.columns !== 0 && term !== 'dumb' && !json;
  const attended = isTTY && stdin.isTTY === true && !json;
  return {
    interactive: drawable && attended,
    attended,
    drawable,
    columns: isTTY ? stdout.columns || 80 : Infinity,
    json,
    print: (line) => void out.write(`${line}\n`),
    draw: (text) => void out.write(text),
    printError: (line) => void stderr.write(`${line}\n`),
    input: stdin,
    output: stdout,
    write: (text) => void stdout.write(text),
    document: (value) => void stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
  };
}
