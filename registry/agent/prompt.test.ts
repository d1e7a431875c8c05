import { expect, test } from 'vitest';
import * as z from 'zod';
import { prompt } from './prompt.ts';
import { nextStep } from './tools.ts';

test('every step that the instructions explain exists', () => {
  const explained = [...prompt.matchAll(/^- (\w+):/gm)].map(([, intent]) => intent);
  const known = [...JSON.stringify(z.toJSONSchema(nextStep)).matchAll(/"const":"(\w+)"/g)].map(
    ([, intent]) => intent,
  );
  expect(known).toEqual(expect.arrayContaining(explained));
});
