import type { JsonSchema } from '../../../registry/agent/model/json-schema.ts';

/** What a provider's guide to structured outputs allows. */
type Rules = { readonly everyFieldRequired: boolean };

/** Structured outputs, supported schemas: OpenAI's guide, which other servers follow. */
export const openaiRules: Rules = { everyFieldRequired: true };

/** Structured outputs, JSON schema limitations: Anthropic's guide. */
export const anthropicRules: Rules = { everyFieldRequired: false };

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
const keywords = [
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
  '$ref',
];
const allowed = new Set([...keywords, '$defs', 'description']);

/** What of a schema breaks the rules: nothing, if all is well. */
export function breaches(root: JsonSchema, { everyFieldRequired }: Rules): string[] {
  const found: string[] = [];
  const defs = new Map(Object.entries(root.$defs ?? {}));
  if (root.type !== 'object' || root.anyOf) found.push('the root is no object');
  visit(root, '#', []);
  for (const [name, def] of defs) visit(def, `#/$defs/${name}`, [name]);
  return [...new Set(found)];

  function visit(node: unknown, at: string, within: readonly string[]): void {
    if (typeof node !== 'object' || node === null) return void found.push(`${at} is no schema`);
    const schema = node as JsonSchema;
    for (const keyword of Object.keys(schema))
      if (!allowed.has(keyword)) found.push(`${at} has ${keyword}`);
    if (schema.$ref !== undefined) {
      if (Object.keys(schema).length > 1) found.push(`${at} has more than a $ref`);
      const name = schema.$ref.replace('#/$defs/', '');
      if (!defs.has(name)) found.push(`${at} refers to nothing`);
      else if (within.includes(name)) found.push(`${at} contains itself`);
      else visit(defs.get(name), `#/$defs/${name}`, [...within, name]);
      return;
    }
    const kinds = [schema.type ?? []].flat();
    if (kinds.length === 0 && !schema.anyOf) found.push(`${at} has no type`);
    for (const kind of kinds) if (!types.includes(kind)) found.push(`${at} has the type ${kind}`);
    schema.anyOf?.forEach((branch, index) => visit(branch, `${at}/anyOf/${index}`, within));
    if (kinds.includes('array')) visit(schema.items, `${at}/items`, within);
    if (!kinds.includes('object')) return;
    const names = Object.keys(schema.properties ?? {});
    const optional = names.filter((name) => !schema.required?.includes(name));
    if (schema.additionalProperties !== false) found.push(`${at} takes other fields`);
    if (everyFieldRequired && optional.length > 0)
      found.push(`${at} does not require ${optional.join(', ')}`);
    if (schema.required?.some((name) => !names.includes(name)))
      found.push(`${at} requires what it does not have`);
    for (const [name, field] of Object.entries(schema.properties ?? {}))
      visit(field, `${at}/${name}`, within);
  }
}

/** A value as a model would write it under that schema. @throws if the schema does not take it */
export function written(value: unknown, node: unknown, root: JsonSchema): unknown {
  const schema = Object(node) as JsonSchema;
  if (schema.$ref !== undefined)
    return written(value, root.$defs?.[schema.$ref.replace('#/$defs/', '')], root);
  if (schema.anyOf)
    return firstOf(schema.anyOf.map((branch) => () => written(value, branch, root)));
  if (schema.const !== undefined && value !== schema.const)
    throw new Error(`${value} is not ${schema.const}`);
  if (schema.enum && !schema.enum.some((option) => option === value))
    throw new Error(`${value} is no option`);
  const kinds = [schema.type ?? []].flat();
  if (kinds.length === 0) return value;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (kinds.includes('array') && Array.isArray(value))
    return value.map((item) => written(item, schema.items, root));
  if (kinds.includes('object') && isObject) {
    const { properties = {}, required = [] } = schema;
    const stranger = Object.keys(value).find((name) => !Object.hasOwn(properties, name));
    if (stranger !== undefined) throw new Error(`no field ${stranger}`);
    const fields = Object.entries(properties).filter(
      ([name]) => Object.hasOwn(value, name) || required.includes(name),
    );
    const filled: Record<string, unknown> = { ...value };
    return Object.fromEntries(
      fields.map(([name, field]) => [name, written(filled[name] ?? null, field, root)]),
    );
  }
  const kind = value === null ? 'null' : typeof value;
  if (kinds.some((each) => each === kind || (each === 'integer' && Number.isInteger(value))))
    return value;
  throw new Error(`${JSON.stringify(value)} is no ${kinds.join(' or ')}`);
}

function firstOf<T>(tries: readonly (() => T)[]): T {
  const errors: unknown[] = [];
  for (const each of tries) {
    try {
      return each();
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AggregateError(errors, 'no branch takes it');
}
