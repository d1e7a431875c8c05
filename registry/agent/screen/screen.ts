import { fit, painter, plain, width, wrap, type Paint } from './text.ts';

/** The column of outcomes. */
const OUTCOME = 61;

/** All input and output of the commands: streams, keys and signals of a process. */
export type Screen = {
  /** Whether a person is here and can be asked. */
  readonly interactive: boolean;
  /** Whether the output is a terminal, which acts on control characters. */
  readonly isTerminal: boolean;
  readonly paint: Paint;
  columns: () => number;
  /** Prints whole lines, after ending an open one. */
  print: (...lines: readonly string[]) => void;
  /** Prints a line that `finish` will end. */
  begin: (text: string) => void;
  /** Ends the open line with `text`. Without one, begins with `head`. */
  finish: (text: string, head: string) => void;
  /** Prints the exact text. */
  write: (text: string) => void;
  /** Shows how long the agent has worked, until called with false. */
  busy: (isBusy: boolean) => void;
  /** Adds to what `busy` shows, until the next output. */
  note: (text: string) => void;
  /**
   * Shows the last of these lines, as many as fit, in place of those of the last call. The next
   * output erases them. Missing where nothing can be erased.
   */
  readonly draft?: ((lines: readonly string[]) => void) | undefined;
  /** Reads a line, after `start`; undefined after Ctrl-C, Ctrl-D, or once `signal` fires. */
  ask: (prompt: string, signal?: AbortSignal, start?: string) => Promise<string | undefined>;
  /** Returns what was typed while the agent worked, once. */
  takeTyped: () => string;
  /** Drops input that was typed before the question was printed. */
  dropTypedAhead: () => Promise<void>;
  /** Runs `listener` on Ctrl-C, then exits. @returns a function to undo it */
  onInterrupt: (listener: () => Promise<void>) => () => void;
  /** Whether the reader of the output is gone. */
  isClosed: () => boolean;
};

type Output = Pick<Screen, 'columns' | 'write'> & { readonly colour: boolean };

/** The ms without output after which `busy` shows something. */
const QUIET_MS = 300;
const frames = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];

/** The printing part of a screen. `tick` draws what `busy` shows. */
export function printer({ write: send, columns, colour }: Output) {
  const paint = painter(colour);
  let used = 0;
  let isRunning = false;
  let status = '';
  let noted = '';
  let since = Date.now();
  let drawnAt = 0;
  let drafted: readonly string[] = [];
  const eraseStatus = () => {
    if (status !== '') send(`\u001b[${width(status)}D\u001b[K`);
    status = '';
  };
  /** Draws only the lines that differ. The cursor stands below the last one. */
  const drawDraft = (lines: readonly string[]) => {
    const other = drafted.findIndex((line, index) => line !== lines[index]);
    const kept = other < 0 ? drafted.length : other;
    if (kept === drafted.length && kept === lines.length) return;
    eraseStatus();
    const up = drafted.length - kept;
    if (up > 0) send(`\u001b[${up}A\u001b[J`);
    if (kept < lines.length) send(`${lines.slice(kept).join('\n')}\n`);
    drafted = lines;
    drawnAt = Date.now();
  };
  const erase = () => {
    eraseStatus();
    drawDraft([]);
  };
  const write = (text: string) => {
    erase();
    noted = '';
    since = Date.now();
    send(text);
  };
  const end = () => {
    if (used > 0) write('\n');
    used = 0;
  };
  const begin = (text: string) => {
    end();
    write(text);
    used = width(text);
    isRunning = true;
  };
  return {
    paint,
    columns,
    write,
    erase,
    print: (...lines: readonly string[]) => {
      end();
      for (const line of lines) write(`${line}\n`);
    },
    begin,
    finish: (text: string, head: string) => {
      if (used === 0) begin(head);
      write(`${afterStart(used, text, columns())}\n`);
      used = 0;
      isRunning = false;
    },
    note: (text: string) => void (noted = text),
    draft(lines: readonly string[], rows = 24) {
      if (lines.length > 0) end();
      // Lines that have left the screen cannot be erased, and none that the terminal breaks.
      const fits = lines.every((line) => width(line) <= columns());
      drawDraft(fits ? lines.slice(-Math.max(1, rows - 2)) : []);
    },
    tick(now: number, typed: string) {
      if (now - Math.max(since, drawnAt) < QUIET_MS) return;
      const seconds = `${Math.floor((now - since) / 1_000)} s`;
      const what = isRunning ? 'working' : 'thinking';
      const frame = frames[Math.floor(now / 100) % frames.length];
      const said = [what, seconds, noted].filter(Boolean).join(', ');
      // The open line names the tool.
      const text = used > 0 ? `   ${frame} ${seconds}` : `  ${frame} ${said}`;
      const tail = typed && `   > ${typed}`;
      const room = columns() - (used % columns()) - 1;
      eraseStatus();
      if (room < 10) return;
      status = paint('dim', fit(plain(text + tail), room));
      send(status);
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
