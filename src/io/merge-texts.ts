import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fs from 'node:fs/promises';
import pLimit from 'p-limit';
import { markerSizeFor, markers, splitMarked } from '../pipeline/text/conflict-markers.ts';
import type { Merged } from '../pipeline/text/merge.ts';
import { git } from './git.ts';

/** Conflict styles in order of preference: older versions of git do not know the first. */
const styles = ['--zdiff3', '--diff3'];
const labels = ['-L', markers.mine, '-L', markers.base, '-L', markers.theirs];
/** `git merge-file` exits with the number of conflicts. From this code on, it could not run. */
const failed = 128;

// Each merge is a process and four files.
const limit = pLimit(4);

/** Merges two edits of one text with `git merge-file`. Without git every merge is a conflict. */
export function mergeTexts(
  base: string,
  mine: string,
  theirs: string,
  env = process.env,
): Promise<Merged> {
  return limit(() => mergeInFolder({ base, mine, theirs }, env));
}

type Texts = { readonly base: string; readonly mine: string; readonly theirs: string };

async function mergeInFolder(texts: Texts, env: NodeJS.ProcessEnv): Promise<Merged> {
  const folder = await fs.mkdtemp(join(tmpdir(), '12-factor-merge-'));
  try {
    await Promise.all(
      Object.entries(texts).map(([name, text]) => fs.writeFile(join(folder, name), text)),
    );
    return await mergeFiles(folder, markerSizeFor(Object.values(texts)), env);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function mergeFiles(
  folder: string,
  markerSize: number,
  env: NodeJS.ProcessEnv,
): Promise<Merged> {
  const options = ['-q', `--marker-size=${markerSize}`, ...labels];
  for (const style of styles) {
    const args = ['merge-file', style, ...options, 'mine', 'base', 'theirs'];
    const { exitCode = failed } = await git(args, folder, env);
    if (exitCode >= failed) continue;
    const text = await fs.readFile(join(folder, 'mine'), 'utf8');
    if (exitCode === 0) return { kind: 'merged', text };
    const parts = splitMarked(text, markerSize);
    return { kind: 'conflict', why: 'both changed the same lines', ...(parts && { parts }) };
  }
  return { kind: 'conflict', why: 'both changed it, and merging needs git: install git' };
}
