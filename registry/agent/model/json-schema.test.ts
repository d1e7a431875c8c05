import { expect, test } from 'vitest';
import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import { toOutputSchema, toStrictSchema } from './json-schema.ts';
import { toyRequest, toyStrictSchema, toyStrictSchemaNotRequired } from './toy-provider.ts';

const fieldsOf = (fields: z.core.$ZodShape) =>
  toStrictSchema(z.object(fields)).properties?.['next_step'];

test('a union becomes one object for strict modes', () => {
  expect(toStrictSchema(toyRequest.schema)).toEqual(toyStrictSchema);
});

test('the intent comes first, wherever it was declared', () => {
  expect(fieldsOf({ to: z.string(), intent: z.literal('deploy') })).toMatchObject({
    required: ['intent', 'to'],
  });
});

test.each([
  ['lengths', z.string().min(1).max(9), { type: 'string', description: '(maxLength 9)' }],
  ['formats', z.email().describe('Whom.'), { type: 'string', description: 'Whom. (format email)' }],
  ['patterns', z.string().regex(/^v\d/), { type: 'string', description: '(pattern ^v\\d)' }],
  [
    'ranges',
    z.int().positive().multipleOf(5),
    { type: 'integer', description: '(multipleOf 5, exclusiveMinimum 0)' },
  ],
  [
    'sizes of lists',
    z.array(z.boolean()).min(2).max(3),
    { type: 'array', description: '(minItems 2, maxItems 3)', items: { type: 'boolean' } },
  ],
  [
    'defaults',
    z.string().default('main'),
    { anyOf: [{ type: 'string', description: '(default "main")' }, { type: 'null' }] },
  ],
  ['no titles', z.enum(['a', 'b']).meta({ title: 'A or B' }), { type: 'string', enum: ['a', 'b'] }],
  [
    'options of several types',
    z.literal([1, 'two', null]),
    { type: ['number', 'string', 'null'], enum: [1, 'two', null] },
  ],
])('puts %s into the description', (_, field, expected) => {
  expect(fieldsOf({ field })).toEqual({
    type: 'object',
    properties: { field: expected },
    required: ['field'],
    additionalProperties: false,
  });
});

test.each([
  ['nullish', z.string().nullish()],
  ['nullable', z.string().nullable()],
])('a %s field accepts null itself', (_, field) => {
  expect(fieldsOf({ field })).toMatchObject({
    properties: { field: { type: ['string', 'null'] } },
  });
});

test('objects in lists and named schemas are strict', () => {
  const person = z.object({ name: z.string(), age: z.int().optional() }).meta({ id: 'Person' });
  const strictPerson = { required: ['name', 'age'], additionalProperties: false };
  const schema = toStrictSchema(
    z.object({ team: z.array(person), lead: person.describe('Who leads.') }),
  );
  const named = { $ref: '#/$defs/Person' };
  expect(schema.$defs).toMatchObject({ Person: strictPerson });
  expect(schema.properties?.['next_step']).toHaveProperty('properties', {
    team: { type: 'array', items: named },
    lead: named,
  });
  expect(
    fieldsOf({ list: z.array(z.object({ name: z.string(), age: z.int().optional() })) }),
  ).toMatchObject({
    properties: { list: { items: strictPerson } },
  });
});

test('an optional field may also be not required, instead of nullable', () => {
  expect(toStrictSchema(toyRequest.schema, 'not-required')).toEqual(toyStrictSchemaNotRequired);
});

test('a shared definition is converted once, at any depth', () => {
  const leaf: z.ZodType = z.object({ text: z.string() }).meta({ id: 'shared_0' });
  const deep = Array.from({ length: 40 }, (_, index) => index + 1).reduce(
    (inner, level) => z.object({ left: inner, right: inner }).meta({ id: `shared_${level}` }),
    leaf,
  );
  expect(Object.keys(toStrictSchema(z.object({ deep })).$defs ?? {})).toHaveLength(41);
});

type Tree = { intent: 'grow'; branches: Tree[] };
const tree: z.ZodType<Tree> = z.object({
  intent: z.literal('grow'),
  get branches() {
    return z.array(tree);
  },
});

const patternProperties = { '^a': { type: 'number' } };

test.each<[string, z.ZodType]>([
  ['recursion', tree],
  ['JSON of any kind', z.object({ data: z.json() })],
  ['a value of any type', z.object({ list: z.array(z.unknown()) })],
  ['nothing', z.object({ list: z.array(z.never()) })],
  ['a record', z.object({ sizes: z.record(z.string(), z.number()) })],
  ['a loose record', z.object({ sizes: z.any().meta({ type: 'object', patternProperties }) })],
  [
    'an intersection',
    z.object({ all: z.intersection(z.union([z.object({}), z.string()]), z.object({})) }),
  ],
  ['a tuple', z.object({ at: z.object({ point: z.tuple([z.number(), z.number()]) }) })],
])('no strict mode can describe %s: it keeps its plain schema', (_, schema) => {
  expect(() => toStrictSchema(schema)).toThrow();
  expect(toOutputSchema(schema, 'nullable')).toEqual({
    schema: z.toJSONSchema(z.object({ next_step: schema }), { io: 'input' }),
    isStrict: false,
  });
});

test('a schema that a strict mode can describe is strict', () => {
  expect(toOutputSchema(toyRequest.schema, 'nullable')).toEqual({
    schema: toyStrictSchema,
    isStrict: true,
  });
});

test.each<[string, z.ZodType, string]>([
  ['a date', z.object({ from: z.date() }), 'Date cannot be represented'],
  ['a bigint', z.object({ count: z.bigint() }), 'BigInt cannot be represented'],
  ['a map', z.object({ sizes: z.map(z.string(), z.int()) }), 'Map cannot be represented'],
])('%s is an error: JSON does not have it', (_, schema, message) => {
  const convert = () => toOutputSchema(schema, 'nullable');
  expect(convert).toThrow(PermanentModelError);
  expect(convert).toThrow(message);
});
