import pc from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import type { Terminal } from './terminal.ts';

/** Colours for a terminal that shows them; in a pipe and under NO_COLOR, none. CI counts as a pipe. */
export const colours = ({ drawable: framed }: Terminal): Colors =>
  pc.createColors(framed && pc.isColorSupported);
