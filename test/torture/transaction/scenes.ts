import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { treeOf } from './fault-points.ts';
import { changeAll, writeRegistry, writeRepo } from '../support/registries.ts';
import { copy } from '../support/scratch.ts';
import { type Ran, runProcess } from '../support/tool.ts';

/** A command of the real tool in a repo that it can be run in again and again. */
export type Scene = {
  readonly name: string;
  readonly args: readonly string[];
  /** The repo before it, to be copied. */
  readonly folder: string;
  readonly before: string;
  readonly after: string;
  /** The exit code of an undisturbed run: 0, or 2 if edited files keep imports of removed ones. */
  readonly code: 0 | 2;
  /** The calls that change a file, in the order of an undisturbed run. */
  readonly calls: readonly string[];
};

const faultsModule = fileURLToPath(new URL('../../support/cli/fail-at-call.mjs', import.meta.url));
const quick = ['--no-install', '--yes'];

/** Sets the four commands up: each begins where the one before it ended. */
export async function openScenes(folder: string): Promise<readonly Scene[]> {
  const registry = join(folder, 'newer');
  await writeRegistry(registry, changeAll);
  const repo = join(folder, 'repo');
  await writeRepo(repo);
  await chmod(join(repo, 'src/index.ts'), 0o600);
  const add = await openScene('add', ['add', 'agent', ...quick], repo, folder);
  await editHalf(repo);
  const update = await openScene(
    'update',
    ['update', ...quick, '--registry', registry],
    repo,
    folder,
  );
  const undo = await openScene('undo', ['undo'], repo, folder);
  await runProcess(['undo'], repo);
  const remove = await openScene('remove', ['remove', 'agent', ...quick], repo, folder);
  return [add, update, remove, undo];
}

/** Runs the command in the repo once, and keeps what there was before. */
async function openScene(
  name: string,
  args: readonly string[],
  repo: string,
  folder: string,
): Promise<Scene> {
  const kept = join(folder, `before-${name}`);
  await copy(repo, kept);
  const before = await treeOf(repo);
  const report = join(folder, `${name}.json`);
  const { code, said } = await runFaulty(args, repo, '', report);
  const after = await treeOf(repo);
  if ((code !== 0 && code !== 2) || after === before)
    throw new Error(`${name} did not work to begin with: ${said}`);
  return {
    name,
    args,
    folder: kept,
    before,
    after,
    code,
    calls: JSON.parse(await readFile(report, 'utf8')) as string[],
  };
}

/** Runs a command with faults. */
export function runFaulty(
  args: readonly string[],
  root: string,
  faults: string,
  report?: string,
): Promise<Ran> {
  const env = {
    FAULT_ROOT: root,
    FAULTS: faults,
    ...(report === undefined ? {} : { FAULT_REPORT: report }),
  };
  return runProcess(args, root, { env, preload: faultsModule });
}

/**
 * The user's own line at the top of every second file that is long enough to merge, and a stricter
 * mode.
 */
async function editHalf(repo: string): Promise<void> {
  const { files } = JSON.parse(await readFile(join(repo, '.12-factor/lock.json'), 'utf8')) as {
    files: object;
  };
  for (const [n, path] of Object.keys(files).entries()) {
    const text = await readFile(join(repo, path), 'utf8');
    if (n % 2 === 1 || text.split('\n').length < 8) continue;
    await writeFile(join(repo, path), `// mine, in ${path}\n${text}`);
    if (n % 3 === 0) await chmod(join(repo, path), 0o640);
  }
}
