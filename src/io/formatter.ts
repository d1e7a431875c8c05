import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import fs from 'node:fs/promises';
import type { Format } from '../pipeline/decide/format-versions.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { formatWithPrettier } from './prettier-script.ts';

const patienceMs = 20_000;
const parallel = 4;

type Input = Parameters<Format>[0];
type Answers = readonly (string | undefined)[];

/** The formatter of the user's repo, given 20 s; whatever goes wrong there, it answers `undefined` and never throws. */
export function openFormatter(
  root: string,
  formatter: Repo['formatter'],
  env: NodeJS.ProcessEnv,
  timeoutMs = patienceMs,
): Format {
  return async (files) => {
    const none: Answers = files.map(() => undefined);
    if (formatter === undefined || files.length === 0) return none;
    const cancelSignal = AbortSignal.timeout(timeoutMs);
    try {
      const run = formatter === 'prettier' ? prettier : biome;
      const options = { cwd: root, env: quiet(env), extendEnv: false, cancelSignal };
      const formatting = run(root, files, { ...options, forceKillAfterDelay: 500 });
      return await Promise.race([formatting, aborted(cancelSignal)]);
    } catch {
      return none;
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

/** One process for all: starting it and reading its configuration is most of the cost. */
async function prettier(root: string, files: Input, options: RunOptions): Promise<Answers> {
  const { execa } = await import('execa');
  const { stdout } = await execa(
    process.execPath,
    ['--input-type=module', '--eval', formatWithPrettier],
    { ...options, input: JSON.stringify({ root, files }), stderr: 'ignore' },
  );
  // A configuration may print as well: the answer is the last line.
  const answers: unknown = JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1));
  const list: readonly unknown[] =
    Array.isArray(answers) && answers.length === files.length ? answers : [];
  return files.map((_, index) => (typeof list[index] === 'string' ? list[index] : undefined));
}

async function biome(root: string, files: Input, options: RunOptions): Promise<Answers> {
  const { execa } = await import('execa');
  const [program, ...launcher] = await biomeProgram(root);
  const answers: (string | undefined)[] = files.map(() => undefined);
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
      if (!failed && stdout !== '') answers[index] = stdout;
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return answers;
}

/** Biome's program for this system, as its launcher would find it: starting that one first takes five times as long. */
async function biomeProgram(root: string): Promise<readonly [string, ...string[]]> {
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

const quiet = (env: NodeJS.ProcessEnv) => ({ ...env, NO_COLOR: '1', FORCE_COLOR: undefined });

/** Settles when a signal aborts: a killed program's own children may hold its output open for ever. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('It took too long.')), { once: true });
  });
}
