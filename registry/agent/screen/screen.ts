import { painter, width, wrap, type Paint } from './text.ts';

/** Where outcomes are aligned. */
const OUTCOME = 61;

/** What the commands print on. Everything of a process (its streams, keys and signals) comes in through it. */
export type Screen = {
  /** A person sits here and can be asked. */
  readonly interactive: boolean;
  /** What is printed goes to a terminal, which acts on control characters. */
  readonly isTerminal: boolean;
  readonly paint: Paint;
  columns(): number;
  /** Whole lines. One that `begin` left open ends first. */
  print(...lines: readonly string[]): void;
  /** A line that `finish` will end. */
  begin(text: string): void;
  /** Ends the open line with `text`; if others have printed since, it stands on a line of its own, behind `head`. */
  finish(text: string, head: string): void;
  /** Text exactly as it is. */
  write(text: string): void;
  /** Resolves once what was written has been taken, or nobody takes it any more. */
  drained(): Promise<void>;
  /** What is piped in; undefined if a person would have to type it. */
  input(): AsyncIterable<Uint8Array> | undefined;
  /** A line typed by a person; undefined if they left (Ctrl-C, Ctrl-D), or once `signal` fires. */
  ask(prompt: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Drops what was typed so far: nobody can have answered what was not on the screen yet. */
  dropTypedAhead(): Promise<void>;
  /** Ctrl-C runs `listener`, then ends the process. @returns what takes it back */
  onInterrupt(listener: () => Promise<void>): () => void;
  /** What Ctrl-C does. A line that is typed keeps it from the process: `ask` says that they left. */
  interrupt(): Promise<never>;
  /** Whether nobody reads on: the pipe was closed. */
  isClosed(): boolean;
};

export type Output = { readonly colour: boolean; write(text: string): void; columns(): number };

/** The printing part of a screen. */
export function printer({ write, columns, colour }: Output) {
  let used = 0;
  const end = () => {
    if (used > 0) write('\n');
    used = 0;
  };
  const print = (...lines: readonly string[]) => {
    end();
    for (const line of lines) write(`${line}\n`);
  };
  return {
    paint: painter(colour),
    columns,
    write,
    print,
    begin(text: string) {
      end();
      write(text);
      used = width(text);
    },
    finish(text: string, head: string) {
      if (used === 0) return print(wrap(`${head}   ${text}`, columns(), '     '));
      write(`${behind(used, text, columns())}\n`);
      used = 0;
    },
  };
}

/** In the column of outcomes, or right behind the line if that is long, or below if it does not fit. */
function behind(used: number, text: string, columns: number): string {
  const gap = [OUTCOME - used, 3].find(
    (spaces) => spaces >= 3 && used + spaces + width(text) <= columns,
  );
  return gap === undefined ? `\n${wrap(`     ${text}`, columns, '     ')}` : ' '.repeat(gap) + text;
}
