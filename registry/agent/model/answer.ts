import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { isObject } from '../core/event.ts';
import { inexactNumber, parseJson } from '../core/json.ts';
import type { ModelAnswer } from '../core/model.ts';
import { redact } from '../core/sanitize.ts';

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
  // An invalid one counts, too: next to it, a valid one may be a quote.
  const said = readings.filter(({ error, isWrapped }) => isWrapped || error === undefined);
  const [first, ...others] = said;
  if (!first) {
    const isText = found.length === 0 && schema.safeParse(text).success;
    return isText ? { step: text } : { step: undefined, text, error: EXPECTED };
  }
  const { step, error, isAsked } = first;
  if (others.some((other) => !isDeepStrictEqual(other.step, step))) {
    return { step: undefined, text, error: '✖ Invalid answer: it has several next steps' };
  }
  if (error !== undefined) return { step, text, error };
  return isAsked ? { step } : { step, help: ['taken out of other text'] };
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

/** A JSON object in an answer. `steps` are the ways to read it as a next step. */
type Found = {
  readonly json: string;
  readonly steps: readonly unknown[];
  /** It has the field `next_step`, as the schema says. */
  readonly isWrapped: boolean;
  /** It is the whole answer. */
  readonly isWhole: boolean;
};

/**
 * Returns the objects in an answer that may be its next step: the answer itself, or those after
 * what the model thought, and between its other words.
 */
function findSteps(answer: string): readonly Found[] {
  const text = answer.replace(/^\ufeff/, '').trim();
  const whole = readObject(text, true);
  if (whole) return [whole];
  const ends = [...text.matchAll(endOfThinking)].map((end) => end.index + end[0].length);
  // Later signs may be inside of the step: a text can have one.
  for (const start of [0, ends[0] ?? 0, ends.slice(-1)[0] ?? 0]) {
    const found = objectsIn(text.slice(start));
    if (found.length > 0) return found;
  }
  return [];
}

const startsOfThinking = [
  '<(?:think|thinking|thought|reasoning)>',
  '\\[THINK\\]',
  // Channels, with and without their marks.
  '<\\|channel\\|>(?:analysis|commentary)',
  '^analysis(?=[A-Z])',
];
const endsOfThinking = [
  '</(?:think|thinking|thought|reasoning)>',
  '\\[/THINK\\]',
  '<\\|channel\\|>final[^{]{0,40}<\\|message\\|>',
  'assistantfinal',
];
const endOfThinking = new RegExp(endsOfThinking.join('|'), 'gi');
const signOfThinking = new RegExp([...startsOfThinking, ...endsOfThinking].join('|'), 'i');

/** Characters that are read to find objects. Braces in prose would take very long otherwise. */
const MAX_READ = 2_000_000;

/** The start of an object, in JSON or nearly. Other braces belong to prose. */
const startOfJson = /^\{\s*(?:["']|\w+\s*:)/;

type Placed = Found & { readonly start: number; readonly end: number };

/**
 * Returns the objects of a text that are meant as the answer: those in a fence, and those that end
 * the text. One that words follow may be a quote, and so may one without `next_step` after words.
 */
function objectsIn(text: string): readonly Found[] {
  const objects = allObjectsIn(text);
  const [first] = objects;
  const last = objects.slice(-1)[0];
  if (!first || !last) return [];
  const endsText = /^[\s`}\]]*$/.test(text.slice(last.end));
  const startsText = text.slice(0, first.start).trim() === '';
  return objects.filter(
    (one) => isFenced(text, one) || (endsText && (one.isWrapped || startsText)),
  );
}

function isFenced(text: string, { start, end }: Placed): boolean {
  const before = text.slice(Math.max(0, start - 20), start);
  return /```\w*\s*$/.test(before) && /^\s*```/.test(text.slice(end, end + 20));
}

/**
 * Returns the objects of a text that are not part of others. Returns none if one is cut off or
 * malformed, because a part of it can look like a step, or if the text has a sign of thinking.
 */
function allObjectsIn(text: string): readonly Placed[] {
  const found: Placed[] = [];
  let left = MAX_READ;
  let outside = '';
  let from = 0;
  let start = text.indexOf('{');
  while (start >= 0 && left > 0) {
    const end = endOfObject(text, start) ?? text.length;
    left -= end - start;
    const one = readObject(text.slice(start, end));
    if (one) {
      found.push({ ...one, start, end });
      outside += text.slice(from, start);
      from = end;
    } else if (startOfJson.test(text.slice(start, start + 200))) return [];
    start = text.indexOf('{', one ? end : start + 1);
  }
  return signOfThinking.test(outside + text.slice(from)) ? [] : found;
}

function readObject(json: string, isWhole = false): Found | undefined {
  const value = readJson(json);
  return value === undefined ? undefined : { json, isWhole, ...stepsOf(value, MAX_LEVELS) };
}

/** Returns the index after the brace that closes the object; undefined if none does. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let isText = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (isText && character === '\\') at += 1;
    else if (character === '"') isText = !isText;
    else if (isText) continue;
    else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

/** Some servers put an answer into a list, into a text, or into one more object. */
const MAX_LEVELS = 3;

type Steps = Pick<Found, 'steps' | 'isWrapped'>;
const noSteps: Steps = { steps: [], isWrapped: false };

function stepsOf(value: unknown, levels: number): Steps {
  if (levels === 0) return noSteps;
  if (typeof value === 'string') return stepsOf(parseJson(value), levels - 1);
  if (!isObject(value)) return noSteps;
  if ('next_step' in value) {
    return { steps: [parsed(value['next_step'])], isWrapped: true };
  }
  const items = Object.values(value);
  const inner = items.length === 1 ? stepsOf(items[0], levels - 1) : noSteps;
  if (inner.isWrapped || Array.isArray(value)) return inner;
  return { steps: [value, ...inner.steps], isWrapped: false };
}

/** Returns the object that a text is the JSON of. */
function parsed(step: unknown): unknown {
  const value = typeof step === 'string' ? parseJson(step) : undefined;
  return isObject(value) ? value : step;
}

const textOrSlip =
  /"[^"\\]*(?:\\[^][^"\\]*)*(?:"|$)|,(?=\s*[}\]])|[\u00a0\u200b\u2028\u2029\ufeff]/g;

/** Parses JSON, also with a comma after the last item, or with blanks that JSON does not have. */
function readJson(json: string): unknown {
  const value = parseJson(json);
  if (value !== undefined) return value;
  return parseJson(json.replace(textOrSlip, (part) => (part.startsWith('"') ? part : ' ')));
}
