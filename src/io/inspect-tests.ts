import { dirname, join, resolve } from 'node:path';
import { parse } from 'jsonc-parser';
import { findBuilds, type Build } from '../pipeline/repo/build-command.ts';
import { dependencyRange, type PackageJson } from '../pipeline/repo/detect-tools.ts';
import type { TestSupport } from '../pipeline/repo/repo.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';
import { exists } from './exists.ts';
import { openTsconfig } from './find-tsconfig.ts';
import { readText } from './read-text.ts';

type Surroundings = {
  /** The root and the folders above it that belong to the repo. */
  readonly folders: readonly string[];
  /** The package.json of the root, then that of the workspace root. */
  readonly packageJsons: readonly [PackageJson, ...PackageJson[]];
};

/**
 * Inspects whether the repo runs tests that are in a folder, relative to the root, and whether its
 * build would leave them alone. What a configuration does not say as plain text counts as yes.
 */
export async function inspectTests(
  root: string,
  dir: string,
  { folders, packageJsons }: Surroundings,
): Promise<TestSupport> {
  const hasVitest = packageJsons.some((one) => dependencyRange(one, 'vitest') !== undefined);
  if (!hasVitest) return { kind: 'no vitest' };
  const why =
    (await whyNotRun(root, dir, folders, packageJsons[0])) ??
    (await whyBuilt(root, dir, packageJsons[0]));
  return why === undefined ? { kind: 'run' } : { kind: 'left out', why };
}

const endings = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];
const configNames = ['vitest.config', 'vitest.workspace', 'vite.config'].flatMap((name) =>
  endings.map((ending) => `${name}.${ending}`),
);

async function whyNotRun(
  root: string,
  dir: string,
  folders: readonly string[],
  packageJson: PackageJson,
): Promise<string | undefined> {
  if (namesConfig(packageJson)) return undefined;
  // A package that has vitest itself does not read the configuration of a folder above.
  const isOwn = dependencyRange(packageJson, 'vitest') !== undefined;
  const path = await findConfig(isOwn ? [root] : folders);
  if (path === undefined) return undefined;
  const { whyNotRun: whyNot } = await import('../pipeline/repo/vitest-files.ts');
  const folder = dirname(path);
  return whyNot({
    file: relativePath(root, path),
    text: (await readText(path)) ?? '',
    dir: relativePath(folder, resolve(root, dir)),
    packageDir: relativePath(folder, root),
  });
}

/** Whether a script runs vitest with a configuration or a folder of its choice. */
function namesConfig({ scripts }: PackageJson): boolean {
  const commands = typeof scripts === 'object' && scripts !== null ? Object.values(scripts) : [];
  return commands.some((one) =>
    /\bvitest\b.*\s(-c|--config|--root|--dir|-r)[\s=]/.test(String(one)),
  );
}

async function findConfig(folders: readonly string[]): Promise<string | undefined> {
  const paths = folders.flatMap((folder) => configNames.map((name) => join(folder, name)));
  const found = await Promise.all(paths.map(exists));
  return paths.find((_, index) => found[index]);
}

/** A test, and a helper of tests, which an `exclude` for tests may not match. */
const samples = ['core/loop.test.ts', 'testing/toy-agent.ts'];

/** Returns why tests would be in the output of the build, as the end of a sentence. */
async function whyBuilt(
  root: string,
  dir: string,
  packageJson: PackageJson,
): Promise<string | undefined> {
  for (const build of findBuilds(packageJson)) {
    const path = join(root, await tsconfigOf(build, root));
    const problem = await whyEmitted(path, root, dir).catch(() => undefined);
    if (problem !== undefined) return `the script ${build.script} would compile them${problem}`;
  }
  return undefined;
}

async function tsconfigOf({ tsconfig }: Build, root: string): Promise<string> {
  if (tsconfig !== 'nest')
    return tsconfig.endsWith('.json') ? tsconfig : `${tsconfig}/tsconfig.json`;
  const settings: unknown = parse((await readText(join(root, 'nest-cli.json'))) ?? '{}');
  const named = settingOf(settingOf(settings, 'compilerOptions'), 'tsConfigPath');
  if (typeof named === 'string') return named;
  const isThere = await exists(join(root, 'tsconfig.build.json'));
  return isThere ? 'tsconfig.build.json' : 'tsconfig.json';
}

function settingOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

async function whyEmitted(path: string, root: string, dir: string): Promise<string | undefined> {
  for (const sample of samples) {
    const { matches, options } = await openTsconfig(path, resolve(root, dir, sample));
    if (!matches || options.noEmit === true) continue;
    const { outDir } = options;
    return typeof outDir === 'string' ? ` into ${relativePath(root, resolve(root, outDir))}` : '';
  }
  return undefined;
}
