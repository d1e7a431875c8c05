import { colours } from './colours.ts';
import { stripControl } from './strip-control.ts';
import type { Terminal } from './terminal.ts';

type Shown = {
  readonly path: string;
  readonly component: string;
  readonly yours: string;
  readonly upstream: string;
  readonly conflict?: string;
};

/** Shows each file's two changes under a heading of their own, in colour. */
export function showDiffs(files: readonly Shown[], terminal: Terminal): void {
  const pc = colours(terminal);
  for (const { path, component, yours, upstream, conflict } of files) {
    terminal.print(`${pc.bold(path)}  ${pc.dim(component)}`);
    if (yours !== '') show('your changes', yours, terminal);
    if (upstream !== '')
      show(
        `upstream's changes${conflict === undefined ? '' : ` (${conflict})`}`,
        upstream,
        terminal,
      );
    terminal.print('');
  }
}

function show(title: string, patch: string, terminal: Terminal): void {
  const pc = colours(terminal);
  terminal.print(`  ${pc.underline(title)}`);
  for (const line of patch.trimEnd().split('\n').filter(isBody)) {
    const paint = line.startsWith('+')
      ? pc.green
      : line.startsWith('-')
        ? pc.red
        : line.startsWith('@@')
          ? pc.cyan
          : pc.dim;
    terminal.print(`  ${paint(stripControl(line))}`);
  }
}

const isBody = (line: string): boolean => !/^(diff --git |--- |\+\+\+ )/.test(line);
