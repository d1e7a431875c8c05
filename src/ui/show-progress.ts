import { colours } from './colours.ts';
import type { Terminal } from './terminal.ts';

const waitMs = 500;

/** Says what is being done once it takes long, where somebody looks; afterwards nothing is left of it. */
export async function showProgress<Value>(
  text: string,
  work: Promise<Value>,
  terminal: Terminal,
): Promise<Value> {
  // What is broken into two lines cannot be taken back.
  if (!terminal.drawable || text.length + 4 > terminal.columns) return work;
  let said = false;
  const timer = setTimeout(() => {
    said = true;
    terminal.draw(colours(terminal).dim(`${text} ...`));
  }, waitMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (said) terminal.draw('\r\u001B[2K');
  }
}
