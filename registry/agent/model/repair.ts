import type * as z from 'zod';
import { oneLine } from '../errors.ts';
import type { ModelAnswer, ModelRequest } from './model.ts';
import { fromWire } from './unwire.ts';
import { plus, type Usage } from './usage.ts';

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
  first && second ? { model: first.model, ...plus(first, second) } : (first ?? second);
