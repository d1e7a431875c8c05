import { painter, width, wrap, type Paint } from './text.ts';

/** The column of outcomes. */
const OUTCOME = 61;

/** All input and output of the commands: streams, keys and signals of a process. */
export type Screen = {
  /** Whether a person is here and can be asked. */
  readonly interactive: boolean;
  /** Whether the output is a terminal, which acts on control characters. */
  readonly isTerminal: boolean;
  readonly paint: Paint;
  columns(): number;
  /** Prints whole lines, after ending an open one. */
  print(...lines: readonly string[]): void;
  /** Prints a line that `finish` will end. */
  begin(text: string): void;
  /** Ends the open line with `text`. Without one, begins with `head`. */
  finish(text: string, head: string): void;
  /** Prints the exact text. */
  write(text: string): void;
  /** Reads a line; undefined after Ctrl-C, Ctrl-D, or once `signal` fires. */
  ask(prompt: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Drops input that was typed before the question was printed. */
  dropTypedAhead(): Promise<void>;
  /** Runs `listener` on Ctrl-C, then exits. @returns a function to undo it */
  onInterrupt(listener: () => Promise<void>): () => void;
  /** Whether the reader of the output is gone. */
  isClosed(): boolean;
};

type Output = Pick<Screen, 'columns' | 'write'> & { readonly colour: boolean };

/** The printing part of a screen. */
export function printer({ write, columns, colour }: Output) {
  let used = 0;
  const end = () => {
    if (used > 0) write('\n');
    used = 0;
  };
  const begin = (text: string) => {
    end();
    write(text);
    used = width(text);
  };
  return {
    paint: painter(colour),
    columns,
    write,
    print(...lines: readonly string[]) {
      end();
      for (const line of lines) write(`${line}\n`);
    },
    begin,
    finish(text: string, head: string) {
      if (used === 0) begin(head);
      write(`${afterStart(used, text, columns())}\n`);
      used = 0;
    },
  };
}

/** In the column of outcomes, else right after the start, else on the next line. */
function afterStart(used: number, text: string, columns: number): string {
  const fits = (gap: number) => gap >= 3 && used + gap + width(text) <= columns;
  const gap = [OUTCOME - used, 3].find(fits);
  if (gap !== undefined) return ' '.repeat(gap) + text;
  return `\n${wrap(`     ${text}`, columns, '     ')}`;
}
