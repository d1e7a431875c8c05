import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { ancestors } from '../pipeline/repo/ancestors.ts';
import { dependencyRange, type PackageJson } from '../pipeline/repo/detect-tools.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { findTsconfig, type Tsconfig } from './find-tsconfig.ts';
import { findInstalled } from './read-package-json.ts';
import { relativePath } from '../pipeline/text/relative-path.ts';

/** The effect of a repo's TypeScript settings on the copied files. */
export type Compiler = Pick<Repo, 'specifiers' | 'aliases' | 'moduleFormat' | 'notes'>;

type Surroundings = {
  /** The root and the folders above it that belong to the repo. */
  readonly folders: readonly string[];
  /** The package.json of the root, then that of the workspace root. */
  readonly packageJsons: readonly [PackageJson, ...PackageJson[]];
};

/**
 * Inspects the TypeScript settings for a folder, relative to the root. Undefined without a
 * tsconfig. @throws UserError if components cannot work with the settings
 */
export async function inspectCompiler(
  root: string,
  dir: string,
  { folders, packageJsons }: Surroundings,
): Promise<Compiler | undefined> {
  const tsconfig = await findTsconfig(resolve(root, dir), [
    ...foldersWithin(root, dir),
    ...folders,
  ]);
  if (!tsconfig) return undefined;
  const [{ effectiveOptions, majorOf }, { compilerNotes }] = await Promise.all([
    import('../pipeline/repo/compiler-options.ts'),
    import('../pipeline/repo/compiler-notes.ts'),
  ]);
  const installed = await findInstalled('typescript', [root, ...ancestors(root)]);
  const ranges = packageJsons.map((one) => dependencyRange(one, 'typescript'));
  const range = ranges.find((one) => one !== undefined);
  const { options } = tsconfig;
  const major = majorOf(installed?.version, range);
  const compiler = { options, major, type: packageJsons[0].type };
  const { specifiers, moduleFormat } = effectiveOptions(compiler);
  const name = relativePath(root, tsconfig.path);
  if (moduleFormat === 'commonjs' && options.verbatimModuleSyntax) throw needsImports(name);
  return {
    specifiers,
    moduleFormat,
    aliases: (specifier) => tsconfig.resolve(specifier).map((path) => relativePath(root, path)),
    notes: [...coverageNotes(tsconfig, name, dir), ...compilerNotes(compiler, name)],
  };
}

/** Returns the folder and those above it, below the root. */
function foldersWithin(root: string, dir: string): readonly string[] {
  const folder = resolve(root, dir);
  if (folder === root) return [];
  const above = ancestors(folder);
  return [folder, ...above.slice(0, Math.max(0, above.indexOf(root)))];
}

function coverageNotes({ matches }: Tsconfig, name: string, dir: string): readonly string[] {
  if (matches) return [];
  return [`${name} does not include ${dir}: add it to "include", or its types are not checked.`];
}

function needsImports(name: string): UserError {
  const why = 'has "verbatimModuleSyntax" for CommonJS, where components cannot be imported';
  return new UserError(`${name} ${why}.`, {
    code: 'incompatible',
    hint: `Set "verbatimModuleSyntax" to false in ${name}.`,
  });
}
