import { isObject } from '../core/event.ts';

/** A JSON object of Slack. Its fields are read with the functions below: none is certain. */
export type Json = Readonly<Record<string, unknown>>;

/** Returns a field if it is a text, else an empty one. */
export function textIn(object: Json, field: string): string {
  const value = object[field];
  return typeof value === 'string' ? value : '';
}

/** Returns a field if it is an object, else an empty one. */
export function objectIn(object: Json, ...path: readonly string[]): Json {
  let found: unknown = object;
  for (const field of path) found = isObject(found) ? found[field] : undefined;
  return isObject(found) ? found : {};
}

/** Returns the objects of a field that is a list. */
export function listIn(object: Json, field: string): readonly Json[] {
  const value = object[field];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
