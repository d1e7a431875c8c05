import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';
import { withRunLock, recover } from '../../../src/io/transaction/transaction.ts';
import { undoTransaction as undo } from '../../../src/io/transaction/undo-transaction.ts';
import type { Write } from '../../../src/pipeline/plan/change.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';

/**
 * What became of one process that met faults; `wrong` says what may not be, and is `undefined`
 * where all is well.
 */
export type Result = {
  readonly faults: string;
  readonly said: string;
  readonly wrong: string | undefined;
};

/** A transaction in a process of its own, which can be run again and again under faults. */
export type Bench = {
  /** The calls that change a file, in the order of an undisturbed run. */
  readonly calls: readonly string[];
  /** After each `/` come the faults of one more run, which recovers. */
  readonly attempt: (faults: string) => Promise<Result>;
  readonly close: () => Promise<void>;
};

export type Setting = { readonly mount?: string; readonly fresh?: boolean };

const never = new AbortController().signal;
const keep = async () => undefined;
const faultsModule = fileURLToPath(new URL('../../support/cli/fail-at-call.mjs', import.meta.url));

/** Bundles the process that runs one transaction into a folder, so that it starts fast. */
export async function buildTransact(folder: string): Promise<string> {
  const script = join(folder, 'transact.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('transact.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
    banner: {
      js:
        "import { createRequire } from 'node:module'; " +
        'const require = createRequire(import.meta.url);',
    },
  });
  return script;
}

/**
 * Builds the process once. `mount` is a folder that counts as another disk; `fresh` begins with no
 * root at all.
 */
export async function openBench({ mount, fresh = false }: Setting = {}): Promise<Bench> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'create-12-factor-agent-torture-')));
  const script = await buildTransact(folder);
  const plan = join(folder, 'plan.json');
  const recovery = join(folder, 'recovery.json');
  await writeFile(
    plan,
    JSON.stringify(fresh ? { command: 'create', writes: created } : { command: 'update', writes }),
  );
  await writeFile(recovery, JSON.stringify({ command: 'recover' }));
  const run = async (root: string, faults: string, plan: string) => {
    const report = `${root}.json`;
    const env = {
      FAULT_ROOT: root,
      FAULTS: faults,
      FAULT_REPORT: report,
      ...(mount === undefined ? {} : { FAULT_MOUNT: join(root, mount) }),
    };
    const ran = await execa('node', ['--import', faultsModule, script, root, plan], {
      env,
      reject: false,
    });
    return {
      root,
      report,
      stdout: ran.stdout,
      killed: ran.signal === 'SIGKILL',
      stderr: ran.stderr,
    };
  };
  let runs = 0;
  const start = async (faults: string) => {
    const root = join(folder, `repo-${runs++}`);
    if (!fresh) await fill(root);
    const [first = '', ...later] = faults.split('/');
    let ran = await run(root, first, plan);
    for (const faults of later) ran = { ...(await run(root, faults, recovery)), killed: true };
    return ran;
  };
  const clean = await start('');
  const after = await treeOf(clean.root);
  const calls: readonly string[] = JSON.parse(await readFile(clean.report, 'utf8'));
  if (!fresh) await fill(join(folder, 'old'));
  const before = await treeOf(join(folder, 'old'));
  if (!clean.stdout.includes('"ok":true')) throw new Error(clean.stdout + clean.stderr);
  if (after === before) throw new Error('The transaction changes nothing.');
  return {
    calls,
    attempt: async (faults) => {
      const ran = await start(faults);
      const { said, wrong } = await judge(ran, before, after);
      if (wrong === undefined) await rm(ran.root, { recursive: true, force: true });
      await rm(ran.report, { force: true });
      return { faults, said, wrong };
    },
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

type Ran = {
  readonly root: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly killed: boolean;
};

/**
 * After the next run's recovery the tree is the old one or the new one, and what the process said
 * was true.
 */
async function judge({ root, stdout, stderr, killed }: Ran, before: string, after: string) {
  const told = killed
    ? undefined
    : (JSON.parse(stdout || '{}') as { ok?: boolean; message?: string; stack?: string });
  const said = killed
    ? 'killed'
    : told?.ok
      ? 'done'
      : (told?.message ?? `nothing: ${stderr}`).replaceAll(root, '.');
  const wrong = await (async () => {
    const left = await treeOf(root);
    if (said === 'done' && left !== after) return 'said done, but the tree is not the new one';
    if (/nothing was written/i.test(said) && left !== before)
      return `said that nothing was written\n${left}`;
    if (!killed && said !== 'done' && !/nothing was written|Some files are/i.test(said))
      return told?.stack ?? stderr;
    await recover(root);
    const tree = await treeOf(root);
    if (tree !== before && tree !== after) return `half-written after recovery\n${tree}`;
    if (tree === before && (await namesIn(root)).includes('.12-factor'))
      return 'left its folder behind';
    if (tree === before || before === '') return undefined;
    const { kept } = await withRunLock(root, () => undo(root, { signal: never, merge: keep }));
    if (kept.length > 0 || (await treeOf(root)) !== before)
      return `undo is not exact\n${await treeOf(root)}`;
    await withRunLock(root, () => undo(root, { signal: never, merge: keep }));
    return (await treeOf(root)) === after
      ? undefined
      : `undo of undo is not exact\n${await treeOf(root)}`;
  })().catch((error: unknown) => String(error instanceof Error ? error.stack : error));
  return { said, wrong };
}

/** Every way in which every call can go wrong; `stride` takes each n-th of them. */
export function allFaults(calls: number, stride = 1): readonly string[] {
  const kinds = ['kill-before', 'kill-half', 'kill-after', 'EIO', 'ENOSPC', 'EXDEV', 'EACCES'];
  const lasting = ['EIO', 'ENOSPC', 'EXDEV', 'EACCES'];
  const all = Array.from({ length: calls }, (_, n) => n + 1).flatMap((n) => [
    ...kinds.map((kind) => `${n}:${kind}`),
    ...lasting.map((kind) => `${n}+:${kind}`),
  ]);
  return all.filter((_, n) => n % stride === 0);
}

/**
 * A call fails, and then the taking back is killed: at each of the calls after it, up to `reach`.
 */
export function doubleFaults(first: number, reach: number): readonly string[] {
  return Array.from(
    { length: reach },
    (_, n) => `${first}:EIO,${first + 1 + n}:kill-${n % 2 ? 'after' : 'before'}`,
  );
}

/**
 * A run is killed at a call, and then the next one at each of its own first calls, while it
 * recovers.
 */
export function recoveryFaults(first: number, reach: number): readonly string[] {
  return Array.from(
    { length: reach },
    (_, n) => `${first}:kill-after/${1 + n}:kill-${n % 2 ? 'before' : 'half'}`,
  );
}

/**
 * Runs all attempts, a few at a time, and returns the ones that went wrong, and how often each
 * thing was said.
 */
export async function torture(bench: Bench, all: readonly string[], lanes = 2) {
  const wrong: Result[] = [];
  const said = new Map<string, number>();
  const queue = all.values();
  const lane = async () => {
    for (const faults of queue) {
      const result = await bench.attempt(faults);
      if (result.wrong !== undefined) wrong.push(result);
      const kind = result.said.replace(/Cannot write [^:]*/, 'Cannot write X');
      said.set(kind, (said.get(kind) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { runs: all.length, wrong, said };
}

const old: Readonly<Record<string, string>> = {
  'README.md': 'mine\n',
  'run.sh': '#!/bin/sh\r\n',
  'src/keep.ts': 'keep\n',
  ...Object.fromEntries(
    Array.from({ length: 6 }, (_, n) => [`src/agent/replaced-${n}.ts`, `old ${n}\n`]),
  ),
  ...Object.fromEntries(
    Array.from({ length: 3 }, (_, n) => [`src/agent/gone/deleted-${n}.ts`, `gone ${n}\n`]),
  ),
  'src/agent/Renamed.ts': 'same\n',
  'src/agent/tools.ts': 'was a file\n',
  'src/agent/flat/index.ts': 'was in a folder\n',
};

const write = (path: string, text: string | undefined): Write => {
  const before = old[path];
  return { path, before: before === undefined ? undefined : hash(before), content: text };
};

const writes: readonly Write[] = [
  write('run.sh', '#!/bin/sh\necho new\n'),
  write('package.json', '{}\n'),
  ...Array.from({ length: 6 }, (_, n) => write(`src/agent/replaced-${n}.ts`, `new ${n}\n`)),
  ...Array.from({ length: 6 }, (_, n) =>
    write(`src/agent/deep/er/created-${n}.ts`, `created ${n}\n`),
  ),
  ...Array.from({ length: 3 }, (_, n) => write(`src/agent/gone/deleted-${n}.ts`, undefined)),
  write('src/agent/Renamed.ts', undefined),
  write('src/agent/renamed.ts', 'same\n'),
  write('src/agent/tools.ts', undefined),
  write('src/agent/tools.ts/index.ts', 'is in a folder\n'),
  write('src/agent/flat/index.ts', undefined),
  write('src/agent/flat', 'is a file\n'),
];

const created = Array.from({ length: 20 }, (_, n) =>
  write(`src/agent/${n % 3}/created-${n}.ts`, `created ${n}\n`),
);

async function fill(root: string): Promise<void> {
  for (const [path, text] of Object.entries(old)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await mkdir(join(root, 'src/agent/deep'));
  await chmod(join(root, 'run.sh'), 0o751);
  await chmod(join(root, 'src/agent/replaced-0.ts'), 0o640);
  await chmod(join(root, 'src/agent/gone/deleted-0.ts'), 0o600);
}

/**
 * Every file and folder with its permissions and text, but for what the tool keeps for its own
 * runs.
 */
export async function treeOf(root: string): Promise<string> {
  const entries = await namesIn(root, true);
  const lines = entries.map(async (path) => {
    if (/^\.12-factor([\\/]tmp([\\/]|$)|$)/.test(path)) return [];
    const stats = await lstat(join(root, path));
    const text = stats.isFile() ? JSON.stringify(await readFile(join(root, path), 'utf8')) : '/';
    return [`${path} ${(stats.mode & 0o7777).toString(8)} ${text}`];
  });
  return (await Promise.all(lines)).flat().toSorted().join('\n');
}

async function namesIn(folder: string, recursive = false): Promise<readonly string[]> {
  return await readdir(folder, { recursive }).catch((): string[] => []);
}
