import type { Plan } from '../pipeline/plan/change.ts';
import type { Terminal } from './terminal.ts';

/** Prints what a plan would do, a line for each of the user's files, and what it would install. */
export function showDryRun(plan: Plan, terminal: Terminal): void {
  const shown = plan.changes.filter(
    (change) => change.role !== 'own' && change.kind !== 'unchanged',
  );
  const width = Math.max(...shown.map(({ kind }) => kind.length)) + 2;
  for (const change of shown)
    terminal.print(
      `${change.kind.padEnd(width)}${change.path}${change.why ? `  (${change.why})` : ''}`,
    );
  const kept = plan.changes.filter((change) => change.role === 'own').length;
  terminal.print(`and ${kept} files in .12-factor, for later updates`);
  if (plan.install.length > 0) terminal.print(`install ${plan.install.join(', ')}`);
  terminal.print('Nothing was written: this was --dry-run.');
}
