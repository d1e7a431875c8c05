import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { home } from '../registry/package.ts';

/** Gives a folder our own installed packages. */
export async function linkPackages(folder: string): Promise<void> {
  await symlink(join(home, 'node_modules'), join(folder, 'node_modules'), 'dir');
}

/** The compiler's complaints about everything under a folder, by the strict settings of the templates. */
export async function compile(
  folder: string,
  include: readonly string[],
): Promise<readonly string[]> {
  const settings = { extends: join(home, 'templates/base/tsconfig.json'), include };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  const { stdout } = await execa(
    join(home, 'node_modules/.bin/tsc'),
    ['-p', folder, '--pretty', 'false'],
    {
      cwd: folder,
      reject: false,
    },
  );
  return stdout.split('\n').filter((line) => line !== '');
}
