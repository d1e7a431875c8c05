import type { Change, Plan } from '../pipeline/plan/change.ts';
import type { Terminal } from './terminal.ts';
import { longest } from './wrap.ts';

/** Prints what a plan would do: one line for each of the user's files, and the packages. */
export function showDryRun({ changes, install }: Plan, terminal: Terminal): void {
  const shown = changes.filter(({ role, kind }) => role !== 'own' && kind !== 'unchanged');
  const width = longest(shown.map(({ kind }) => kind)) + 2;
  for (const change of shown) {
    terminal.print(`${change.kind.padEnd(width)}${change.path}${reason(change)}`);
  }
  const ownFiles = changes.filter(({ role }) => role === 'own').length;
  terminal.print(`and ${ownFiles} files in .12-factor, for later updates`);
  if (install.length > 0) terminal.print(`install ${install.join(', ')}`);
  terminal.print('Nothing was written: this was --dry-run.');
}

function reason({ why }: Change): string {
  return why ? `  (${why})` : '';
}
