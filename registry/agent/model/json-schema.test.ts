import { expect, test } from 'vitest';
import * as z from 'zod';
import { fitsLimits, measureSchema, toStrictSchema } from './json-schema.ts';
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

test('a record is a list of pairs', () => {
  const pair = (key: object) => ({
    type: 'object',
    properties: { key, value: { type: 'number' } },
    required: ['key', 'value'],
    additionalProperties: false,
  });
  expect(fieldsOf({ sizes: z.record(z.string(), z.number()) })).toMatchObject({
    properties: { sizes: { type: 'array', items: pair({ type: 'string' }) } },
  });
  const key = { type: 'string', enum: ['a', 'b'] };
  expect(fieldsOf({ sizes: z.partialRecord(z.enum(['a', 'b']), z.number()) })).toMatchObject({
    properties: { sizes: { type: 'array', items: pair(key) } },
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

test.each([
  ['recursion', tree, /cannot describe .*: it contains itself$/],
  ['JSON of any kind', z.object({ data: z.json() }), /cannot describe .*: it contains itself$/],
  [
    'anything',
    z.object({ intent: z.literal('x'), list: z.array(z.unknown()) }),
    'describe list[]: it may be anything, or is nothing',
  ],
  [
    'a date',
    z.object({ stays: z.array(z.object({ from: z.date() })) }),
    'describe stays[].from: it may be anything, or is',
  ],
  [
    'an intersection',
    z.object({ all: z.intersection(z.union([z.object({}), z.string()]), z.object({})) }),
    'all: it is an intersection',
  ],
  [
    'a tuple',
    z.object({ at: z.object({ point: z.tuple([z.number(), z.number()]) }) }),
    'at.point: it is a tuple',
  ],
])('%s is refused with its path', (_, schema, message) => {
  expect(() => toStrictSchema(schema)).toThrow(message);
});

test('the size of a schema counts each definition once', () => {
  const named = {
    type: 'object',
    properties: { first: { enum: ['a', 'bc'] } },
    required: ['first'],
  } as const;
  const schema = {
    type: 'object',
    properties: {
      lead: { $ref: '#/$defs/Person' },
      deputy: { $ref: '#/$defs/Person' },
      tags: { type: 'array', items: { type: ['string', 'null'] } },
    },
    required: ['lead'],
    $defs: { Person: named },
  } as const;
  expect(measureSchema(JSON.parse(JSON.stringify(schema)))).toEqual({
    properties: 4,
    optional: 2,
    unions: 1,
    depth: 2,
    enumValues: 2,
    longEnum: 0,
    characters: 'leaddeputytagsPersonfirstabc'.length,
  });
});

test('a nullable field counts as a union, one that is not required as optional', () => {
  expect(measureSchema(JSON.parse(JSON.stringify(toyStrictSchema)))).toMatchObject({
    unions: 2,
    optional: 0,
    depth: 2,
  });
  expect(measureSchema(JSON.parse(JSON.stringify(toyStrictSchemaNotRequired)))).toMatchObject({
    unions: 1,
    optional: 1,
    depth: 2,
  });
});

test.each([
  [{}, true],
  [{ properties: 6 }, true],
  [{ properties: 5 }, false],
  [{ properties: 6, depth: 1 }, false],
])('the schema fits into the limits %j: %j', (limits, expected) => {
  expect(fitsLimits(JSON.parse(JSON.stringify(toyStrictSchema)), limits)).toBe(expected);
});

test.each([
  [250, 0],
  [251, 251 * 10],
])('an enum of %i values counts %i characters as a long enum', (length, longEnum) => {
  const values = Array.from({ length }, (_, index) => `value${index}`.padEnd(10, '_'));
  expect(measureSchema({ type: 'string', enum: values })).toMatchObject({
    enumValues: length,
    longEnum,
  });
});
