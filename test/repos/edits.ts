import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One change of one file of the agent, made by a person or by the next version. */
export type Edit = {
  /** Relative to the agent's folder. */
  readonly path: string;
  /** What stands there, in any layout. */
  readonly from: RegExp;
  readonly to: string;
};

/** A person's edits: of the loop, a file that moves, a server file, and seeds. */
export const userEdits: readonly Edit[] = [
  {
    path: 'core/loop.ts',
    from: /const runId = crypto\.randomUUID\(\)/,
    to: 'const runId = `shop-${crypto.randomUUID()}`',
  },
  { path: 'server/event-stream.ts', from: /HEARTBEAT_MS = 15_000/, to: 'HEARTBEAT_MS = 20_000' },
  { path: 'core/deadline.ts', from: /CHECK_EVERY_MS = 1_000/, to: 'CHECK_EVERY_MS = 2_000' },
  { path: 'prompt.ts', from: /Each answer is one next step\./, to: 'You work in a shop.' },
  { path: 'policy.ts', from: /steps: 20/, to: 'steps: 12' },
  {
    path: 'tools/done_for_now.ts',
    from: /when the request is fulfilled or cannot be/,
    to: 'when the order is fulfilled or cannot be',
  },
];

/** Changes of the next version to lines that the person changed as well. */
export const clashes: readonly Edit[] = [
  {
    path: 'core/loop.ts',
    from: /const runId = crypto\.randomUUID\(\)/,
    to: 'const runId = crypto.randomUUID().slice(0, 18)',
  },
  { path: 'server/event-stream.ts', from: /HEARTBEAT_MS = 15_000/, to: 'HEARTBEAT_MS = 10_000' },
];

/** Changes of the next version where the person changed nothing, two of them in edited files. */
export const cleanChanges: readonly string[] = [
  'core/loop.ts',
  'server/event-stream.ts',
  'core/context.ts',
  'core/errors.ts',
  'server/http-errors.ts',
];

/** The file that the next version moves, and where to. */
export const moved = { from: 'core/deadline.ts', to: 'core/time-limit.ts' } as const;

/** Makes an edit. @throws if the file no longer has what the edit replaces */
export async function makeEdit(folder: string, { path, from, to }: Edit): Promise<void> {
  const file = join(folder, path);
  const text = await readFile(file, 'utf8');
  if (!from.test(text)) throw new Error(`${path} has no ${from}: choose another edit.`);
  await writeFile(
    file,
    text.replace(from, () => to),
  );
}

/** Whether a text has these characters, in any layout. */
export function holds(text: string, part: string): boolean {
  const plain = (one: string) => one.replaceAll(/[\s;'"]/g, '');
  return plain(text).includes(plain(part));
}
