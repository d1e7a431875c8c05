import type { Format } from '../pipeline/decide/format-versions.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { type Program, programs } from './formatter-programs.ts';
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
    const formatting =
      formatter === 'prettier'
        ? runPrettier(root, files, options)
        : runEach(programs[formatter], root, files, options);
    try {
      return await Promise.race([formatting, rejectOnAbort(cancelSignal)]);
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

/** Formats each file in a process of its own that reads the text from stdin. */
async function runEach(
  { launch, attempts }: Program,
  root: string,
  files: Files,
  options: RunOptions,
): Promise<Formatted> {
  const { execa } = await import('execa');
  const [program, ...launcher] = await launch(root);
  const formatted: (string | undefined)[] = files.map(() => undefined);
  const queue = files.entries();
  const formatOne = async ({ path, text }: Files[number]): Promise<string | undefined> => {
    for (const args of attempts(path, root)) {
      const { failed, stdout } = await execa(program, [...launcher, ...args], {
        ...options,
        input: text,
        reject: false,
        stripFinalNewline: false,
      });
      options.cancelSignal.throwIfAborted();
      // Some programs print a text that they cannot parse as it is.
      if (!failed && stdout !== '') return stdout === text ? undefined : stdout;
    }
    return undefined;
  };
  const work = async (): Promise<void> => {
    for (const [index, file] of queue) formatted[index] = await formatOne(file);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return formatted;
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
