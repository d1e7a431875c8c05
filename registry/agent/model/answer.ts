import * as z from 'zod';
import { oneLine } from '../core/errors.ts';
import { addUsage, isObject, type Usage } from '../core/event.ts';
import { inexactNumber, parseJson } from '../core/json.ts';
import type { ModelAnswer, ModelRequest } from '../core/model.ts';
import { redact } from '../core/sanitize.ts';
import type { ReportedUsage } from './prices.ts';

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
  /** The text with everything around it, for the repair turn. `text` if it is left out. */
  readonly content?: unknown;
  readonly usage?: ReportedUsage | undefined;
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
  const repair = [
    { role: 'assistant', content: first.content ?? first.text },
    { role: 'user', content: `That is not a next step:\n${answer.error}\nAnswer again.` },
  ] as const;
  const second = await ask(repair).catch((error: unknown): ModelReply => {
    signal.throwIfAborted();
    return { text: first.text, error: oneLine(error) };
  });
  return { ...toAnswer(second, schema), usage: totalUsage(first.usage, second.usage) };
}

function toAnswer({ text, error, usage }: ModelReply, schema: z.ZodType): ModelAnswer {
  if (error !== undefined) {
    return { step: undefined, error, text, usage };
  }
  return { ...parseAnswer(text, schema), usage };
}

function totalUsage(first: Usage | undefined, second: Usage | undefined): Usage | undefined {
  if (!first || !second) return first ?? second;
  return { model: first.model, ...addUsage(first, second) };
}

const EXPECTED = '✖ Invalid answer: expected {"next_step": {...}}';
const MAX_ERROR_CHARS = 2_000;

/**
 * Returns the next step in a model's answer, and what is wrong with it. A null that the schema does
 * not accept is a field that was left out. There is no step if a number in it would be rounded.
 */
export function parseAnswer(text: string, schema: z.ZodType): Omit<ModelAnswer, 'usage'> {
  const answer = { step: extractStep(text) };
  const inexact = answer.step === text ? undefined : inexactNumber(text);
  if (inexact) {
    return { step: undefined, text, error: `✖ ${inexact}: write it as a text` };
  }
  for (;;) {
    const { error } = schema.safeParse(answer.step);
    if (error === undefined) return answer;
    const nulls = error.issues.flatMap((issue) => nullsIn(answer.step, issue) ?? []);
    for (const { owner, key } of nulls) Reflect.deleteProperty(owner, key);
    if (nulls.length > 0) continue;
    const isUnwrapped = answer.step === undefined || answer.step === text;
    const problem = isUnwrapped ? EXPECTED : z.prettifyError(error);
    const start = redact(problem).slice(0, MAX_ERROR_CHARS);
    return { ...answer, text, error: start.replace(/\p{Surrogate}$/u, '') };
  }
}

const Wrapped = z.object({ next_step: z.unknown() });

// Servers that ignore the schema put a Markdown fence around JSON.
const fence = /^\s*```(json)?|```\s*$/gi;

/** Returns undefined if there is no `next_step`. A text that is not JSON is taken as the step. */
function extractStep(text: string): unknown {
  const json = parseJson(text.replace(fence, ''));
  if (json === undefined) return text;
  return Wrapped.safeParse(json).data?.next_step;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];
type Field = { readonly owner: object; readonly key: PropertyKey };

/**
 * Returns the null fields whose removal resolves an issue. Returns undefined if nothing does. In a
 * union, it takes the first branch that becomes valid: in another one, a null may have a meaning.
 */
function nullsIn(step: unknown, issue: Issue, from: Path = []): readonly Field[] | undefined {
  const path = [...from, ...issue.path];
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.map((issues) => issues.map((one) => nullsIn(step, one, path)));
    const branch = branches.find((nulls) => !nulls.includes(undefined));
    return branch?.flatMap((nulls) => nulls ?? []);
  }
  const key = path.pop();
  if (key === undefined) return undefined;
  const owner = path.reduce(fieldOf, step);
  if (!isObject(owner) || Array.isArray(owner) || fieldOf(owner, key) !== null) return undefined;
  return [{ owner, key }];
}

function fieldOf(owner: unknown, key: PropertyKey): unknown {
  return isObject(owner) ? Reflect.get(owner, key) : undefined;
}
