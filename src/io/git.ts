import { run } from './run.ts';

/** Whether git sees changes under a folder; `undefined` without git or outside a repository. */
export async function isDirty(root: string): Promise<boolean | undefined> {
  const { ok, output } = await run('git', ['status', '--porcelain', '--', '.'], root);
  return ok ? output.trim() !== '' : undefined;
}
