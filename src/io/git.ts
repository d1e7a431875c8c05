import { execFile } from 'node:child_process';

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
export function gitEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...Object.fromEntries(elsewhere.map((name) => [`GIT_${name}`, undefined])),
  };
}

/** Runs git to its end, by node alone: it runs once a file, where a library costs more than the command. */
export function git(args: readonly string[], cwd: string): Promise<GitRan> {
  return new Promise((resolve) => {
    execFile(
      'git',
      args,
      { cwd, env: gitEnvironment(), maxBuffer: 50_000_000 },
      (error, stdout) => {
        const exitCode =
          error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
        resolve({ exitCode, output: stdout });
      },
    );
  });
}

/** Whether git sees changes under a folder; `undefined` without git or outside a repository. */
export async function isDirty(root: string): Promise<boolean | undefined> {
  const { exitCode, output } = await git(['status', '--porcelain', '--', '.'], root);
  return exitCode === 0 ? output.trim() !== '' : undefined;
}
