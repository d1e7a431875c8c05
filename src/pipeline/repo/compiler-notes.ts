import { effectiveOptions, targetYear, type Compiler } from './compiler-options.ts';

/** The ES version that the components' code needs: `at`, `hasOwn` and `cause` of an error. */
const neededYear = 2022;

/**
 * Lists the settings to change before the copied files type-check, one sentence per setting. `file`
 * is the path of the tsconfig to show.
 */
export function compilerNotes(compiler: Compiler, file: string): readonly string[] {
  return [
    ...libNotes(compiler),
    ...typesNotes(compiler),
    ...moduleNotes(compiler),
    ...strictNotes(compiler),
  ].map((note) => `${file}: ${note}`);
}

function libNotes(compiler: Compiler): readonly string[] {
  const { target } = effectiveOptions(compiler);
  const lib = strings(compiler.options.lib)?.map((name) => name.toLowerCase());
  // An entry with a dot, such as `es2023.array`, is only a part of a version.
  const versions = lib?.filter((name) => !name.includes('.')) ?? [target];
  if (versions.some((version) => targetYear(version) >= neededYear)) return [];
  const change = lib ? `add "es2022" or later to "lib"` : `set "lib" to ["es2022"] or later`;
  return [`${change}: the copied code needs it.`];
}

/** Matches each entry of `types` that includes the types of Node. */
const nodeTypes = /^(\*|node|bun|bun-types|@types\/(node|bun))$|(^|\/)@types\/node(\/|$)/;

function typesNotes({ options, major }: Compiler): readonly string[] {
  const isIncluded = strings(options.types)?.some((type) => nodeTypes.test(type));
  // Before TypeScript 6 all packages of @types are included by default.
  if (isIncluded ?? major < 6) return [];
  return ['add "node" to "types": the copied code uses Node.'];
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
