import { expect, test } from 'vitest';
import { fits, sizeOf } from './limits.ts';
import { toyWireSchema, toyWireSchemaAbsent } from './toy-provider.ts';

test('a schema has the size of all its parts, whatever refers to them', () => {
  const named = { type: 'object', properties: { first: { enum: ['a', 'bc'] } }, required: ['first'] } as const;
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
  expect(sizeOf(JSON.parse(JSON.stringify(schema)))).toEqual({
    properties: 4,
    optional: 2,
    unions: 1,
    depth: 2,
    enumValues: 2,
    longEnum: 0,
    characters: 'leaddeputytagsPersonfirstabc'.length,
  });
});

test('a nullable field is a union, one that may be absent is optional', () => {
  expect(sizeOf(JSON.parse(JSON.stringify(toyWireSchema)))).toMatchObject({ unions: 2, optional: 0, depth: 2 });
  expect(sizeOf(JSON.parse(JSON.stringify(toyWireSchemaAbsent)))).toMatchObject({ unions: 1, optional: 1, depth: 2 });
});

test.each([
  [{}, true],
  [{ properties: 6 }, true],
  [{ properties: 5 }, false],
  [{ properties: 6, depth: 1 }, false],
])('with the limits %j it fits: %j', (limits, expected) => {
  expect(fits(JSON.parse(JSON.stringify(toyWireSchema)), limits)).toBe(expected);
});

test.each([
  [250, 0],
  [251, 251 * 10],
])('an enum of %i values counts %i characters as a long one', (length, longEnum) => {
  const values = Array.from({ length }, (_, index) => `value${index}`.padEnd(10, '_'));
  expect(sizeOf({ type: 'string', enum: values })).toMatchObject({ enumValues: length, longEnum });
});
