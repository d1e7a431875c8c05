import { oneLine } from './errors.ts';

/** Returns undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Converts a tool's result to JSON. Never throws: the tool has run already. */
export function toJson(value: unknown): unknown {
  try {
    const text = JSON.stringify(value ?? null, (_, item: unknown) => toSerializable(item));
    return JSON.parse(text ?? 'null');
  } catch {
    return '[not JSON]';
  }
}

/** Converts what JSON would lose. */
function toSerializable(item: unknown): unknown {
  if (item instanceof Error) return oneLine(item);
  if (item instanceof Map || item instanceof Set) return [...item];
  return typeof item === 'bigint' ? String(item) : item;
}
