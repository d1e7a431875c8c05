import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fs from 'node:fs/promises';
import pLimit from 'p-limit';
import { markers } from '../pipeline/text/conflict-markers.ts';
import type { Merged } from '../pipeline/text/merge.ts';
import { git } from './git.ts';

const styles = ['--zdiff3', '--diff3'];
const labels = ['-L', markers.mine, '-L', markers.base, '-L', markers.theirs];
/** `git merge-file` exits with the number of conflicts; with this and above, or nothing, it could not run. */
const failed = 128;

// Each is a process and four files: a hundred at once would only wait for each other.
const inTurn = pLimit(4);

/** Merges two edits of one text by `git merge-file`; without git every such text is a conflict. */
export function mergeTexts(
  base: string,
  mine: string,
  theirs: string,
  env = process.env,
): Promise<Merged> {
  return inTurn(() => mergeNow({ base, mine, theirs }, env));
}

type Texts = { readonly base: string; readonly mine: string; readonly theirs: string };

async function mergeNow(texts: Texts, env: NodeJS.ProcessEnv): Promise<Merged> {
  const folder = await fs.mkdtemp(join(tmpdir(), '12-factor-merge-'));
  try {
    await Promise.all(
      Object.entries(texts).map(([name, text]) => fs.writeFile(join(folder, name), text)),
    );
    return await mergeFiles(folder, styles, env);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function mergeFiles(
  folder: string,
  [style, ...older]: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Merged> {
  if (style === undefined)
    return {
      kind: 'conflict',
      why: 'both changed it, and there is no git to merge them: install git',
    };
  const { exitCode = failed } = await git(
    ['merge-file', '-q', style, ...labels, 'mine', 'base', 'theirs'],
    folder,
    env,
  );
  if (exitCode >= failed) return mergeFiles(folder, older, env);
  const text = await fs.readFile(join(folder, 'mine'), 'utf8');
  return exitCode === 0
    ? { kind: 'merged', text }
    : { kind: 'conflict', why: 'both changed the same lines', marked: text };
}
