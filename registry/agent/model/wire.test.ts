import { expect, test } from 'vitest';
import * as z from 'zod';
import { toyRequest, toyWireSchema } from './toy-provider.ts';
import { fromWire, toWireSchema } from './wire.ts';

const wire = (next_step: unknown) => JSON.stringify({ next_step });
const fieldsOf = (fields: z.core.$ZodShape) => toWireSchema(z.object(fields)).properties?.['next_step'];

test('the union becomes one object that strict modes take', () => {
  expect(toWireSchema(toyRequest.schema)).toEqual(toyWireSchema);
});

test('the intent comes first, wherever it was declared', () => {
  expect(fieldsOf({ to: z.string(), intent: z.literal('deploy') })).toMatchObject({ required: ['intent', 'to'] });
});

test.each([
  ['lengths', z.string().min(1).max(9), { type: 'string' }],
  ['formats and patterns', z.email(), { type: 'string' }],
  ['ranges', z.int().positive().multipleOf(5), { type: 'integer' }],
  ['sizes of lists', z.array(z.boolean()).min(2).max(3), { type: 'array', items: { type: 'boolean' } }],
  ['titles', z.enum(['a', 'b']).meta({ title: 'A or B' }), { type: 'string', enum: ['a', 'b'] }],
  ['defaults', z.string().default('main'), { anyOf: [{ type: 'string' }, { type: 'null' }] }],
])('drops %s, which some strict modes refuse', (_, field, expected) => {
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
])('a %s field takes null as it is', (_, field) => {
  expect(fieldsOf({ field })).toMatchObject({ properties: { field: { type: ['string', 'null'] } } });
});

test('objects in lists and named schemas are strict, too', () => {
  const person = z.object({ name: z.string(), age: z.int().optional() }).meta({ id: 'Person' });
  const strictPerson = { required: ['name', 'age'], additionalProperties: false };
  const schema = toWireSchema(z.object({ team: z.array(person), lead: person.describe('Who leads.') }));
  const named = { $ref: '#/$defs/Person' };
  expect(schema.$defs).toMatchObject({ Person: strictPerson });
  expect(schema.properties?.['next_step']).toHaveProperty('properties', {
    team: { type: 'array', items: named },
    lead: named,
  });
  expect(fieldsOf({ list: z.array(z.object({ name: z.string(), age: z.int().optional() })) })).toMatchObject({
    properties: { list: { items: strictPerson } },
  });
});

test('a record is refused, as strict modes would refuse it', () => {
  expect(() => fieldsOf({ labels: z.record(z.string(), z.string()) })).toThrow('take no record');
});

test.each([
  ['an optional field', { intent: 'deploy', version: '1.4.2', percent: null }, { intent: 'deploy', version: '1.4.2' }],
  ['nothing', { intent: 'done', message: 'ok' }, { intent: 'done', message: 'ok' }],
])('undoes the null of %s', (_, said, step) => {
  expect(fromWire(wire(said), toyRequest.schema)).toEqual({ step });
});

test('undoes nulls at any depth, and leaves those that mean something', () => {
  const part = z.object({ name: z.string().nullable(), size: z.int().optional() });
  const schema = z.object({ parts: z.array(part), owner: z.union([z.string(), part]) });
  const said = { parts: [{ name: null, size: null }], owner: { name: null, size: null } };
  expect(fromWire(wire(said), schema)).toEqual({ step: { parts: [{ name: null }], owner: { name: null } } });
});

test('what was a default comes back as the default', () => {
  const schema = z.object({ intent: z.literal('deploy'), to: z.string().default('staging') });
  const { step } = fromWire(wire({ intent: 'deploy', to: null }), schema);
  expect(schema.parse(step)).toEqual({ intent: 'deploy', to: 'staging' });
});

test.each([
  ['another intent', wire({ intent: 'rollback' })],
  ['a null for a field that is needed', wire({ intent: 'deploy', version: null })],
  ['a null in a list', wire([null])],
])('says what is wrong with %s', (_, text) => {
  expect(fromWire(text, toyRequest.schema).error).toMatch(/^✖ Invalid /);
});

test.each([
  ['prose', 'I would deploy it.'],
  ['a step without its wrapping', '{"intent":"done","message":"ok"}'],
  ['no step', '{}'],
  ['no object as the step', wire('done')],
  ['null', 'null'],
])('says what it expects instead of %s', (_, text) => {
  expect(fromWire(text, toyRequest.schema).error).toBe('✖ Invalid answer: expected {"next_step": {...}}');
});

test.each([
  ['```json\n', '\n```'],
  ['\n```\r\n', '\r\n```\n'],
  ['```JSON ', '```'],
])('takes an answer between %j and %j', (before, after) => {
  const step = { intent: 'done', message: 'as ```json\n{}\n``` says' };
  expect(fromWire(before + wire(step) + after, toyRequest.schema)).toEqual({ step });
});
