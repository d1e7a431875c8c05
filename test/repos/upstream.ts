import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changeRegistry, copyRegistry, upstreamLine } from '../support/registry/next-version.ts';
import { moveFiles } from '../support/registry/move-files.ts';
import { clashes, cleanChanges, makeEdit, moved } from './edits.ts';

/**
 * Writes the next version of our registry to a folder: it changes lines that the person changed,
 * other lines, and the name of a file.
 */
export async function releaseMoved(folder: string): Promise<void> {
  await copyRegistry(folder);
  const agent = join(folder, 'agent');
  for (const clash of clashes) await makeEdit(agent, clash);
  for (const path of cleanChanges)
    await appendFile(join(agent, path), `\n/** New upstream. */\n${upstreamLine(path)}\n`);
  await moveFiles(folder, { [moved.to]: moved.from });
  await changeRegistry(folder, (items) =>
    items.map((item) => ({
      ...item,
      meta: {
        ...item.meta,
        changes: [{ version: '0.2.0', sentence: 'Something is better now.' }, ...item.meta.changes],
      },
    })),
  );
  const path = join(folder, 'registry.json');
  const json = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...json, version: '0.2.0' }, undefined, 2));
}
