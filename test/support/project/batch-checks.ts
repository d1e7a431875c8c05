import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { home } from '../registry/package.ts';

const bin = (name: string) => join(home, 'node_modules/.bin', name);

type Report = {
  readonly testResults: readonly { readonly name: string; readonly status: string }[];
};

/** The compiler's complaints about several projects, each by its own tsconfig.json, in one process. */
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

/** How many test files of each project passed, and which did not, in one process. */
export async function runTestsOf(
  folder: string,
  projects: readonly string[],
): Promise<
  Readonly<Record<string, { readonly passed: number; readonly failed: readonly string[] }>>
> {
  const output = join(folder, 'report.json');
  const args = [
    'run',
    ...projects.map((project) => `${project}/`),
    '--root',
    folder,
    '--no-isolate',
    '--pool',
    'threads',
    '--reporter',
    'json',
  ];
  await execa(bin('vitest'), [...args, '--outputFile', output], {
    cwd: folder,
    reject: false,
    env: { VITEST: undefined, NODE_ENV: undefined },
  });
  const { testResults } = JSON.parse(await readFile(output, 'utf8')) as Report;
  const all = testResults.map(({ name, status }) => ({
    path: name.slice(folder.length + 1).replaceAll('\\', '/'),
    ok: status === 'passed',
  }));
  const under = (project: string) => all.filter(({ path }) => path.startsWith(`${project}/`));
  return Object.fromEntries(
    projects.map((project) => [
      project,
      {
        passed: under(project).filter(({ ok }) => ok).length,
        failed: under(project).flatMap(({ path, ok }) => (ok ? [] : [path])),
      },
    ]),
  );
}
