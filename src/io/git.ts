import { execFile, type ExecFileException } from 'node:child_process';

/** How a git command ended; no exit code where there is no git. */
export type GitRan = { readonly exitCode: number | undefined; readonly output: string };

// Set in a hook of another repository, these would have git work there.
const elsewhere = [
  'DIR',
  'WORK_TREE',
  'INDEX_FILE',
  'COMMON_DIR',
  'OBJECT_DIRECTORY',
  'PREFIX',
  'NAMESPACE',
];

/** The environment without what points git elsewhere. */
export function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...env,
    ...Object.fromEntries(elsewhere.map((name) => [`GIT_${name}`, undefined])),
  };
}

/** Runs git to its end, by node alone: it runs once a file, where a library costs more than the command. */
export function git(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<GitRan> {
  return new Promise((resolve) => {
    execFile(
      'git',
      args,
      { cwd, env: gitEnvironment(env), maxBuffer: 50_000_000 },
      (error, stdout) => {
        resolve({ exitCode: exitCodeOf(error), output: stdout });
      },
    );
  });
}

function exitCodeOf(error: ExecFileException | null): number | undefined {
  if (error === null) return 0;
  return typeof error.code === 'number' ? error.code : undefined;
}

/** Whether git sees changes under a folder; `undefined` without git or outside a repository. */
export async function isDirty(root: string, env: NodeJS.ProcessEnv): Promise<boolean | undefined> {
  const { exitCode, output } = await git(['status', '--porcelain', '--', '.'], root, env);
  return exitCode === 0 ? output.trim() !== '' : undefined;
}
