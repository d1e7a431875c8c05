import { search } from '../pipeline/registry/find-component.ts';
import { columns } from '../ui/wrap.ts';
import { openNamed, type Flags, type Context } from '../steps/context.ts';

/** Prints the catalogue, or the part of it that has a word. */
export async function list(
  word: string | undefined,
  flags: Flags,
  context: Context,
): Promise<void> {
  const { terminal } = context;
  const found = search((await openNamed(flags, context)).components, word);
  if (flags.json)
    return terminal.document(
      found.map(({ name, summary, factors }) => ({ name, summary, factors })),
    );
  if (found.length === 0) return terminal.print(`Nothing has "${word}" in its name or summary.`);
  columns(
    found.map(({ name, summary }) => [name, summary]),
    terminal.columns,
  ).forEach(terminal.print);
}
