import { colours } from './colours.ts';
import type { Terminal } from './terminal.ts';
import { columns, withPrefix, wrap } from './wrap.ts';

/** Prints the steps of a dialogue: in a frame on a terminal, and as plain lines elsewhere. */
export type Frame = {
  readonly intro: (title: string) => void;
  /** Reports a finished step. `aside` is dimmed, and beside the text or below it. */
  readonly step: (text: string, aside?: string) => void;
  readonly warn: (text: string) => void;
  readonly gap: () => void;
  readonly lines: (texts: readonly string[]) => void;
  readonly rows: (rows: readonly (readonly [string, string])[]) => void;
  /** Prints a command to copy. It is never wrapped. */
  readonly command: (label: string, command: string) => void;
  readonly outro: (text: string) => void;
  /** Shows a spinner until `work` is done. `took` is in milliseconds. */
  readonly spin: <Value>(
    label: string,
    work: Promise<Value>,
  ) => Promise<{ readonly value: Value; readonly took: number }>;
};

type Glyphs = {
  readonly start: string;
  readonly bar: string;
  readonly end: string;
  readonly done: string;
  readonly warning: string;
  readonly spinner: string;
  readonly indent: string;
};

const noGlyphs: Glyphs = {
  start: '',
  bar: '',
  end: '',
  done: '',
  warning: '',
  spinner: '',
  indent: '',
};
const asideColumn = 34;
const frameMs = 100;
const eraseLine = '\u001B[2K\r';

/** Opens a frame with the glyphs of clack's questions. Some are for terminals without Unicode. */
export async function openFrame(terminal: Terminal): Promise<Frame> {
  const glyphs = terminal.drawable ? await clackGlyphs() : noGlyphs;
  const width = terminal.columns - glyphs.indent.length - glyphs.bar.length;
  const { dim, gray, green, yellow } = colours(terminal);
  const bar = gray(glyphs.bar);
  const draw = (glyph: string, texts: readonly string[]): void => {
    const indented = texts.map((text) => glyphs.indent + text);
    for (const line of withPrefix(glyph, indented, bar)) terminal.print(line.trimEnd());
  };
  const wrapAll = (texts: readonly string[]) => texts.flatMap((text) => wrap(text, width));
  return {
    intro: (title) => draw(gray(glyphs.start), [title]),
    step: (text, aside) => draw(green(glyphs.done), stepLines(text, aside, width, dim)),
    warn: (text) => draw(yellow(glyphs.warning), wrap(text, width)),
    gap: () => draw(bar, ['']),
    lines: (texts) => draw(bar, wrapAll(texts)),
    rows: (rows) => draw(bar, withPrefix('  ', columns(rows, width - 2))),
    command: (label, command) => draw(bar, commandLines(label, command, width)),
    outro: (text) => draw(gray(glyphs.end), [text]),
    spin: (label, work) => spin(terminal, glyphs, label, work),
  };
}

async function clackGlyphs(): Promise<Glyphs> {
  const clack = await import('@clack/prompts');
  return {
    start: clack.S_BAR_START,
    bar: clack.S_BAR,
    end: clack.S_BAR_END,
    done: clack.S_STEP_SUBMIT,
    warning: clack.S_WARN,
    spinner: clack.unicode ? '◒◐◓◑' : '|/-\\',
    indent: '  ',
  };
}

function stepLines(
  text: string,
  aside: string | undefined,
  width: number,
  dim: (text: string) => string,
): readonly string[] {
  if (aside === undefined) return wrap(text, width);
  const column = Math.max(text.length + 2, asideColumn);
  if (column + aside.length <= width) return [text.padEnd(column) + dim(aside)];
  return [...wrap(text, width), ...wrap(aside, width).map((line) => dim(line))];
}

function commandLines(label: string, command: string, width: number): readonly string[] {
  const line = `${label} ${command}`;
  return line.length <= width ? [line] : [label, command];
}

async function spin<Value>(
  terminal: Terminal,
  { spinner }: Glyphs,
  label: string,
  work: Promise<Value>,
): Promise<{ value: Value; took: number }> {
  const started = performance.now();
  const stop = startSpinner(terminal, spinner, label);
  try {
    return { value: await work, took: performance.now() - started };
  } finally {
    stop();
  }
}

/** Draws a spinner until the returned function is called. Without drawing, prints the label. */
function startSpinner(terminal: Terminal, spinner: string, label: string): () => void {
  if (!terminal.drawable) {
    if (terminal.attended) terminal.print(`${label} ...`);
    return () => undefined;
  }
  const { magenta } = colours(terminal);
  const shownLabel = label.slice(0, terminal.columns - 4);
  let count = 0;
  const draw = () => {
    const glyph = spinner[count % spinner.length] ?? '';
    count += 1;
    terminal.draw(`\r${magenta(glyph)}  ${shownLabel}`);
  };
  const timer = setInterval(draw, frameMs);
  return () => {
    clearInterval(timer);
    terminal.draw(eraseLine);
  };
}
