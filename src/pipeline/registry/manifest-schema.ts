import * as z from 'zod/mini';

const line = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(500),
    z.regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, 'must be one plain line'),
  );
const componentName = z
  .string()
  .check(
    z.maxLength(64),
    z.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower case with dashes'),
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
// npm runs a pre-, a post- and these few by themselves: nothing that is copied may.
const scriptName = z
  .string()
  .check(
    z.regex(
      /^(?!pre|post|(install|uninstall|prepare|pack|publish|version|dependencies)$)[a-z][a-z0-9:-]*$/,
      'must not be a script that npm runs by itself',
    ),
  );
const identifier = z.string().check(z.regex(/^[A-Za-z_$][\w$]*$/, 'must be an identifier'));
const specifier = z
  .string()
  .check(z.regex(/^\.\/([\w-]+\/)*[\w.-]+\.ts$/, 'must be ./ and a path that ends in .ts'));

// Never a `!`, which would bring back what the user ignores.
const ignored = z.string().check(z.regex(/^[\w.][\w./*-]*$/, 'must be a plain path or pattern'));

const importSchema = z.strictObject({ name: identifier, from: specifier });

/** What a component wires. */
export const wire = z.strictObject({
  slot: z.enum(['model', 'store', 'tools']),
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
        'must be in capitals, and of no loader',
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

/** Package, script or variable name to value. */
export const dependencies = z.record(packageName, range);

/** A list that may be left out. */
export function listOf<Item extends z.core.SomeType>(item: Item) {
  return z._default(z.array(item), []);
}

/** What a component's, a template's and a registry's manifest share. */
export const common = {
  name: componentName,
  title: z.exactOptional(line),
  summary: line,
  factors: z.array(z.int().check(z.minimum(1), z.maximum(13))),
  requires: listOf(componentName),
  scripts: z._default(z.record(scriptName, line), {}),
  env: listOf(envVar),
  wires: listOf(wire),
  gitignore: listOf(ignored),
  nextSteps: listOf(line),
  changes: z.array(release).check(z.minLength(1)),
};

/** Parses JSON and refuses the keys that reach an object's prototype. @throws SyntaxError */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      throw new SyntaxError(`"${key}" is not allowed as a key`);
    return value;
  });
}

/** The first problem of a refused value: where it is and what is wrong. */
export function firstProblem(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'it does not have the right shape';
  const where = issue.path.join('.') || 'the whole';
  if (issue.code === 'unrecognized_keys')
    return `${where}: nothing is known of ${issue.keys.join(', ')}`;
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return `${where}: ${inner ?? issue.message}`;
}
