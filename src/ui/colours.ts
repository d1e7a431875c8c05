import pc from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import type { Terminal } from './terminal.ts';

/** Returns the colours of a terminal. In a pipe, in CI and with NO_COLOR they do nothing. */
export const colours = ({ drawable }: Terminal): Colors =>
  pc.createColors(drawable && pc.isColorSupported);
