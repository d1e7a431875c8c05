import type * as z from 'zod';
import { fits } from './limits.ts';
import type { Provider } from './provider.ts';
import { toWireSchema, type JsonSchema } from './wire.ts';

/** A schema as it is sent: for the provider's strict mode, or in words. */
export type Wire = { readonly schema: JsonSchema; isStrict: boolean };

/** Translates each schema once: for many tools, that takes longer than all else before a request is sent. */
export function translator({ optional, limits }: Pick<Provider<unknown>, 'optional' | 'limits'>) {
  const known = new WeakMap<z.ZodType, Wire>();
  return (asked: z.ZodType): Wire => {
    const before = known.get(asked);
    if (before) return before;
    const schema = toWireSchema(asked, optional);
    const wire = { schema, isStrict: fits(schema, limits) };
    known.set(asked, wire);
    return wire;
  };
}

/** The part of a request that says what the answer must match. */
export const described = (system: string, { schema, isStrict }: Wire) =>
  isStrict ? { system, schema } : { system: `${system}\n\n${inWords(schema)}` };

const inWords = (schema: JsonSchema): string =>
  `Answer with one JSON object that matches this JSON schema, and with nothing else:\n${JSON.stringify(schema)}`;
