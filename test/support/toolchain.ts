import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { home } from './package.ts';

type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
};

/** Gives a folder our own installed packages. */
export async function linkPackages(folder: string): Promise<void> {
  await symlink(join(home, 'node_modules'), join(folder, 'node_modules'), 'dir');
}

/** The compiler's complaints about everything under a folder, by the strict settings of the templates. */
export async function compile(folder: string, include: readonly string[]): Promise<readonly string[]> {
  const settings = { extends: join(home, 'templates/base/tsconfig.json'), include };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  const { stdout } = await execa(join(home, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], {
    cwd: folder,
    reject: false,
  });
  return stdout.split('\n').filter((line) => line !== '');
}

/** Runs every test under a folder in one go: how many passed and failed, by file. */
export async function runTests(
  folder: string,
): Promise<readonly { readonly path: string; readonly passed: number; readonly ok: boolean }[]> {
  const output = join(folder, 'report.json');
  const args = ['run', '--root', folder, '--reporter', 'json', '--outputFile', output];
  await execa(join(home, 'node_modules/.bin/vitest'), args, {
    cwd: folder,
    reject: false,
    env: { VITEST: undefined, NODE_ENV: undefined },
  });
  const report = JSON.parse(await readFile(output, 'utf8')) as Report;
  return report.testResults.map(({ name, status, assertionResults }) => ({
    path: name.slice(folder.length + 1),
    passed: assertionResults.filter((one) => one.status === 'passed').length,
    ok: status === 'passed',
  }));
}
