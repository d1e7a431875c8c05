import { formatterPackages } from './formatter-programs.ts';
import { join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import {
  choosePackageManager,
  configuredFormatter,
  dependencyRange,
  dependencyRanges,
  type PackageJson,
  type RepoHints,
} from '../pipeline/repo/detect-tools.ts';
import type { NodeVersions } from '../pipeline/repo/node-versions.ts';
import { type PackageManager, runBinary } from '../pipeline/repo/package-manager.ts';
import type { Repo, Workspace } from '../pipeline/repo/repo.ts';
import { allowsNodeTypes } from '../pipeline/repo/node-types.ts';
import { plainRange, type VersionCatalogs } from '../pipeline/repo/version-catalogs.ts';
import { zodImportFor } from '../pipeline/repo/zod-import.ts';
import { exists, firstWith } from './exists.ts';
import { findPackages } from './find-packages.ts';
import { findRoot } from './find-root.ts';
import { findWorkspace, readHints, readYarnLock } from './find-workspace.ts';
import { inspectCompiler } from './inspect-compiler.ts';
import { inspectTests } from './inspect-tests.ts';
import { readCatalogs } from './read-catalogs.ts';
import { findInstalled, readOwnPackageJson, readPackageJson } from './read-package-json.ts';
import { readText } from './read-text.ts';

/** The settings that name the package manager besides the repo. */
export type ManagerOptions = {
  readonly pm?: string | undefined;
  /** `npm_config_user_agent`. */
  readonly userAgent: string | undefined;
};

/** The user's choices for a repo. */
export type RepoOptions = ManagerOptions & {
  /** The folder of the components, relative to the root. */
  readonly dir?: string | undefined;
  /** The version of Node that runs the tool. */
  readonly node: string;
};

/** The compiler's settings for a workspace root without a tsconfig. Nothing is copied there. */
const noCompiler = {
  specifiers: '.ts',
  aliases: () => [],
  moduleFormat: 'esm',
  notes: [],
  coverage: [],
  typescript: undefined,
} as const;

/** Inspects the repo around a folder. @throws UserError if components cannot be copied into it */
export async function inspectRepo(cwd: string, options: RepoOptions): Promise<Repo> {
  const root = await findRoot(resolve(cwd));
  const surroundings = await inspectSurroundings(root);
  const { gitRoot, workspace, packageJsons, folders } = surroundings;
  const dir = options.dir ?? (await defaultDir(root));
  const manager = chooseManager(surroundings, options);
  const packages = await findPackages(root);
  const catalogs = await readCatalogs([root, workspace?.root]);
  const compiler = await inspectCompiler(root, dir, { packageJsons, folders, manager, catalogs });
  if (!compiler && packages.length === 0) throw needsTypeScript(root, manager);
  return {
    root,
    gitRoot,
    workspace,
    packages,
    manager,
    dir,
    ...(compiler ?? noCompiler),
    catalogs,
    zodImport: await findZodImport(root, packageJsons[0], catalogs),
    nodeTypes: await findNodeTypes(root, packageJsons, catalogs),
    tests: await inspectTests(root, dir, { folders, packageJsons }),
    node: await inspectNode(options.node, folders, packageJsons),
    formatter: await installedFormatter(root, surroundings),
  };
}

/** Finds out how the copied files import zod. */
async function findZodImport(
  root: string,
  packageJson: PackageJson,
  catalogs: VersionCatalogs,
): Promise<Repo['zodImport']> {
  const listed = dependencyRanges(packageJson, 'zod');
  if (listed.length === 0) return 'zod';
  const installed = await findInstalled('zod', [root, ...ancestors(root)]);
  const ranges = listed.map((range) => plainRange('zod', range, catalogs));
  return zodImportFor(ranges, installed && String(installed.version));
}

async function findNodeTypes(
  root: string,
  packageJsons: readonly PackageJson[],
  catalogs: VersionCatalogs,
): Promise<string | undefined> {
  const name = '@types/node';
  const [own, ...outer] = packageJsons.map((one) => dependencyRange(one, name));
  if (own !== undefined) return undefined;
  const listed = outer.find((range) => range !== undefined);
  const installed = await findInstalled(name, [root, ...ancestors(root)]);
  const range = listed ?? (installed && `^${String(installed.version)}`);
  const plain = range === undefined ? undefined : plainRange(name, range, catalogs);
  return plain !== undefined && allowsNodeTypes(plain) ? range : undefined;
}

async function defaultDir(root: string): Promise<string> {
  return (await exists(join(root, 'src'))) ? 'src/agent' : 'agent';
}

/** Finds only the package manager of a repo. Needs no tsconfig. */
export async function inspectManager(
  root: string,
  options: ManagerOptions,
): Promise<PackageManager> {
  return chooseManager(await inspectSurroundings(root), options);
}

function chooseManager(surroundings: Surroundings, options: ManagerOptions): PackageManager {
  return choosePackageManager({ ...options, ...surroundings });
}

/** The surroundings of a root. */
type Surroundings = RepoHints &
  Pick<Repo, 'gitRoot' | 'workspace'> & {
    /** The root and the folders above it, up to the git root or the workspace root. */
    readonly folders: readonly string[];
    /** The package.json of the root, then that of the workspace root. */
    readonly packageJsons: readonly [PackageJson, ...PackageJson[]];
  };

async function inspectSurroundings(root: string): Promise<Surroundings> {
  const above = ancestors(root);
  const all = [root, ...above];
  const gitRoot = await firstWith(all, '.git');
  const workspace = await findWorkspace(root, above);
  const outer = [gitRoot, workspace?.root].filter((folder) => folder !== undefined);
  const last = Math.max(0, ...outer.map((folder) => all.indexOf(folder)));
  const folders = all.slice(0, last + 1);
  return {
    gitRoot,
    workspace,
    folders,
    hints: await Promise.all(folders.map(readHints)),
    yarnLock: await readYarnLock(folders),
    packageJsons: [(await readOwnPackageJson(root)) ?? {}, ...(await readWorkspace(workspace))],
  };
}

async function readWorkspace(workspace: Workspace | undefined): Promise<readonly PackageJson[]> {
  const packageJson = workspace && (await readPackageJson(workspace.root));
  return packageJson ? [packageJson] : [];
}

/** Returns the formatter that is both configured and installed. */
async function installedFormatter(
  root: string,
  { hints, packageJsons }: Surroundings,
): Promise<Repo['formatter']> {
  const entries = hints.map((one) => one.entries);
  const formatter = configuredFormatter(entries, packageJsons);
  if (formatter === undefined) return undefined;
  const name = formatterPackages[formatter];
  const installed = await findInstalled(name, [root, ...ancestors(root)]);
  return installed && formatter;
}

async function inspectNode(
  running: string,
  folders: readonly string[],
  packageJsons: readonly PackageJson[],
): Promise<NodeVersions> {
  const [engines] = packageJsons.map(enginesOf).filter((one) => one !== undefined);
  const names = ['.nvmrc', '.node-version'];
  const paths = folders.flatMap((folder) => names.map((name) => [folder, name] as const));
  const texts = await Promise.all(
    paths.map(([folder, name]) => readText(join(folder, name)).catch(() => undefined)),
  );
  const found = texts.findIndex((text) => text !== undefined);
  const file = paths[found]?.[1];
  const version = texts[found]?.trim();
  return { running, engines, pinned: file && version ? { file, version } : undefined };
}

function enginesOf({ engines }: PackageJson): string | undefined {
  if (typeof engines !== 'object' || engines === null) return undefined;
  const node: unknown = Reflect.get(engines, 'node');
  return typeof node === 'string' ? node : undefined;
}

function needsTypeScript(root: string, manager: PackageManager): UserError {
  return new UserError(`There is no tsconfig.json for ${root}, and components are TypeScript.`, {
    code: 'incompatible',
    hint: `Start with: ${runBinary(manager, 'typescript', 'tsc --init')}`,
  });
}
