import { search } from '../pipeline/registry/find-component.ts';
import { columns } from '../ui/wrap.ts';
import { openNamed, type Flags, type Context } from '../steps/context.ts';

/** Prints all components of a registry, or those whose name or summary has a word. */
export async function list(
  word: string | undefined,
  flags: Flags,
  context: Context,
): Promise<void> {
  const { terminal } = context;
  const found = search((await openNamed(flags, context)).components, word);
  if (flags.json) {
    const listed = found.map(({ name, summary, factors }) => ({ name, summary, factors }));
    return terminal.document(listed);
  }
  if (found.length === 0)
    return terminal.print(`No component has "${word}" in its name or summary.`);
  const rows = found.map(({ name, summary }) => [name, summary] as const);
  columns(rows, terminal.columns).forEach(terminal.print);
}
