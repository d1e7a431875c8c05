import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import fs from 'node:fs/promises';
import type { Format } from '../pipeline/decide/format-versions.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { formatWithPrettier } from './prettier-script.ts';

const defaultTimeoutMs = 20_000;
const concurrency = 4;

type Files = Parameters<Format>[0];
/** The formatted texts in the order of the files. Undefined for a file that was not formatted. */
type Formatted = readonly (string | undefined)[];

/**
 * Returns a function that runs the formatter of the user's repo. It never throws: on an error or a
 * timeout no file is formatted.
 */
export function openFormatter(
  root: string,
  formatter: Repo['formatter'],
  env: NodeJS.ProcessEnv,
  timeoutMs = defaultTimeoutMs,
): Format {
  return async (files) => {
    const unformatted: Formatted = files.map(() => undefined);
    if (formatter === undefined || files.length === 0) return unformatted;
    const cancelSignal = AbortSignal.timeout(timeoutMs);
    const options = {
      cwd: root,
      env: withoutColour(env),
      extendEnv: false,
      cancelSignal,
      forceKillAfterDelay: 500,
    };
    const run = formatter === 'prettier' ? runPrettier : runBiome;
    try {
      return await Promise.race([run(root, files, options), rejectOnAbort(cancelSignal)]);
    } catch {
      return unformatted;
    }
  };
}

type RunOptions = {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly extendEnv: boolean;
  readonly cancelSignal: AbortSignal;
  readonly forceKillAfterDelay: number;
};

/** Formats all files in one process: starting it and reading its configuration take most time. */
async function runPrettier(root: string, files: Files, options: RunOptions): Promise<Formatted> {
  const { execa } = await import('execa');
  const { stdout } = await execa(
    process.execPath,
    ['--input-type=module', '--eval', formatWithPrettier],
    { ...options, input: JSON.stringify({ root, files }), stderr: 'ignore' },
  );
  // The user's configuration may print too. The result is the last line.
  const result: unknown = JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1));
  if (!Array.isArray(result) || result.length !== files.length) return files.map(() => undefined);
  return result.map((text: unknown) => (typeof text === 'string' ? text : undefined));
}

async function runBiome(root: string, files: Files, options: RunOptions): Promise<Formatted> {
  const { execa } = await import('execa');
  const [program, ...launcher] = await findBiome(root);
  const formatted: (string | undefined)[] = files.map(() => undefined);
  const queue = files.entries();
  const work = async (): Promise<void> => {
    for (const [index, { path, text }] of queue) {
      const args = [...launcher, 'format', `--stdin-file-path=${relative(root, path)}`];
      const { failed, stdout } = await execa(program, args, {
        ...options,
        input: text,
        reject: false,
        stripFinalNewline: false,
      });
      options.cancelSignal.throwIfAborted();
      if (!failed && stdout !== '') formatted[index] = stdout;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return formatted;
}

/**
 * Returns the command of the installed Biome. Prefers the binary for this system: starting it
 * through Biome's JavaScript launcher takes five times as long.
 */
async function findBiome(root: string): Promise<readonly [string, ...string[]]> {
  const manifest = createRequire(join(root, 'package.json')).resolve('@biomejs/biome/package.json');
  const { resolve } = createRequire(manifest);
  const system = `@biomejs/cli-${process.platform}-${process.arch}`;
  const name = process.platform === 'win32' ? 'biome.exe' : 'biome';
  for (const candidate of [`${system}/${name}`, `${system}-musl/${name}`]) {
    try {
      return [resolve(candidate)];
    } catch {
      continue;
    }
  }
  const { bin } = JSON.parse(await fs.readFile(manifest, 'utf8')) as {
    readonly bin: { readonly biome: string };
  };
  return [process.execPath, join(dirname(manifest), bin.biome)];
}

function withoutColour(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, NO_COLOR: '1', FORCE_COLOR: undefined };
}

/**
 * Rejects when the signal aborts. Waiting for the killed formatter alone could take forever: its
 * own child processes may keep its output open.
 */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('It took too long.')), { once: true });
  });
}
