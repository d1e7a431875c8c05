import * as z from 'zod';
import { oneLine } from '../core/errors.ts';
import { addUsage, type Usage } from '../core/event.ts';
import type { ModelAnswer, ModelRequest } from '../core/model.ts';

/** A message as every provider takes it. */
export type Turn = { readonly role: 'assistant' | 'user'; readonly content: unknown };

/** What a model said, the turn that repeats it, and why it is no answer at all, if so. */
export type Said = {
  readonly text: string;
  readonly error?: string | undefined;
  readonly turn: Turn;
  readonly usage?: Usage | undefined;
};

/**
 * Asks for a next step. If the answer is none, asks once more, with that answer and what is wrong with it. Whatever
 * becomes of that, the first answer is paid for.
 */
export async function askWithRepair(
  { schema, signal }: Pick<ModelRequest, 'schema' | 'signal'>,
  ask: (turns: readonly Turn[]) => Promise<Said>,
): Promise<ModelAnswer> {
  const said = await ask([]);
  const step = stepIn(said, schema);
  if (step.error === undefined || said.error !== undefined) return { ...step, usage: said.usage };
  const content = `That is not a next step:\n${step.error}\nAnswer again.`;
  const failed = (error: unknown): Said => {
    signal.throwIfAborted();
    return { text: '', error: oneLine(error), turn: said.turn };
  };
  const again = await ask([said.turn, { role: 'user', content }]).catch(failed);
  return { ...stepIn(again, schema), usage: total(said.usage, again.usage) };
}

const stepIn = ({ text, error }: Said, schema: z.ZodType) =>
  error === undefined ? fromWire(text, schema) : { step: undefined, error };

const total = (first: Usage | undefined, second: Usage | undefined): Usage | undefined =>
  first && second ? { model: first.model, ...addUsage(first, second) } : (first ?? second);

/** The next step in a model's answer, and what is wrong with it. A text that is not JSON is a step that no schema takes. */
export function fromWire(text: string, schema: z.ZodType): { step: unknown; error?: string } {
  const said = { step: unwrap(text) };
  for (;;) {
    const { step } = said;
    const { error } = schema.safeParse(step);
    if (error === undefined) return { step };
    if (mend(said, error.issues)) continue;
    const isWrapped = step !== undefined && step !== text;
    return {
      step,
      error: isWrapped ? explain(error) : '✖ Invalid answer: expected {"next_step": {...}}',
    };
  }
}

/** Of an answer that is wrong all over, as much as somebody would read. */
const explain = ({ issues }: z.ZodError): string =>
  z
    .prettifyError({ issues: issues.slice(0, 20) })
    .slice(0, 2_000)
    .replace(/\p{Surrogate}$/u, '');

/** What servers that ignore the schema put around JSON. */
const fence = /^\s*```(json)?|```\s*$/gi;

function unwrap(text: string): unknown {
  try {
    return Object(JSON.parse(text.replace(fence, ''))).next_step;
  } catch {
    return text;
  }
}

/** Changes `said` towards what the schema takes; false if there is nothing that it could do. */
function mend(said: object, issues: readonly Issue[]): boolean {
  const changes = issues.flatMap((issue) => changesFor(said, issue, ['step']) ?? []);
  for (const change of changes) change();
  return changes.length > 0;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];
type Changes = readonly (() => unknown)[];

/**
 * Takes back what a strict schema made of values: a null that the schema does not take stands for a field that was
 * left out, a list of pairs for a record. Undefined where neither explains the issue.
 */
function changesFor(said: object, issue: Issue, from: Path): Changes | undefined {
  const path = [...from, ...issue.path];
  if (issue.code === 'invalid_union') return changesForBranch(said, issue.errors, path);
  const parent: object = path
    .slice(0, -1)
    .reduce<object>((node, key) => Object(Reflect.get(node, key)), said);
  const key = path.at(-1) ?? '';
  const value: unknown = Reflect.get(parent, key);
  if (
    issue.code === 'invalid_type' &&
    issue.expected === 'record' &&
    Array.isArray(value) &&
    value.every(isPair)
  ) {
    const record = Object.fromEntries(value.map((pair) => [pair.key, pair.value]));
    // Not an assignment: the key may be __proto__.
    return [() => Object.defineProperty(parent, key, { ...ordinary, value: record })];
  }
  const mayBeAbsent = path.length > 1 && !Array.isArray(parent);
  return value === null && mayBeAbsent ? [() => Reflect.deleteProperty(parent, key)] : undefined;
}

/** Of a union, the first branch that changes can make fit: in another, the same null may mean something. */
function changesForBranch(
  said: object,
  branches: readonly (readonly Issue[])[],
  path: Path,
): Changes | undefined {
  const each = branches.map((issues) => issues.map((issue) => changesFor(said, issue, path)));
  return each
    .find((changes) => changes.every((change) => change !== undefined))
    ?.flatMap((change) => change ?? []);
}

const ordinary = { enumerable: true, writable: true, configurable: true };

const isPair = (item: unknown): item is { key: string; value: unknown } =>
  typeof item === 'object' &&
  item !== null &&
  'key' in item &&
  typeof item.key === 'string' &&
  'value' in item;
