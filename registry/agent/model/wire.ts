import * as z from 'zod';

type JsonSchema = z.core.JSONSchema.JSONSchema;
type Fields<T> = Readonly<Record<string, T>>;

/**
 * The JSON schema of `{ next_step }` as strict modes want it: every field is required, and one that may be left out may
 * be null instead.
 * @throws if an object does not name all its fields
 */
export const toWireSchema = (schema: z.ZodType): JsonSchema =>
  strict(z.toJSONSchema(z.object({ next_step: schema }), { io: 'input' }));

/** What every strict mode takes. The rest, lengths and ranges say, is dropped: `fromWire` checks it. */
const kept = ['type', 'description', 'const', 'enum'] as const;

function strict(node: JsonSchema | boolean): JsonSchema {
  if (typeof node === 'boolean') return {};
  if (node.$ref !== undefined) return { $ref: node.$ref };
  const { anyOf = node.oneOf, items, properties, required, additionalProperties, $defs } = node;
  if (typeof additionalProperties === 'object')
    throw new Error('strict modes take no record: name its fields, or use a list of pairs');
  return {
    ...Object.fromEntries(kept.filter((keyword) => keyword in node).map((keyword) => [keyword, node[keyword]])),
    ...(anyOf && { anyOf: anyOf.map(strict) }),
    ...(items && !Array.isArray(items) && { items: strict(items) }),
    ...(properties && strictFields(properties, required)),
    ...($defs && { $defs: mapFields($defs, strict) }),
  };
}

/** The intent comes first, so that the model decides what to do before it fills in how. */
function strictFields({ intent, ...others }: Fields<JsonSchema | boolean>, required: readonly string[] = []) {
  const fields = { ...(intent !== undefined && { intent }), ...others };
  const toField = (field: JsonSchema | boolean, name: string) =>
    required.includes(name) ? strict(field) : orNull(strict(field));
  return { properties: mapFields(fields, toField), required: Object.keys(fields), additionalProperties: false };
}

function orNull(node: JsonSchema): JsonSchema {
  const takesNull = [node, ...(node.anyOf ?? [])].some(({ type }) => [type].flat().includes('null'));
  return takesNull ? node : { anyOf: [node, { type: 'null' }] };
}

const mapFields = <T, U>(fields: Fields<T>, map: (value: T, name: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value, name)]));

/** The next step in a model's answer, and what is wrong with it. A text that is not JSON is a step that no schema takes. */
export function fromWire(text: string, schema: z.ZodType): { step: unknown; error?: string } {
  const step = unwrap(text);
  dropNulls(step, schema.safeParse(step).error?.issues);
  const { error } = schema.safeParse(step);
  if (error === undefined) return { step };
  const isObject = typeof step === 'object' && step !== null;
  return { step, error: isObject ? z.prettifyError(error) : '✖ Invalid answer: expected {"next_step": {...}}' };
}

/** What servers that ignore the schema put around JSON. */
const fence = /^\s*```(json)?|```\s*$/gi;

function unwrap(text: string): unknown {
  try {
    return Object(JSON.parse(text.replace(fence, ''))).next_step;
  } catch {
    return text;
  }
}

/** A null that the schema does not take stands for a field that was left out. */
function dropNulls(step: unknown, issues: readonly z.core.$ZodIssue[] = []): void {
  const at = (path: readonly PropertyKey[]) => path.reduce<unknown>((node, key) => Object(node)[key], step);
  for (const issue of issues) {
    const parent = at(issue.path.slice(0, -1));
    const isField = issue.path.length > 0 && !Array.isArray(parent);
    if (isField && at(issue.path) === null) Reflect.deleteProperty(Object(parent), issue.path.at(-1) ?? '');
    if (issue.code === 'invalid_union') issue.errors.forEach((nested) => dropNulls(at(issue.path), nested));
  }
}
