import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { home } from '../registry/package.ts';

const bin = (name: string) => join(home, 'node_modules/.bin', name);

type Report = {
  readonly testResults: readonly { readonly name: string; readonly status: string }[];
};

/**
 * Compiles several projects, each with its own tsconfig.json, in one process. Returns the errors.
 */
export async function checkTypes(
  folder: string,
  projects: readonly string[],
): Promise<readonly string[]> {
  const { stdout } = await execa(bin('tsc'), ['-b', '--pretty', 'false', ...projects], {
    cwd: folder,
    reject: false,
  });
  return stdout.split('\n').filter((line) => line !== '');
}

/** Runs the tests of a folder with one vitest. Returns the paths that passed and that failed. */
export async function runTestFiles(
  folder: string,
  filters: readonly string[],
): Promise<{ readonly passed: readonly string[]; readonly failed: readonly string[] }> {
  const output = join(folder, 'report.json');
  const where = ['--root', folder, '--no-isolate', '--pool', 'threads', '--maxWorkers', '2'];
  const args = ['run', ...filters, ...where, '--reporter', 'json', '--outputFile', output];
  await execa(bin('vitest'), args, {
    cwd: folder,
    reject: false,
    env: { VITEST: undefined, NODE_ENV: undefined },
  });
  const { testResults } = JSON.parse(await readFile(output, 'utf8')) as Report;
  const paths = (isWanted: (status: string) => boolean) =>
    testResults
      .filter(({ status }) => isWanted(status))
      .map(({ name }) => name.slice(folder.length + 1).replaceAll('\\', '/'));
  return {
    passed: paths((status) => status === 'passed'),
    failed: paths((status) => status !== 'passed'),
  };
}
