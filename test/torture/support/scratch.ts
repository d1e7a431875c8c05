import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Lends a folder to `work`, and removes it whatever comes of that. */
export async function withScratch<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'create-12-factor-agent-torture-')));
  try {
    return await work(folder);
  } finally {
    await remove(folder);
  }
}

/** Copies a folder with its links and permissions. */
export async function copy(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
}

export async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
