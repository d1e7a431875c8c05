import type { Command, Commands, ServerFlag } from './command-types.ts';
import type { Program } from './program.ts';

type Row = readonly [typed: string, about: string];

/** Each command as it is typed, and what it does. */
export function helpFor(commands: Commands, program: Program): string {
  const { name, withFlags, quiet } = program;
  const entries = Object.values(commands);
  const rows: Row[] = [
    [name, 'talk to the agent'],
    [`${name} "what you want"`, 'start a thread'],
    ...entries.map((entry) => rowOf(entry, program)),
    [`${quiet} list --json`, 'for scripts; also: show, say ...'],
  ];
  const width = Math.max(...rows.map(([typed]) => typed.length));
  const lines = rows.map(([typed, about]) => `  ${typed.padEnd(width)}   ${about}`);
  lines.push('  A request shows its <call>, such as t_4k7x2p:7.');
  if (withFlags !== name) lines.push('  npm needs -- before flags.');
  return lines.join('\n');
}

function rowOf(entry: Command | ServerFlag, program: Program): Row {
  const { usage, about } = entry;
  if ('piped' in entry) return [`${program.quiet} ${usage}`, about];
  const hasFlag = usage.includes('--');
  const start = hasFlag ? program.withFlags : program.name;
  return [`${start} ${usage}`, about];
}
