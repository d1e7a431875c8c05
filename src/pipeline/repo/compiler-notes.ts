import { effective, targetYear, type Compiler } from './compiler-options.ts';

/** The library that the components' code needs, for `at`, `hasOwn` and the cause of an error. */
const neededLib = 2022;

/** The settings to change before copied files type-check, one sentence each; `file` is how the tsconfig is called. */
export function compilerNotes(compiler: Compiler, file: string): readonly string[] {
  return [
    ...libNotes(compiler),
    ...typesNotes(compiler),
    ...moduleNotes(compiler),
    ...strictNotes(compiler),
  ].map((note) => `${file}: ${note}`);
}

function libNotes(compiler: Compiler): readonly string[] {
  const { target } = effective(compiler);
  const lib = strings(compiler.options.lib)?.map((one) => one.toLowerCase());
  const years = lib
    ? lib.filter((one) => !one.includes('.')).map(targetYear)
    : [targetYear(target)];
  const hasArrays = years.some((year) => year >= neededLib);
  const before = lib ? `add "es2022" to "lib"` : `set "lib" to ["es2022"]`;
  return hasArrays ? [] : [`${before} or later, which the copied code uses.`];
}

// Any of these brings Node's types along, or is them.
const likeNode = /^(\*|node|bun|bun-types|@types\/(node|bun))$|(^|\/)@types\/node(\/|$)/;

function typesNotes({ options, major }: Compiler): readonly string[] {
  const types = strings(options.types) ?? (major >= 6 ? [] : ['*']);
  return types.some((type) => likeNode.test(type))
    ? []
    : ['add "node" to "types", for the modules of Node.'];
}

function moduleNotes(compiler: Compiler): readonly string[] {
  if (effective(compiler).resolution !== 'classic') return [];
  return [`set "moduleResolution" to "bundler"; "classic" does not find installed packages.`];
}

function strictNotes({ options, major }: Compiler): readonly string[] {
  const strict = options.strict ?? major >= 6;
  const checksNulls = options.strictNullChecks ?? strict;
  const refusesAny = options.noImplicitAny ?? strict;
  return [
    ...(!checksNulls && refusesAny
      ? ['set "strictNullChecks" to true, which "noImplicitAny" needs here.']
      : []),
    ...(options.isolatedDeclarations
      ? ['set "isolatedDeclarations" to false; the code leaves types to be inferred.']
      : []),
  ];
}

const strings = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
