import type { Readable, Writable } from 'node:stream';

/** The standard streams of a run: those of a process, or others in their place. */
export type Streams = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable;
};

/** Where we talk to the user. With `json` stdout holds one document, and everything said goes to stderr. */
export type Terminal = {
  /** Whether a person is there to answer. */
  readonly interactive: boolean;
  /** Whether one is there at all: who cannot be shown a menu can still say yes or no. */
  readonly attended: boolean;
  /** Whether lines can be drawn, and drawn over. */
  readonly drawable: boolean;
  /** Endless where nothing is to be broken into lines, as in a pipe. */
  readonly columns: number;
  readonly json: boolean;
  readonly print: (line: string) => void;
  /** Writes without a newline, over and over, as a spinner does. */
  readonly draw: (text: string) => void;
  readonly document: (value: unknown) => void;
  /** Writes text to stdout as it is, also with `json`. */
  readonly write: (text: string) => void;
  /** Says something beside what is printed, for who looks. */
  readonly printError: (line: string) => void;
  /** Where questions are asked and answered. */
  readonly input: Readable;
  readonly output: Writable;
};

/** Finds out what the terminal can do. */
export function openTerminal(
  { stdin, stdout, stderr }: Streams,
  term: string | undefined,
  json: boolean,
): Terminal {
  const out = json ? stderr : stdout;
  // A dumb terminal cannot move its cursor, and every question is drawn by moving it; one of no width cannot either.
  const drawable = stdout.isTTY === true && stdout.columns !== 0 && term !== 'dumb' && !json;
  const attended = stdout.isTTY === true && stdin.isTTY === true && !json;
  return {
    interactive: drawable && attended,
    attended,
    drawable,
    columns: stdout.isTTY === true ? stdout.columns || 80 : Infinity,
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
