import type { Context } from '../../../src/steps/context.ts';
import { openTerminal } from '../../../src/ui/terminal.ts';
import { homeUrl } from '../registry/package.ts';
import { captureStreams } from './streams.ts';

/** A context to build the command line without running a command. */
export const helpContext: Context = {
  home: homeUrl,
  version: '0.0.0',
  cwd: '/',
  env: {},
  node: '24.0.0',
  terminal: openTerminal(captureStreams().streams, undefined, false),
  signal: new AbortController().signal,
  exit: () => undefined,
};
