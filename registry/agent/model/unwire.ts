import * as z from 'zod';

/** The next step in a model's answer, and what is wrong with it. A text that is not JSON is a step that no schema takes. */
export function fromWire(text: string, schema: z.ZodType): { step: unknown; error?: string } {
  const said = { step: unwrap(text) };
  while (mend(said, schema.safeParse(said.step).error?.issues));
  const { step } = said;
  const { error } = schema.safeParse(step);
  if (error === undefined) return { step };
  const isWrapped = step !== undefined && step !== text;
  return { step, error: isWrapped ? z.prettifyError(error) : '✖ Invalid answer: expected {"next_step": {...}}' };
}

/** What servers that ignore the schema put around JSON. */
const fence = /^\s*```(json)?|```\s*$/gi;

function unwrap(text: string): unknown {
  try {
    return Object(JSON.parse(text.replace(fence, ''))).next_step;
  } catch {
    return text;
  }
}

/**
 * Takes back what a strict schema made of values: a null that the schema does not take stands for a field that was
 * left out, a list of pairs for a record. Returns whether it changed anything.
 */
function mend(
  said: object,
  issues: readonly z.core.$ZodIssue[] = [],
  from: readonly PropertyKey[] = ['step'],
): boolean {
  const changes = issues.map((issue) => {
    const path = [...from, ...issue.path];
    if (issue.code === 'invalid_union') return issue.errors.some((nested) => mend(said, nested, path));
    const parent: unknown = path.slice(0, -1).reduce<unknown>((node, key) => Object(node)[key], said);
    const key = path.at(-1) ?? '';
    const value: unknown = Object(parent)[key];
    const isRecord = issue.code === 'invalid_type' && issue.expected === 'record' && Array.isArray(value);
    if (isRecord && value.every(isPair)) {
      const record = Object.fromEntries(value.map((pair) => [pair.key, pair.value]));
      return Reflect.defineProperty(Object(parent), key, {
        value: record,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return value === null && path.length > 1 && !Array.isArray(parent) && Reflect.deleteProperty(Object(parent), key);
  });
  return changes.includes(true);
}

const isPair = (item: unknown): item is { key: string; value: unknown } =>
  typeof item === 'object' && item !== null && 'key' in item && typeof item.key === 'string' && 'value' in item;
