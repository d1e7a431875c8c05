import { colours } from './colours.ts';
import type { Terminal } from './terminal.ts';

const delayMs = 500;
const eraseLine = '\r\u001B[2K';

/** Shows a text while slow work runs, on a terminal only. Erases it afterwards. */
export async function showProgress<Value>(
  text: string,
  work: Promise<Value>,
  terminal: Terminal,
): Promise<Value> {
  // Text on two lines could not be erased.
  const fits = text.length + 4 <= terminal.columns;
  if (!terminal.drawable || !fits) return work;
  let isShown = false;
  const timer = setTimeout(() => {
    isShown = true;
    terminal.draw(colours(terminal).dim(`${text} ...`));
  }, delayMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (isShown) terminal.draw(eraseLine);
  }
}
