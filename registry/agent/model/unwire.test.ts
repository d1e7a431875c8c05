import { expect, test } from 'vitest';
import * as z from 'zod';
import { toyRequest } from './toy-provider.ts';
import { fromWire } from './unwire.ts';

const wire = (next_step: unknown) => JSON.stringify({ next_step });

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
  ['no object as the step', wire('done')],
])('says what is wrong with %s', (_, text) => {
  expect(fromWire(text, toyRequest.schema).error).toMatch(/^✖ Invalid /);
});

test.each([
  ['prose', 'I would deploy it.'],
  ['a step without its wrapping', '{"intent":"done","message":"ok"}'],
  ['no step', '{}'],
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

test('a list of pairs is the record that it stands for, also around nulls and inside unions', () => {
  const part = z.object({ size: z.int().optional() });
  const schema = z.object({
    parts: z.record(z.string(), part),
    owner: z.union([z.string(), z.record(z.string(), part)]),
  });
  const pairs = [
    { key: 'a', value: { size: null } },
    { key: '__proto__', value: { size: 2 } },
  ];
  const { step, error } = fromWire(wire({ parts: pairs, owner: [] }), schema);
  expect(error).toBeUndefined();
  expect(step).toEqual({ parts: { a: {}, ['__proto__']: { size: 2 } }, owner: {} });
});

test('in a union, a null is taken back only where that makes the branch fit', () => {
  const schema = z.object({
    intent: z.literal('note'),
    about: z.union([
      z.object({ kind: z.literal('release'), note: z.string().optional() }),
      z.object({ kind: z.literal('person'), note: z.string().nullable(), age: z.int().optional() }),
    ]),
  });
  const said = { intent: 'note', about: { kind: 'person', note: null, age: null } };
  expect(fromWire(wire(said), schema)).toEqual({ step: { intent: 'note', about: { kind: 'person', note: null } } });
});
