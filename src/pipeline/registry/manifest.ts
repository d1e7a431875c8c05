import * as z from 'zod/mini';
import { UserError } from '../../errors.ts';
import type { Component, FileRef, Role, Template } from './component.ts';
import { common, dependencies, firstProblem, listOf, parseJson } from './manifest-schema.ts';

const path = z.string();
const byRole = z.strictObject({
  source: listOf(path),
  test: listOf(path),
  seed: listOf(path),
  rendered: listOf(path),
});

const packages = {
  dependencies: z._default(dependencies, {}),
  devDependencies: z._default(dependencies, {}),
};

const componentManifest = z.strictObject({ ...common, ...packages, files: byRole });

const templateManifest = z.strictObject({
  ...common,
  ...packages,
  title: z.string(),
  example: z._default(z.string(), ''),
  files: z.array(
    z.strictObject({
      from: path,
      to: path,
      role: z._default(z.enum(['source', 'test', 'seed', 'rendered']), 'seed'),
    }),
  ),
});

/** Reads `registry/components/<name>.json`. @throws UserError */
export function parseComponent(text: string, where: string): Component {
  const { files, ...rest } = parse(componentManifest, text, where);
  const refs = (['source', 'test', 'seed', 'rendered'] as const).flatMap((role: Role) =>
    files[role].map((file): FileRef => ({ from: `agent/${file}`, to: file, role })),
  );
  return { ...rest, files: refs };
}

/** Reads `templates/<name>/template.json`. @throws UserError */
export function parseTemplate(text: string, where: string): Template {
  return parse(templateManifest, text, where);
}

/** Reads a text by a schema, and says where it is wrong. @throws UserError */
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

/** The error for a registry's or a manifest's bad content. */
export function refused(where: string, problem: string): UserError {
  return new UserError(`${where} is refused: ${problem}.`, {
    code: 'bad-registry',
    hint: 'Nothing was written. Correct that file.',
  });
}
