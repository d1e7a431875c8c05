import { join, relative, resolve } from 'node:path';
import fs from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import {
  choosePackageManager,
  configuredFormatter,
  dependencyRange,
  type PackageJson,
} from '../pipeline/repo/detect-tools.ts';
import { type PackageManager, runBinary } from '../pipeline/repo/package-manager.ts';
import type { Repo, Workspace } from '../pipeline/repo/repo.ts';
import { findInstalled, readPackageJson } from './read-package-json.ts';
import { findPackages } from './find-packages.ts';
import { findRoot } from './read-project.ts';
import { findTsconfig } from './find-tsconfig.ts';
import { findWorkspace, readYarnLock } from './find-workspace.ts';
import { exists } from './read-text.ts';

/** What the user said about it; `userAgent` is `npm_config_user_agent`, `dir` is relative to the root. */
export type RepoOptions = {
  readonly pm?: string | undefined;
  readonly dir?: string | undefined;
  readonly userAgent: string | undefined;
};

/** Learns all that adding needs to know of the repo around a folder. @throws UserError where components cannot go */
export async function inspectRepo(cwd: string, wishes: RepoOptions): Promise<Repo> {
  const root = await findRoot(resolve(cwd));
  const around = await inspectAround(root);
  const { packageJsons } = around;
  const dir = wishes.dir ?? ((await exists(join(root, 'src'))) ? 'src/agent' : 'agent');
  const manager = managerOf(around, wishes);
  const packages = await findPackages(root);
  const compiler = await inspectCompiler(root, dir, around);
  if (!compiler && packages.length === 0) throw javaScriptOnly(root, manager);
  return {
    root,
    gitRoot: around.gitRoot,
    workspace: around.workspace,
    packages,
    manager,
    dir,
    // At the root of a workspace without a tsconfig nothing is going to be copied.
    ...(compiler ?? { specifiers: '.ts', aliases: () => [], moduleFormat: 'esm', notes: [] }),
    tests: packageJsons.some((one) => dependencyRange(one, 'vitest') !== undefined),
    formatter: await installedFormatter(root, around),
  };
}

/** Only which package manager a repo uses, which takes no tsconfig to know. */
export async function inspectManager(root: string, wishes: RepoOptions): Promise<PackageManager> {
  return managerOf(await inspectAround(root), wishes);
}

function managerOf({ workspace, ...told }: Around, wishes: RepoOptions): PackageManager {
  return choosePackageManager({ ...wishes, ...told, workspace: workspace?.manager });
}

/** `folders` are the root and those above it, up to the git's or the workspace's root; the lists follow them. */
type Around = Pick<Repo, 'gitRoot' | 'workspace'> & {
  readonly folders: readonly string[];
  readonly entries: readonly (readonly string[])[];
  readonly yarnLock: string | undefined;
  /** The root's, then the workspace's. */
  readonly packageJsons: readonly [PackageJson, ...PackageJson[]];
};

async function inspectAround(root: string): Promise<Around> {
  const above = ancestors(root);
  const all = [root, ...above];
  const repositories = await Promise.all(all.map((folder) => exists(join(folder, '.git'))));
  const gitRoot = all.find((_, index) => repositories[index]);
  const workspace = await findWorkspace(root, above);
  const folders = all.slice(
    0,
    1 + Math.max(0, ...[gitRoot, workspace?.root].map((one) => all.indexOf(one ?? root))),
  );
  return {
    gitRoot,
    workspace,
    folders,
    // A folder above may not be ours to read.
    entries: await Promise.all(folders.map((folder) => fs.readdir(folder).catch(() => []))),
    yarnLock: await readYarnLock(folders),
    packageJsons: [(await readPackageJson(root)) ?? {}, ...(await readWorkspace(workspace))],
  };
}

async function readWorkspace(workspace: Workspace | undefined): Promise<readonly PackageJson[]> {
  const found = workspace && (await readPackageJson(workspace.root));
  return found ? [found] : [];
}

type Compiled = Pick<Repo, 'specifiers' | 'aliases' | 'moduleFormat' | 'notes'>;

async function inspectCompiler(
  root: string,
  dir: string,
  around: Around,
): Promise<Compiled | undefined> {
  const folder = resolve(root, dir);
  const inside = ancestors(folder).slice(0, Math.max(0, ancestors(folder).indexOf(root)));
  const within = folder === root ? [] : [folder, ...inside];
  const tsconfig = await findTsconfig(folder, [...within, ...around.folders]);
  if (!tsconfig) return undefined;
  const [{ effectiveOptions, majorOf }, { compilerNotes }] = await Promise.all([
    import('../pipeline/repo/compiler-options.ts'),
    import('../pipeline/repo/compiler-notes.ts'),
  ]);
  const installed = await findInstalled('typescript', [root, ...ancestors(root)]);
  const range = around.packageJsons
    .map((one) => dependencyRange(one, 'typescript'))
    .find((one) => one !== undefined);
  const { options } = tsconfig;
  const compiler = {
    options,
    major: majorOf(installed?.version, range),
    type: around.packageJsons[0].type,
  };
  const { specifiers, moduleFormat } = effectiveOptions(compiler);
  const name = relative(root, tsconfig.path).replaceAll('\\', '/');
  if (moduleFormat === 'commonjs' && options.verbatimModuleSyntax)
    throw new UserError(
      `${name} has "verbatimModuleSyntax" for CommonJS, where components cannot be imported.`,
      {
        code: 'incompatible',
        hint: `Set "verbatimModuleSyntax" to false in ${name}.`,
      },
    );
  const coverage = tsconfig.matches
    ? []
    : [`${name} does not take in ${dir}: "include" it, or nobody checks its types.`];
  const aliases = (one: string) =>
    tsconfig.resolve(one).map((path) => relative(root, path).replaceAll('\\', '/'));
  return {
    specifiers,
    aliases,
    moduleFormat,
    notes: [...coverage, ...compilerNotes(compiler, name)],
  };
}

async function installedFormatter(
  root: string,
  { entries, packageJsons }: Around,
): Promise<Repo['formatter']> {
  const formatter = configuredFormatter(entries, packageJsons);
  if (formatter === undefined) return undefined;
  const name = formatter === 'biome' ? '@biomejs/biome' : 'prettier';
  return (await findInstalled(name, [root, ...ancestors(root)])) && formatter;
}

function javaScriptOnly(root: string, manager: PackageManager): UserError {
  return new UserError(`There is no tsconfig.json for ${root}, and components are TypeScript.`, {
    code: 'incompatible',
    hint: `Begin with: ${runBinary(manager, 'typescript', 'tsc --init')}`,
  });
}
