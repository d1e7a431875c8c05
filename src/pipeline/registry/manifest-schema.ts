import * as z from 'zod/mini';

const line = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(500),
    z.regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, 'must be one plain line'),
  );
/** The schema of a component's name: not one that every object has, since names are keys. */
export const componentName = z.string().check(
  z.maxLength(64),
  z.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower case with dashes'),
  z.refine((name) => !(name in {}), 'must not be a name that every object has'),
);
const packageName = z
  .string()
  .check(
    z.maxLength(214),
    z.regex(/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/, 'must be a package name'),
  );
const range = z
  .string()
  .check(
    z.maxLength(64),
    z.regex(/^(\^|~|>=)?\d+(\.\d+){0,2}(-[\w.]+)?( <\d+(\.\d+){0,2})?$/, 'must be a version range'),
  );
// Code of a registry must not run on its own: npm runs these, and every pre- and post- script.
const lifecycleScripts = 'install|uninstall|prepare|pack|publish|version|dependencies';
const scriptName = z
  .string()
  .check(
    z.regex(
      new RegExp(`^(?!pre|post|(${lifecycleScripts})$)[a-z][a-z0-9:-]*$`),
      'must not be a script that npm runs by itself',
    ),
  );
const identifier = z.string().check(z.regex(/^[A-Za-z_$][\w$]*$/, 'must be an identifier'));
const specifier = z
  .string()
  .check(z.regex(/^\.\/([\w-]+\/)*[\w.-]+\.ts$/, 'must be ./ and a path that ends in .ts'));

// No `!`: it would include files again that the user ignores.
const ignored = z.string().check(z.regex(/^[\w.][\w./*-]*$/, 'must be a plain path or pattern'));

const importSchema = z.strictObject({ name: identifier, from: specifier });

/** The schema of a wire. */
export const wireSchema = z.strictObject({
  slot: z.enum([
    'model',
    'store',
    'runner',
    'tools',
    'commands',
    'outbox',
    'channels',
    'triggers',
    'agents',
    'prefetch',
  ]),
  key: z.string().check(z.regex(/^[a-z][a-z0-9_-]*$/, 'must be a key')),
  name: identifier,
  from: specifier,
  value: z
    .string()
    .check(z.regex(/^[\w$]+(\.[\w$]+)*(\([\w$., ]*\))?$/, 'must be a name or a call')),
  uses: z.exactOptional(z.array(importSchema)),
});

const envVar = z.strictObject({
  name: z
    .string()
    .check(
      z.regex(
        /^(?!NODE_|NPM_|LD_|DYLD_|PATH$)[A-Z][A-Z0-9_]*$/,
        'must be upper case, and not one that Node.js, npm or the loader reads',
      ),
    ),
  about: line,
  value: z.exactOptional(line),
  required: z.exactOptional(z.boolean()),
});

const release = z.strictObject({
  version: z.string().check(z.regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/, 'must be a version')),
  sentence: line,
});

/** The schema of a record of package names and version ranges. */
export const dependenciesSchema = z.record(packageName, range);

/** Returns the schema of a list that is optional and empty by default. */
export function listOf<Item extends z.core.SomeType>(item: Item) {
  return z._default(z.array(item), []);
}

/** The schema of the moves and folds of a component's files. */
export const renamedSchema = z.record(
  z.string(),
  z.union([z.string(), z.array(z.string()).check(z.minLength(1))]),
);

/** The fields that the manifests of components, templates and registries share. */
export const commonFields = {
  name: componentName,
  title: z.exactOptional(line),
  summary: line,
  factors: z.array(z.int().check(z.minimum(1), z.maximum(13))),
  requires: listOf(componentName),
  comesWith: listOf(componentName),
  scripts: z._default(z.record(scriptName, line), {}),
  engines: z.exactOptional(z.strictObject({ node: range })),
  env: listOf(envVar),
  wires: listOf(wireSchema),
  gitignore: listOf(ignored),
  nextSteps: listOf(line),
  changes: z.array(release).check(z.minLength(1)),
};

/** Parses JSON. @throws SyntaxError also for a key that would reach an object's prototype */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      throw new SyntaxError(`"${key}" is not allowed as a key`);
    return value;
  });
}

/** Describes the first problem that a schema found: where it is and what is wrong. */
export function firstProblem(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'it does not have the right shape';
  const where = issue.path.join('.') || 'top level';
  return `${where}: ${describeIssue(issue)}`;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `unknown key ${issue.keys.join(', ')}`;
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.message;
}
