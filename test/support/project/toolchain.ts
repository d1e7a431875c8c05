import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { home } from '../registry/package.ts';

/** Links our own installed packages into a folder. */
export async function linkPackages(folder: string): Promise<void> {
  await symlink(join(home, 'node_modules'), join(folder, 'node_modules'), 'dir');
}

/** Compiles a folder with the strict settings of the templates. Returns the errors. */
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
