import * as z from 'zod';
import { oneLine } from '../core/errors.ts';
import { addUsage, type Usage } from '../core/event.ts';
import type { ModelAnswer, ModelRequest } from '../core/model.ts';

/** A message of a chat, in the form that every provider takes. */
export type ChatMessage = {
  readonly role: 'assistant' | 'user';
  readonly content: unknown;
};

/** The answer of a provider. */
export type ModelReply = {
  readonly text: string;
  /** Why the text is not an answer: it was refused or cut off. */
  readonly error?: string | undefined;
  /** The reply as a message, for the repair turn. */
  readonly message: ChatMessage;
  readonly usage?: Usage | undefined;
};

/**
 * Asks for a next step. If the answer is not one, asks once more, with that answer and its errors.
 * The usage is that of both requests, even if the second one fails.
 */
export async function askWithRepair(
  { schema, signal }: Pick<ModelRequest, 'schema' | 'signal'>,
  ask: (repair: readonly ChatMessage[]) => Promise<ModelReply>,
): Promise<ModelAnswer> {
  const first = await ask([]);
  const answer = toAnswer(first, schema);
  if (first.error !== undefined || answer.error === undefined) {
    return answer;
  }
  const content = `That is not a next step:\n${answer.error}\nAnswer again.`;
  const repair = [first.message, { role: 'user', content } as const];
  const second = await ask(repair).catch((error: unknown): ModelReply => {
    signal.throwIfAborted();
    return { text: '', error: oneLine(error), message: first.message };
  });
  return { ...toAnswer(second, schema), usage: totalUsage(first.usage, second.usage) };
}

function toAnswer({ text, error, usage }: ModelReply, schema: z.ZodType): ModelAnswer {
  if (error !== undefined) {
    return { step: undefined, error, usage };
  }
  return { ...parseAnswer(text, schema), usage };
}

function totalUsage(first: Usage | undefined, second: Usage | undefined): Usage | undefined {
  if (!first || !second) return first ?? second;
  return { model: first.model, ...addUsage(first, second) };
}

/**
 * Returns the next step in a model's answer, and what is wrong with it. Undoes what
 * `toStrictSchema` did to optional fields and records.
 */
export function parseAnswer(text: string, schema: z.ZodType): Omit<ModelAnswer, 'usage'> {
  const answer = { step: extractStep(text) };
  for (;;) {
    const { error } = schema.safeParse(answer.step);
    if (error === undefined) return answer;
    const edits = error.issues.flatMap((issue) => editsFor(answer, issue, ['step']) ?? []);
    for (const edit of edits) edit();
    if (edits.length > 0) continue;
    const isUnwrapped = answer.step === undefined || answer.step === text;
    return { ...answer, error: isUnwrapped ? EXPECTED : explain(error) };
  }
}

// Servers that ignore the schema put a Markdown fence around JSON.
const fence = /^\s*```(json)?|```\s*$/gi;

/** Returns undefined if there is no `next_step`. A text that is not JSON is taken as the step. */
function extractStep(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text.replace(fence, ''));
    return z.object({ next_step: z.unknown() }).safeParse(json).data?.next_step;
  } catch {
    return text;
  }
}

const EXPECTED = '✖ Invalid answer: expected {"next_step": {...}}';
const MAX_ISSUES = 20;
const MAX_ERROR_CHARS = 2_000;

function explain({ issues }: z.ZodError): string {
  const error = z.prettifyError({ issues: issues.slice(0, MAX_ISSUES) });
  return error.slice(0, MAX_ERROR_CHARS).replace(/\p{Surrogate}$/u, '');
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];
type Edit = () => void;

/**
 * Returns the edits of `root` that resolve an issue: a null that the schema does not accept is an
 * optional field that was left out, and a list of pairs is a record. Returns undefined for any
 * other issue.
 */
function editsFor(root: object, issue: Issue, from: Path): readonly Edit[] | undefined {
  const path = [...from, ...issue.path];
  if (issue.code === 'invalid_union') {
    return branchEdits(root, issue.errors, path);
  }
  const parent = valueAt(root, path.slice(0, -1));
  if (typeof parent !== 'object' || parent === null) {
    return undefined;
  }
  const key = path.at(-1) ?? '';
  const value: unknown = Reflect.get(parent, key);
  const isRecord = issue.code === 'invalid_type' && issue.expected === 'record';
  if (isRecord && Array.isArray(value) && value.every(isPair)) {
    return [() => replaceWithRecord(parent, key, value)];
  }
  const canBeAbsent = path.length > 1 && !Array.isArray(parent);
  if (value !== null || !canBeAbsent) return undefined;
  return [() => Reflect.deleteProperty(parent, key)];
}

/** Uses the first branch that edits can make valid: in another one, a null may have a meaning. */
function branchEdits(
  root: object,
  branches: readonly (readonly Issue[])[],
  path: Path,
): readonly Edit[] | undefined {
  for (const issues of branches) {
    const edits = issues.map((issue) => editsFor(root, issue, path));
    if (!edits.includes(undefined)) {
      return edits.flatMap((edit) => edit ?? []);
    }
  }
  return undefined;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce((node, key) => {
    if (typeof node !== 'object' || node === null) {
      return undefined;
    }
    return Reflect.get(node, key) as unknown;
  }, root);
}

type Pair = { readonly key: string; readonly value: unknown };

function isPair(item: unknown): item is Pair {
  if (typeof item !== 'object' || item === null) return false;
  return 'value' in item && 'key' in item && typeof item.key === 'string';
}

function replaceWithRecord(parent: object, key: PropertyKey, pairs: readonly Pair[]): void {
  const record = Object.fromEntries(pairs.map((pair) => [pair.key, pair.value]));
  // An assignment would not work for the key `__proto__`.
  const property = { value: record, enumerable: true, writable: true, configurable: true };
  Object.defineProperty(parent, key, property);
}
