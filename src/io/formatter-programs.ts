import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import fs from 'node:fs/promises';
import type { Repo } from '../pipeline/repo/repo.ts';

/** A formatter that is a program of its own. */
export type Program = {
  /** Returns the command that starts it. */
  readonly launch: (root: string) => Promise<readonly [string, ...string[]]>;
  /** Lists the arguments to try for a file, in order. */
  readonly attempts: (path: string, root: string) => readonly (readonly string[])[];
};

/** The package of each formatter. */
export const formatterPackages: Readonly<Record<NonNullable<Repo['formatter']>, string>> = {
  prettier: 'prettier',
  biome: '@biomejs/biome',
  oxfmt: 'oxfmt',
  dprint: 'dprint',
};

export const programs: Readonly<
  Record<Exclude<NonNullable<Repo['formatter']>, 'prettier'>, Program>
> = {
  biome: {
    launch: findBiome,
    // Sorts imports if the configuration says so. Versions before 1.8 can only format.
    attempts: (path, root) => {
      const file = `--stdin-file-path=${relative(root, path)}`;
      return [
        ['check', '--write', '--linter-enabled=false', file],
        ['format', file],
      ];
    },
  },
  oxfmt: {
    launch: async (root) => nodeCommand(await findPackage(root, 'oxfmt'), 'oxfmt'),
    attempts: (path, root) => [[`--stdin-filepath=${relative(root, path)}`]],
  },
  dprint: {
    launch: findDprint,
    // With a path, it heeds what the configuration excludes, but the file must exist.
    attempts: (path) => [
      ['fmt', '--stdin', path],
      ['fmt', '--stdin', basename(path)],
    ],
  },
};

/**
 * Returns the command of the installed Biome. Prefers the binary for this system: starting it
 * through Biome's JavaScript launcher takes five times as long.
 */
async function findBiome(root: string): Promise<readonly [string, ...string[]]> {
  const manifest = await findPackage(root, '@biomejs/biome');
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
  return nodeCommand(manifest, 'biome');
}

async function findDprint(root: string): Promise<readonly [string, ...string[]]> {
  const manifest = await findPackage(root, 'dprint');
  const name = process.platform === 'win32' ? 'dprint.exe' : 'dprint';
  const binary = join(dirname(manifest), name);
  const isThere = await fs.access(binary).then(
    () => true,
    () => false,
  );
  return isThere ? [binary] : nodeCommand(manifest, 'dprint');
}

/** Returns the path of the package.json of an installed package. */
async function findPackage(root: string, name: string): Promise<string> {
  return createRequire(join(root, 'package.json')).resolve(`${name}/package.json`);
}

/** Returns the command that starts a program of a package with Node. */
async function nodeCommand(
  manifest: string,
  name: string,
): Promise<readonly [string, ...string[]]> {
  const { bin } = JSON.parse(await fs.readFile(manifest, 'utf8')) as {
    readonly bin: string | Readonly<Record<string, string>>;
  };
  const script = typeof bin === 'string' ? bin : bin[name];
  if (script === undefined) throw new Error(`${manifest} has no program ${name}.`);
  return [process.execPath, join(dirname(manifest), script)];
}
