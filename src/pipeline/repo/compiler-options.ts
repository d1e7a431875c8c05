import semver from 'semver';
import type { Repo } from './repo.ts';

/** A repo's compiler: its effective `compilerOptions`, the major version of TypeScript, and package.json's `type`. */
export type Compiler = {
  readonly options: Readonly<Record<string, unknown>>;
  readonly major: number;
  readonly type: unknown;
};

/** What TypeScript makes of the copied files; the names are lower-case, as in `nodenext`. */
export type Effective = Pick<Repo, 'specifiers' | 'moduleFormat'> & {
  readonly target: string;
  readonly module: string;
  readonly resolution: string;
};

/** The newest major version whose defaults are known, for a repo that does not say. */
const newest = 7;
/** From here on `module`, `target`, `types` and `strict` default to today's ways. */
const modern = 6;

/** TypeScript's major version: of what is installed, else the least that package.json's range allows. */
export function majorOf(installed: unknown, range: unknown): number {
  if (typeof installed === 'string' && semver.valid(installed)) return semver.major(installed);
  const least =
    typeof range === 'string' && semver.validRange(range) ? semver.minVersion(range) : undefined;
  return least && least.major > 0 ? least.major : newest;
}

/** Fills in TypeScript's defaults, and decides how the copied files must import each other. */
export function effective({ options, major, type }: Compiler): Effective {
  const target = name(options.target) ?? defaultTarget(name(options.module), major);
  const module = name(options.module) ?? (targetYear(target) >= 2015 ? 'es2015' : 'commonjs');
  const resolution = name(options.moduleResolution) ?? defaultResolution(module, major);
  const isTyped =
    Boolean(options.allowImportingTsExtensions) || Boolean(options.rewriteRelativeImportExtensions);
  const isNode = /^node(16|18|20|next)$/.test(resolution);
  const untyped = isNode ? '.js' : '';
  return {
    target,
    module,
    resolution,
    specifiers: isTyped ? '.ts' : untyped,
    moduleFormat: format(module, type),
  };
}

function defaultTarget(module: string | undefined, major: number): string {
  if (major >= modern) return 'es2025';
  if (module === 'nodenext') return 'esnext';
  if (module === 'node20') return 'es2023';
  return module === 'node16' || module === 'node18' ? 'es2022' : 'es5';
}

function defaultResolution(module: string, major: number): string {
  if (isNodeModule(module)) return module === 'nodenext' ? 'nodenext' : 'node16';
  if (major >= modern || module === 'preserve') return 'bundler';
  return module === 'commonjs' ? 'node10' : 'classic';
}

function format(module: string, type: unknown): Repo['moduleFormat'] {
  if (isNodeModule(module)) return type === 'module' ? 'esm' : 'commonjs';
  return /^(es|preserve)/.test(module) ? 'esm' : 'commonjs';
}

/** Whether `module` leaves the format to package.json's `type`. */
const isNodeModule = (module: string): boolean => /^node(16|18|20|next)$/.test(module);

/** The year of a `target` or `lib` such as `es2022` or `es2023.array`; `esnext` is later than any. */
export function targetYear(target: string): number {
  const [, year] = /^es(next|\d+)/.exec(target) ?? [];
  if (year === 'next') return Infinity;
  return year === '6' ? 2015 : Number(year ?? 0);
}

/** An option that names something, in lower case as TypeScript reads it. */
const name = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.toLowerCase() : undefined;
