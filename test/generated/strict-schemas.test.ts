import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PermanentModelError } from '../../registry/agent/core/errors.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import { oneOf, tool } from '../../registry/agent/core/tool.ts';
import { many } from '../../registry/agent/many/many.ts';
import type { JsonSchema } from '../../registry/agent/model/json-schema.ts';
import { hear, toyAgent, typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { answer, faultServer, type Behaviour } from '../support/generated/fault-server.ts';
import { protocols, type Protocol } from '../support/generated/protocols.ts';
import {
  anthropicRules,
  breaches,
  openaiRules,
  written,
} from '../support/generated/strict-rules.ts';

const rulesOf = ({ name }: Protocol) => (name === 'Anthropic' ? anthropicRules : openaiRules);

const lit = <T extends string>(intent: T) => z.literal(intent);
const list = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));
const person = z
  .object({ name: z.string(), nick: z.string().optional(), boss: z.string().nullable() })
  .meta({ id: 'Person', description: 'Somebody.' });

const tools = list(100, (index) =>
  z
    .object({
      intent: lit(`tool_${index}`),
      text: z.string().min(1).max(80).describe('What it says.'),
      count: z.int().min(1).max(10),
      note: z.string().optional(),
      kind: z.enum(['a', 'b', 'c']),
      tags: z.array(z.string()).max(5),
      at: z.iso.datetime(),
    })
    .describe(`Tool ${index}.`),
);

type Case = {
  readonly schema: z.ZodType;
  readonly values: readonly unknown[];
};

const one = (shape: z.core.$ZodLooseShape, ...values: readonly object[]): Case => ({
  schema: z.discriminatedUnion('intent', [
    z.object({ ...shape, intent: lit('act') }),
    z.object({ intent: lit('done'), message: z.string() }),
  ]),
  values: [
    ...values.map((value) => ({ intent: 'act', ...value })),
    { intent: 'done', message: 'ok' },
  ],
});

const optionalFields = one(
  { a: z.string().optional(), b: z.boolean().optional() },
  {},
  { a: 'x' },
  { a: 'x', b: false },
);
const enums = one(
  {
    a: z.enum(['x', 'y']),
    b: z.enum({ low: 1, high: 2 }).optional(),
    c: z.literal([1, 'two', null]),
  },
  { a: 'x', b: 2, c: null },
  { a: 'y', c: 'two' },
);

const run = () => Promise.resolve('ok');
const safe = { timeoutMs: 1_000, onUnknownOutcome: 'retry', run } as const;
const find = tool({
  schema: z.object({ intent: lit('find'), text: z.string(), limit: z.int().optional() }),
  ...safe,
});
const list_all = tool({
  schema: z.object({ intent: lit('list_all'), newest_first: z.boolean().nullish() }),
  ...safe,
});

const cases: Readonly<Record<string, Case>> = {
  'several calls as one step': {
    schema: oneOf({ find, list_all, many: many({ find, list_all }) }),
    values: [
      { intent: 'find', text: 'a' },
      {
        intent: 'many',
        calls: [
          { intent: 'find', text: 'a' },
          { intent: 'list_all', newest_first: null },
          { intent: 'find', text: 'b', limit: 2 },
          { intent: 'list_all' },
        ],
      },
    ],
  },
  'nested objects': one(
    {
      to: z.object({
        host: z.object({ name: z.string(), port: z.int().optional() }),
        why: z.string().optional(),
      }),
    },
    { to: { host: { name: 'a', port: 1 }, why: 'b' } },
    { to: { host: { name: 'a' } } },
  ),
  'optional fields': optionalFields,
  'optional objects and lists': one(
    { a: z.object({ b: z.string().optional() }).optional(), c: z.array(z.int()).optional() },
    {},
    { a: {} },
    { a: { b: '' }, c: [] },
  ),
  'fields that may be null': one({ a: z.string().nullable() }, { a: null }, { a: 'null' }),
  'nullish fields': one(
    { a: z.string().nullish(), b: z.int().nullish() },
    { a: null, b: null },
    { a: 'x', b: 0 },
  ),
  defaults: one(
    { a: z.string().default('x'), b: z.array(z.string()).default([]) },
    { a: 'x', b: [] },
    { a: '', b: ['y'] },
  ),
  enums,
  'lists of objects': one(
    {
      rows: z.array(
        z.object({
          id: z.int(),
          note: z.string().optional(),
          tags: z.array(z.string()).optional(),
        }),
      ),
    },
    { rows: [] },
    { rows: [{ id: 1 }, { id: 2, note: 'n', tags: ['t'] }, { id: 3, tags: [] }] },
  ),
  'bounded numbers': one(
    {
      a: z.number().min(0).max(1),
      b: z.int().positive(),
      c: z.number().multipleOf(0.5).lt(9),
      d: z.int().optional(),
    },
    { a: 0.5, b: 1, c: 1.5, d: -7 },
  ),
  'bounded texts and lists': one(
    {
      a: z.string().length(2),
      b: z.email(),
      c: z.string().regex(/^v\d$/),
      d: z.array(z.uuid()).min(1).max(2).optional(),
    },
    { a: 'ab', b: 'a@b.co', c: 'v1', d: ['123e4567-e89b-42d3-a456-426614174000'] },
  ),
  'named schemas': one(
    {
      lead: person,
      team: z.array(person),
      deputy: person.optional(),
    },
    {
      lead: { name: 'a', boss: null },
      team: [{ name: 'b', nick: 'n', boss: 'a' }],
    },
  ),
  'unions inside a step': one(
    {
      about: z.union([
        z.object({ kind: z.literal('release'), note: z.string().optional() }),
        z.object({
          kind: z.literal('person'),
          note: z.string().nullable(),
          age: z.int().optional(),
        }),
      ]),
      by: z.union([z.string(), z.int(), z.object({ id: z.string().optional() })]).optional(),
      how: z.array(
        z.discriminatedUnion('way', [
          z.object({ way: z.literal('mail'), to: z.string().optional() }),
          z.object({ way: z.literal('post'), labels: z.array(z.string()) }),
        ]),
      ),
    },
    { about: { kind: 'release' }, how: [{ way: 'mail' }, { way: 'post', labels: ['a'] }] },
    { about: { kind: 'person', note: null }, by: {}, how: [] },
    {
      about: { kind: 'person', note: null, age: 3 },
      by: { id: 'x' },
      how: [{ way: 'mail', to: 'ada' }],
    },
    { about: { kind: 'release', note: 'n' }, by: 7, how: [] },
  ),
  'names and texts of all scripts': one(
    {
      größe: z.int().describe('Wie groß? “ganz”\n\\ 🚀'),
      名前: z.string().optional(),
      'a.b/c~d "e"': z.boolean(),
    },
    { größe: 1, 'a.b/c~d "e"': true },
    { größe: 1, 名前: '山田 🚀', 'a.b/c~d "e"': false },
  ),
  'no arguments at all': { schema: z.object({ intent: lit('go') }), values: [{ intent: 'go' }] },
  '100 tools with 6 fields each': {
    schema: z.discriminatedUnion('intent', tools as unknown as [(typeof tools)[number]]),
    values: [0, 50, 99].map((index) => ({
      intent: `tool_${index}`,
      text: 't',
      count: 3,
      kind: 'b',
      tags: ['x'],
      at: '2026-01-01T00:00:00Z',
    })),
  },
};

type Tree = { branches: Tree[] };
const tree: z.ZodType<Tree> = z.object({
  get branches() {
    return z.array(tree);
  },
});

/** What strict modes cannot describe. */
const inWords: Readonly<Record<string, Case>> = {
  records: one(
    {
      sizes: z.record(z.string(), z.number()),
      names: z.partialRecord(z.enum(['a', 'b']), z.string()).optional(),
    },
    { sizes: {} },
    { sizes: { 'a b': 1, '': 2, '1': 3 }, names: { b: 'x' } },
  ),
  recursion: one({ tree }, { tree: { branches: [{ branches: [] }] } }),
  tuples: one({ point: z.tuple([z.number(), z.number()]) }, { point: [1, 2] }),
  'values of any type': one({ list: z.array(z.unknown()) }, { list: [1, 'a', null, {}] }),
  JSON: one({ data: z.json() }, { data: { a: [null, 1] } }),
  intersections: one(
    { all: z.intersection(z.union([z.object({ a: z.int() }), z.string()]), z.object({})) },
    { all: { a: 1 } },
  ),
};

const inText = (system: string): JsonSchema =>
  JSON.parse(system.slice(system.indexOf('nothing else:\n') + 14));
const ask = (schema: z.ZodType) => ({
  system: 'Ship it.',
  blocks: ['go'],
  events: [],
  schema,
  signal: new AbortController().signal,
});

/** Answers with the value, as the schema in the request wants it written. */
const saying =
  (protocol: Protocol, next_step: unknown): Behaviour =>
  (response, heard) => {
    const schema = protocol.schemaIn(heard.body) ?? inText(protocol.systemIn(heard.body));
    const text = JSON.stringify(written({ next_step }, schema, schema));
    answer(200, protocol.says(text))(response, heard);
  };

describe.each(protocols)('$name', (protocol) => {
  const hearAll = async ({ schema, values }: Case) => {
    const behaviours = values.map((value) => saying(protocol, value));
    const { url, heard, close } = await faultServer(...behaviours);
    const model = protocol.model(url);
    for (const value of values) {
      expect(schema.safeParse(value).error).toBeUndefined();
      expect(await model(ask(schema))).toMatchObject({ step: value });
    }
    close();
    return heard.map(({ body }) => body);
  };

  test.each(Object.entries(cases))(
    '%s: what is sent keeps the rules, and what comes back is what was meant',
    async (_, each) => {
      for (const body of await hearAll(each)) {
        const schema = protocol.schemaIn(body);
        expect(schema && breaches(schema, rulesOf(protocol))).toEqual([]);
        expect(protocol.systemIn(body)).toBe('Ship it.');
      }
    },
  );

  test.each(Object.entries(inWords))(
    '%s: the schema is sent in words, and what comes back is what was meant',
    async (_, each) => {
      for (const body of await hearAll(each)) {
        expect(protocol.schemaIn(body)).toBeUndefined();
        expect(inText(protocol.systemIn(body))).toEqual(
          z.toJSONSchema(z.object({ next_step: each.schema }), { io: 'input' }),
        );
      }
    },
  );

  test.each([
    [400, "Invalid schema for response_format 'next_step': In context=()"],
    [
      400,
      'Schemas contains too many parameters with union ' +
        'types (24 parameters), which exceeds the limit: 16',
    ],
    [
      400,
      'Schemas contains too many optional parameters (25), which would make grammar compilation inefficient.',
    ],
    [400, 'Schema is too complex for compilation.'],
    [400, 'The compiled grammar is too large'],
    [400, 'Invalid schema for response_format: 5001 properties exceed the limit of 5000.'],
    [422, 'response_format: unknown field'],
  ])('a server that answers %i, %s, is told in words from then on', async (status, message) => {
    const { schema, values } = optionalFields;
    const said = values.slice(0, 2).map((value) => saying(protocol, value));
    const { url, heard, close } = await faultServer(
      answer(status, { error: { message } }),
      ...said,
    );
    const model = protocol.model(url);
    for (const value of values.slice(0, 2)) expect((await model(ask(schema))).step).toEqual(value);
    close();
    expect(heard.map(({ body }) => protocol.schemaIn(body) !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a server that answers the same in words is asked strictly the next time', async () => {
    const { schema } = optionalFields;
    const { url, heard, close } = await faultServer(
      answer(400, { error: { message: 'Invalid schema' } }),
    );
    const model = protocol.model(url);
    for (const _ of [1, 2]) await expect(model(ask(schema))).rejects.toThrow('Invalid schema');
    close();
    expect(heard.map(({ body }) => protocol.schemaIn(body) !== undefined)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('a schema that is refused does not put others into words', async () => {
    const { schema: first, values } = optionalFields;
    const { schema: second, values: others } = enums;
    const { url, heard, close } = await faultServer(
      answer(400, { error: { message: 'schema' } }),
      saying(protocol, values[0]),
      saying(protocol, others[0]),
    );
    const model = protocol.model(url);
    await model(ask(first));
    await model(ask(second));
    close();
    expect(heard.map(({ body }) => protocol.schemaIn(body) !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });

  test.each([
    ['a date', z.object({ due: z.date().optional() }), 'Date cannot be represented in JSON Schema'],
    ['a bigint', z.object({ sum: z.bigint() }), 'BigInt cannot be represented in JSON Schema'],
  ])(
    '%s is an error before anything is sent, and a person reads it',
    async (_, schema, message) => {
      const { url, heard, close } = await faultServer(answer(200, protocol.says('')));
      const refusal: unknown = await protocol
        .model(url)(ask(schema))
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(PermanentModelError);
      expect(refusal).toMatchObject({ message: expect.stringContaining(message) });
      const { agent } = toyAgent([]);
      const asking = { ...agent, model: () => protocol.model(url)(ask(schema)) };
      await hear(asking, 't');
      const { events } = await advance(asking, 't');
      close();
      expect(typesOf(events)).toBe('message handed_over');
      expect(heard).toEqual([]);
    },
  );
});

test('the checker finds what it should', () => {
  const object = { type: 'object', properties: {}, required: [], additionalProperties: false };
  const check = (node: object, rules = openaiRules) =>
    breaches({ ...object, ...node } as JsonSchema, rules);
  expect(check({})).toEqual([]);
  expect(check({ anyOf: [] })).toEqual(['the root is no object']);
  expect(check({ additionalProperties: true })).toEqual(['# takes other fields']);
  expect(check({ properties: { a: { type: 'string', minLength: 1 } }, required: ['a'] })).toEqual([
    '#/a has minLength',
  ]);
  expect(check({ properties: { a: { type: 'string' } } })).toEqual(['# does not require a']);
  expect(check({ properties: { a: { type: 'string' } } }, anthropicRules)).toEqual([]);
  expect(check({ properties: { a: {} }, required: ['a'] })).toEqual(['#/a has no type']);
  const loop = { ...object, properties: { a: { $ref: '#/$defs/A' } }, required: ['a'] };
  expect(check({ ...loop, $defs: { A: loop } })).toContain('#/$defs/A/a contains itself');
});
