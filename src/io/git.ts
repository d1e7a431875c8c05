import { execFile, type ExecFileException } from 'node:child_process';

/** How a git command ended. It has no exit code if git could not start. */
export type GitResult = { readonly exitCode: number | undefined; readonly output: string };

// A git hook sets these variables, and git would then use that hook's repository.
const redirectingVariables = [
  'DIR',
  'WORK_TREE',
  'INDEX_FILE',
  'COMMON_DIR',
  'OBJECT_DIRECTORY',
  'PREFIX',
  'NAMESPACE',
];

/** Returns the environment without the variables that make git use another repository. */
export function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const unset = redirectingVariables.map((name) => [`GIT_${name}`, undefined]);
  return { ...env, ...Object.fromEntries(unset) };
}

// The configuration of a repository may name a program to ask what changed, and a hook may run
// after git has written what it found.
const withoutPrograms = ['--no-optional-locks', '-c', 'core.fsmonitor=false'];

/**
 * Runs git to its end, with `input` on its stdin. Does not use execa: git runs once per file, and
 * execa takes longer than the command itself.
 */
export function git(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<GitResult> {
  const options = { cwd, env: gitEnvironment(env), maxBuffer: 50_000_000 };
  return new Promise((resolve) => {
    const { stdin } = execFile('git', [...withoutPrograms, ...args], options, (error, stdout) => {
      resolve({ exitCode: exitCodeOf(error), output: stdout });
    });
    // A program that could not start, or that ends early, does not read its input.
    stdin?.on('error', () => undefined);
    stdin?.end(input);
  });
}

function exitCodeOf(error: ExecFileException | null): number | undefined {
  if (error === null) return 0;
  return typeof error.code === 'number' ? error.code : undefined;
}

/** Whether git sees changes under a folder. Undefined without git or outside a repository. */
export async function isDirty(root: string, env: NodeJS.ProcessEnv): Promise<boolean | undefined> {
  const { exitCode, output } = await git(['status', '--porcelain', '--', '.'], root, env);
  return exitCode === 0 ? output.trim() !== '' : undefined;
}
