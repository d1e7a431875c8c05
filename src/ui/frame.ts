import { colours } from './colours.ts';
import type { Terminal } from './terminal.ts';
import { columns, wrap } from './wrap.ts';

/** Draws the dialogue's frame on a terminal, and plain lines elsewhere. */
export type Frame = {
  readonly intro: (title: string) => void;
  readonly step: (text: string, aside?: string) => void;
  readonly warn: (text: string) => void;
  readonly gap: () => void;
  readonly lines: (texts: readonly string[]) => void;
  readonly rows: (rows: readonly (readonly [string, string])[]) => void;
  /** A command to copy: never broken, and on a line of its own where it does not fit after its label. */
  readonly command: (label: string, command: string) => void;
  readonly outro: (text: string) => void;
  /** Shows a person that something goes on until `work` is done; its milliseconds come with its value. */
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
  readonly frames: string;
};

const none: Glyphs = { start: '', bar: '', end: '', done: '', warning: '', frames: '' };
const asideColumn = 34;
const frameMs = 100;
const eraseLine = '\u001B[2K\r';

/** Opens a frame; the glyphs are the ones of the questions, for terminals without Unicode too. */
export async function openFrame(terminal: Terminal): Promise<Frame> {
  const pc = colours(terminal);
  const glyphs = terminal.drawable ? await clackGlyphs() : none;
  const indent = glyphs === none ? '' : '  ';
  const width = terminal.columns - indent.length - glyphs.bar.length;
  const put = (glyph: string, text: string) =>
    terminal.print(`${glyph}${text === '' ? '' : indent}${text}`);
  const bar = pc.gray(glyphs.bar);
  const all = (glyph: string, texts: readonly string[]) =>
    texts.forEach((text, index) => put(index === 0 ? glyph : bar, text));
  return {
    intro: (title) => put(pc.gray(glyphs.start), title),
    step: (text, aside = '') => {
      const together =
        aside !== '' && Math.max(text.length + 2, asideColumn) + aside.length <= width;
      if (together)
        put(
          pc.green(glyphs.done),
          text.padEnd(Math.max(text.length + 2, asideColumn)) + pc.dim(aside),
        );
      else
        all(pc.green(glyphs.done), [
          ...wrap(text, width),
          ...(aside ? wrap(aside, width).map((line) => pc.dim(line)) : []),
        ]);
    },
    warn: (text) => all(pc.yellow(glyphs.warning), wrap(text, width)),
    gap: () => put(bar, ''),
    lines: (texts) =>
      all(
        bar,
        texts.flatMap((text) => wrap(text, width)),
      ),
    rows: (rows) =>
      all(
        bar,
        columns(rows, width - 2).map((row) => `  ${row}`),
      ),
    command: (label, command) =>
      all(
        bar,
        label.length + 1 + command.length <= width ? [`${label} ${command}`] : [label, command],
      ),
    outro: (text) => put(pc.gray(glyphs.end), text),
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
    frames: clack.unicode ? '◒◐◓◑' : '|/-\\',
  };
}

async function spin<Value>(
  terminal: Terminal,
  { frames }: Glyphs,
  label: string,
  work: Promise<Value>,
): Promise<{ value: Value; took: number }> {
  const started = performance.now();
  let count = 0;
  const draw = () =>
    terminal.draw(
      `\r${colours(terminal).magenta(frames[count++ % frames.length] ?? '')}  ${label.slice(0, terminal.columns - 4)}`,
    );
  if (frames === '' && terminal.attended) terminal.print(`${label} ...`);
  const timer = frames === '' ? undefined : setInterval(draw, frameMs);
  try {
    return { value: await work, took: performance.now() - started };
  } finally {
    clearInterval(timer);
    if (timer) terminal.draw(eraseLine);
  }
}
