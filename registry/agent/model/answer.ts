import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { oneLine } from '../core/errors.ts';
import { addUsage, isObject, type Usage } from '../core/event.ts';
import { inexactNumber, parseJson } from '../core/json.ts';
import type { ModelAnswer, ModelRequest } from '../core/model.ts';
import { redact, wellFormed } from '../core/sanitize.ts';
import { findSteps, type Found } from './find-step.ts';

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
  const repair = [
    { role: 'assistant', content: wellFormedIn(first.content ?? first.text) },
    { role: 'user', content: `That is not a next step:\n${answer.error}\nAnswer again.` },
  ] as const;
  const second = await ask(repair).catch((error: unknown): ModelReply => {
    signal.throwIfAborted();
    return { text: first.text, error: oneLine(error) };
  });
  const { help = [], ...repaired } = toAnswer(second, schema);
  const usage = totalUsage(first.usage, second.usage);
  return { ...repaired, usage, help: ['asked again', ...help] };
}

/** Returns the value with whole characters: providers reject a half of one. */
function wellFormedIn(value: unknown): unknown {
  const toWhole = (_: string, item: unknown) =>
    typeof item === 'string' ? wellFormed(item) : item;
  return JSON.parse(JSON.stringify(value, toWhole));
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
 * Returns the next step in a model's answer, and what is wrong with it. It may stand between other
 * words, but there must be one, and whole. A null that the schema does not accept is a field that
 * was left out. There is no step if a number in it would be rounded.
 */
export function parseAnswer(text: string, schema: z.ZodType): Omit<ModelAnswer, 'usage'> {
  const found = findSteps(text);
  const readings = found.flatMap((one) => one.steps.map((step) => read(step, one, schema)));
  const [right, ...others] = readings.filter(({ error }) => error === undefined);
  if (right) {
    if (others.some(({ step }) => !isDeepStrictEqual(step, right.step))) {
      return { step: undefined, text, error: '✖ Invalid answer: it has several next steps' };
    }
    return right.isAsked
      ? { step: right.step }
      : { step: right.step, help: ['taken out of other text'] };
  }
  const wrong = readings.findLast(({ isWrapped }) => isWrapped);
  if (wrong) return { step: wrong.step, text, error: wrong.error ?? EXPECTED };
  const isText = found.length === 0 && schema.safeParse(text).success;
  return isText ? { step: text } : { step: undefined, text, error: EXPECTED };
}

function read(step: unknown, { json, isWrapped, isWhole }: Found, schema: z.ZodType) {
  const inexact = inexactNumber(json);
  const error = inexact ? `✖ ${inexact}: write it as a text` : problemOf(step, schema);
  return { step: inexact ? undefined : step, error, isWrapped, isAsked: isWrapped && isWhole };
}

/** Returns what is wrong with a step. First corrects what is certain to be meant otherwise. */
function problemOf(step: unknown, schema: z.ZodType): string | undefined {
  for (;;) {
    const { error } = schema.safeParse(step);
    if (error === undefined) return undefined;
    const fixes = error.issues.flatMap((issue) => fixesOf(step, issue) ?? []);
    for (const { owner, key, value } of fixes) {
      if (value === undefined) Reflect.deleteProperty(owner, key);
      else Reflect.set(owner, key, value);
    }
    if (fixes.length > 0) continue;
    const start = redact(z.prettifyError(error)).slice(0, MAX_ERROR_CHARS);
    return start.replace(/\p{Surrogate}$/u, '');
  }
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];
/** The value that a field gets. Without one, the field is removed. */
type Fix = { readonly owner: object; readonly key: PropertyKey; readonly value?: object };

/**
 * Returns what resolves an issue, or undefined if nothing does: a null is removed, and a text that
 * is the JSON of an object or list becomes that one. In a union, takes the first branch that
 * becomes valid: in another one, a null may have a meaning.
 */
function fixesOf(step: unknown, issue: Issue, from: Path = []): readonly Fix[] | undefined {
  const path = [...from, ...issue.path];
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.map((issues) => issues.map((one) => fixesOf(step, one, path)));
    const branch = branches.find((fixes) => !fixes.includes(undefined));
    return branch?.flatMap((fixes) => fixes ?? []);
  }
  const key = path.pop();
  if (key === undefined) return undefined;
  const owner = path.reduce(fieldOf, step);
  if (!isObject(owner)) return undefined;
  const field = fieldOf(owner, key);
  if (field === null && !Array.isArray(owner)) return [{ owner, key }];
  const value = typeof field === 'string' ? parseJson(field) : undefined;
  return isExpected(value, issue) ? [{ owner, key, value }] : undefined;
}

function isExpected(value: unknown, issue: Issue): value is object {
  if (!isObject(value) || issue.code !== 'invalid_type') return false;
  const expected = Array.isArray(value) ? ['array'] : ['object', 'record'];
  return expected.includes(issue.expected);
}

function fieldOf(owner: unknown, key: PropertyKey): unknown {
  return isObject(owner) ? Reflect.get(owner, key) : undefined;
}
