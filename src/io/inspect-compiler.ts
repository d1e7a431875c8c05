import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import { dependencyRange, type PackageJson } from '../pipeline/repo/detect-tools.ts';
import type { PackageManager } from '../pipeline/repo/package-manager.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { typescriptProblem } from '../pipeline/repo/typescript-version.ts';
import { plainRange, type VersionCatalogs } from '../pipeline/repo/version-catalogs.ts';
import { findTsconfig, type Tsconfig } from './find-tsconfig.ts';
import { reachesNodeTypes } from './reaches-node-types.ts';
import { findInstalled } from './read-package-json.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';

/** The effect of a repo's TypeScript settings on the copied files. */
export type Compiler = Pick<
  Repo,
  'specifiers' | 'aliases' | 'moduleFormat' | 'notes' | 'coverage' | 'typescript'
>;

type Surroundings = {
  /** The root and the folders above it that belong to the repo. */
  readonly folders: readonly string[];
  /** The package.json of the root, then that of the workspace root. */
  readonly packageJsons: readonly [PackageJson, ...PackageJson[]];
  readonly manager: PackageManager;
  readonly catalogs: VersionCatalogs;
};

/**
 * Inspects the TypeScript settings for a folder, relative to the root. Undefined without a
 * tsconfig. @throws UserError if components cannot work with the settings
 */
export async function inspectCompiler(
  root: string,
  dir: string,
  surroundings: Surroundings,
): Promise<Compiler | undefined> {
  const { folders, packageJsons, manager } = surroundings;
  const all = [...foldersWithin(root, dir), ...folders];
  const tsconfig = await findTsconfig(resolve(root, dir), all, manager);
  if (!tsconfig) return undefined;
  const [{ effectiveOptions, majorOf }, { compilerNotes, includesNodeTypes }] = await Promise.all([
    import('../pipeline/repo/compiler-options.ts'),
    import('../pipeline/repo/compiler-notes.ts'),
  ]);
  const { installed, range } = await findTypescript(root, surroundings);
  const { options } = tsconfig;
  const compiler = { options, major: majorOf(installed, range), type: packageJsons[0].type };
  const { specifiers, moduleFormat } = effectiveOptions(compiler);
  const name = relativePath(root, tsconfig.path);
  if (moduleFormat === 'commonjs' && options.verbatimModuleSyntax) throw needsImports(name);
  const hasNodeTypes = includesNodeTypes(compiler) || (await reachesNodeTypes(root, tsconfig));
  return {
    specifiers,
    moduleFormat,
    aliases: (specifier) => tsconfig.resolve(specifier).map((path) => relativePath(root, path)),
    notes: compilerNotes(compiler, name, hasNodeTypes),
    coverage: coverageNotes(tsconfig, name, dir),
    typescript: typescriptProblem(installed, range),
  };
}

/** Finds the version of TypeScript that is installed, and the range in the nearest package.json. */
async function findTypescript(root: string, { packageJsons, catalogs }: Surroundings) {
  const installed = await findInstalled('typescript', [root, ...ancestors(root)]);
  const listed = packageJsons.map((one) => dependencyRange(one, 'typescript'));
  const range = listed.find((one) => one !== undefined);
  return {
    installed: installed?.version,
    range: range === undefined ? undefined : plainRange('typescript', range, catalogs),
  };
}

/** Returns the folder and those above it, below the root. */
function foldersWithin(root: string, dir: string): readonly string[] {
  const folder = resolve(root, dir);
  if (folder === root) return [];
  const above = ancestors(folder);
  return [folder, ...above.slice(0, Math.max(0, above.indexOf(root)))];
}

function coverageNotes(tsconfig: Tsconfig, name: string, dir: string): readonly string[] {
  const { matches, excludes } = tsconfig;
  if (matches) return [];
  const change = excludes ? `take it out of "exclude"` : `add it to "include"`;
  return [`${name} does not include ${dir}: ${change}, or its types are not checked.`];
}

function needsImports(name: string): UserError {
  const why = 'has "verbatimModuleSyntax" for CommonJS, where components cannot be imported';
  return new UserError(`${name} ${why}.`, {
    code: 'incompatible',
    hint: `Set "verbatimModuleSyntax" to false in ${name}.`,
  });
}
