import semver from 'semver';
import type { Repo } from './repo.ts';
import { lowestMajor } from './lowest-major.ts';

/**
 * The compiler of a repo: its `compilerOptions`, extended files included, the major version of
 * TypeScript, and `type` of package.json.
 */
export type Compiler = {
  readonly options: Readonly<Record<string, unknown>>;
  readonly major: number;
  readonly type: unknown;
};

/**
 * The options that decide how the copied files are written, with TypeScript's defaults. Names are
 * in lower case, such as `nodenext`.
 */
export type EffectiveOptions = Pick<Repo, 'specifiers' | 'moduleFormat'> & {
  readonly target: string;
  readonly module: string;
  readonly resolution: string;
};

/** The major version of a repo that does not name one: the newest with known defaults. */
const newest = 7;
/** The version that changed the defaults of `module`, `target`, `types` and `strict`. */
const modern = 6;

/**
 * Returns the major version of TypeScript: the installed one, else the lowest that the range in
 * package.json allows, else the newest known.
 */
export function majorOf(installed: unknown, range: unknown): number {
  if (typeof installed === 'string' && semver.valid(installed)) return semver.major(installed);
  const lowest = lowestMajor(range);
  // `*` allows version 0, so it does not count.
  return lowest > 0 ? lowest : newest;
}

/** Applies TypeScript's defaults, and decides how the copied files must import each other. */
export function effectiveOptions(compiler: Compiler): EffectiveOptions {
  const { options, major, type } = compiler;
  const target = lowerCase(options.target) ?? defaultTarget(lowerCase(options.module), major);
  const module = lowerCase(options.module) ?? defaultModule(target);
  const resolution = lowerCase(options.moduleResolution) ?? defaultResolution(module, major);
  const specifiers = specifiersFor(options, resolution);
  return { target, module, resolution, specifiers, moduleFormat: formatOf(module, type) };
}

function defaultTarget(module: string | undefined, major: number): string {
  if (major >= modern) return 'es2025';
  if (module === 'nodenext') return 'esnext';
  if (module === 'node20') return 'es2023';
  if (module === 'node16' || module === 'node18') return 'es2022';
  return 'es5';
}

function defaultModule(target: string): string {
  if (targetYear(target) >= 2015) return 'es2015';
  return 'commonjs';
}

function defaultResolution(module: string, major: number): string {
  if (module === 'nodenext') return 'nodenext';
  if (isNodeModule(module)) return 'node16';
  if (major >= modern || module === 'preserve') return 'bundler';
  if (module === 'commonjs') return 'node10';
  return 'classic';
}

function specifiersFor(options: Compiler['options'], resolution: string): Repo['specifiers'] {
  if (options.allowImportingTsExtensions || options.rewriteRelativeImportExtensions) return '.ts';
  if (isNodeModule(resolution)) return '.js';
  return '';
}

function formatOf(module: string, type: unknown): Repo['moduleFormat'] {
  const isEsm = isNodeModule(module) ? type === 'module' : /^(es|preserve)/.test(module);
  return isEsm ? 'esm' : 'commonjs';
}

/** Whether a `module` or `moduleResolution` follows Node, so `type` of package.json decides. */
const isNodeModule = (name: string): boolean => /^node(16|18|20|next)$/.test(name);

/**
 * Returns the year of a `target` or an entry of `lib`, such as `es2022` or `es2023.array`. It is 0
 * without a year, and `Infinity` for `esnext`.
 */
export function targetYear(target: string): number {
  const [, year] = /^es(next|\d+)/.exec(target) ?? [];
  if (year === 'next') return Infinity;
  if (year === '6') return 2015;
  return Number(year ?? 0);
}

/** Returns the value of an option in lower case: TypeScript ignores the case. */
function lowerCase(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}
