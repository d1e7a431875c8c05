import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import type { Component, FileRef, Role, Template } from './component.ts';
import {
  commonFields,
  dependenciesSchema,
  firstProblem,
  listOf,
  parseJson,
  renamedSchema,
} from './manifest-schema.ts';

const roles = ['source', 'test', 'seed', 'rendered'] as const satisfies readonly Role[];
const path = z.string();
const byRole = z.strictObject({
  source: listOf(path),
  test: listOf(path),
  moreTests: listOf(path),
  seed: listOf(path),
  rendered: listOf(path),
});

const packages = {
  dependencies: z._default(dependenciesSchema, {}),
  devDependencies: z._default(dependenciesSchema, {}),
};

const componentManifest = z.strictObject({
  ...commonFields,
  ...packages,
  files: byRole,
  renamed: z.exactOptional(renamedSchema),
});

const templateManifest = z.strictObject({
  ...commonFields,
  ...packages,
  title: z.string(),
  example: z._default(z.string(), ''),
  files: z.array(
    z.strictObject({
      from: path,
      to: path,
      role: z._default(z.enum(roles), 'seed'),
    }),
  ),
});

/** Parses `registry/components/<name>.json`. `where` names it in errors. @throws UserError */
export function parseComponent(text: string, where: string): Component {
  const { files, ...rest } = parse(componentManifest, text, where);
  const refs = roles.flatMap((role) => files[role].map((file) => refOf(file, role)));
  const more = files.moreTests.map((file): FileRef => ({
    ...refOf(file, 'test'),
    onlyWithAllTests: true,
  }));
  return { ...rest, files: [...refs, ...more] };
}

function refOf(file: string, role: Role): FileRef {
  return { from: `agent/${file}`, to: file, role };
}

/** Parses `templates/<name>/template.json`. `where` names it in errors. @throws UserError */
export function parseTemplate(text: string, where: string): Template {
  return parse(templateManifest, text, where);
}

/** Parses JSON and validates it with a schema. `where` names it in errors. @throws UserError */
export function parse<Schema extends z.ZodMiniType>(
  schema: Schema,
  text: string,
  where: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw refused(where, error instanceof Error ? error.message : 'it is not JSON');
  }
  const result = schema.safeParse(value);
  if (!result.success) throw refused(where, firstProblem(result.error));
  return result.data;
}

/** Creates the error for a registry or manifest with bad content. `where` names the file. */
export function refused(where: string, problem: string): UserError {
  return new UserError(`${where} is refused: ${problem}.`, {
    code: 'bad-registry',
    hint: 'Nothing was written. Fix that file.',
  });
}
