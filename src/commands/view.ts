import type { FileRef } from '../pipeline/registry/component.ts';
import { facts, findComponent } from '../pipeline/registry/find-component.ts';
import { lines } from '../pipeline/text/line-endings.ts';
import { columns, wrap } from '../ui/wrap.ts';
import { openNamed, type Flags, type Context } from '../steps/context.ts';

/** Prints one component: its summary, its facts, and its files with the number of lines. */
export async function view(name: string, flags: Flags, context: Context): Promise<void> {
  const { terminal } = context;
  const registry = await openNamed(flags, context);
  const component = findComponent(name, registry.components);
  const files = await Promise.all(
    component.files.map(async ({ from, to, ...rest }) => ({
      path: to,
      ...rest,
      lines: lines(await registry.read(from)),
    })),
  );
  if (flags.json) return terminal.document({ ...component, files });
  const total = files.reduce((sum, file) => sum + file.lines, 0);
  wrap(`${name}: ${component.summary}`, terminal.columns).forEach(terminal.print);
  columns(facts(component, total), terminal.columns).forEach(terminal.print);
  const rows = files.map((file) => [`  ${file.path}`, describeFile(file)] as const);
  columns(rows, terminal.columns).forEach(terminal.print);
}

type ViewedFile = Omit<FileRef, 'from' | 'to'> & { readonly lines: number };

function describeFile({ lines: count, role, onlyWithAllTests }: ViewedFile): string {
  const when = onlyWithAllTests ? ', with --all-tests' : '';
  return `${count} lines, ${role}${when}`;
}
