import { effectiveOptions, targetYear, type Compiler } from './compiler-options.ts';

/** The library that the copied code needs: `at`, `replaceAll` and the like. */
const neededLib = 'es2021';
/** The lowest `target` that allows its syntax: loops over any iterable. */
const neededTarget = 'es2015';

/** The entries of `lib` that TypeScript takes by default, beside those of the target's version. */
const defaultLib = [
  'dom',
  'dom.iterable',
  'dom.asynciterable',
  'webworker.importscripts',
  'scripthost',
];

/**
 * Lists the settings to change before the copied files type-check, one sentence per setting. Each
 * adds to what the user's own code has. `file` is the path of the tsconfig to show, and
 * `hasNodeTypes` whether its program has the types of Node.
 */
export function compilerNotes(
  compiler: Compiler,
  file: string,
  hasNodeTypes: boolean,
): readonly string[] {
  return [
    ...targetNotes(compiler),
    ...(hasNodeTypes ? [] : [typesNote(compiler)]),
    ...moduleNotes(compiler),
    ...strictNotes(compiler),
  ].map((note) => `${file}: ${note}`);
}

function targetNotes(compiler: Compiler): readonly string[] {
  const { target } = effectiveOptions(compiler);
  const lib = strings(compiler.options.lib)?.map((name) => name.toLowerCase());
  const isOld = targetYear(target) < targetYear(neededTarget);
  // A newer target brings its library.
  if (isOld && !lib) return [`set "target" to "${neededLib}" or later: the copied code needs it.`];
  const notes = isOld
    ? [`set "target" to "${neededTarget}" or later: the copied code needs it.`]
    : [];
  return [...notes, ...libNotes(lib, target)];
}

function libNotes(lib: readonly string[] | undefined, target: string): readonly string[] {
  // An entry with a dot, such as `es2023.array`, is only a part of a version.
  const versions = lib?.filter((name) => !name.includes('.')) ?? [target];
  if (versions.some((version) => targetYear(version) >= targetYear(neededLib))) return [];
  if (lib) return [`add "${neededLib}" or later to "lib": the copied code needs it.`];
  const names = [neededLib, ...defaultLib].map((name) => `"${name}"`).join(', ');
  return [`set "lib" to [${names}]: what it is by default, with the ${neededLib} that is needed.`];
}

/** Matches each entry of `types` that includes the types of Node. */
const nodeTypes = /^(\*|node|bun|bun-types|@types\/(node|bun))$|(^|\/)@types\/node(\/|$)/;
const installedTypes = /(^|\/)node_modules\/@types\/?$/;

/** Whether the options alone put the types of Node into every program. */
export function includesNodeTypes({ options, major }: Compiler): boolean {
  const types = strings(options.types);
  if (types) return types.some((type) => nodeTypes.test(type));
  // Before TypeScript 6 all packages of `typeRoots` are included by default.
  const roots = strings(options.typeRoots);
  return major < 6 && (roots?.some((root) => installedTypes.test(root)) ?? true);
}

function typesNote({ options, major }: Compiler): string {
  const isByRoots = options.types === undefined && major < 6;
  if (isByRoots) return 'add "./node_modules/@types" to "typeRoots": the copied code uses Node.';
  if (options.types === undefined) return 'set "types" to ["node"]: the copied code uses Node.';
  return 'add "node" to "types": the copied code uses Node.';
}

function moduleNotes(compiler: Compiler): readonly string[] {
  if (effectiveOptions(compiler).resolution !== 'classic') return [];
  return [`set "moduleResolution" to "bundler": "classic" does not find installed packages.`];
}

function strictNotes({ options, major }: Compiler): readonly string[] {
  const strict = options.strict ?? major >= 6;
  const checksNulls = options.strictNullChecks ?? strict;
  const refusesAny = options.noImplicitAny ?? strict;
  const notes: string[] = [];
  if (!checksNulls && refusesAny)
    notes.push('set "strictNullChecks" to true: with "noImplicitAny" the copied code needs it.');
  if (options.isolatedDeclarations)
    notes.push('set "isolatedDeclarations" to false: the code relies on inferred types.');
  return notes;
}

function strings(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((one) => typeof one === 'string');
}
