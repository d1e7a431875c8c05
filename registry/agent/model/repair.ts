import type * as z from 'zod';
import type { ModelAnswer } from './model.ts';
import { fromWire } from './unwire.ts';
import { plus, type Usage } from './usage.ts';

/** A message as every provider takes it. */
export type Turn = { readonly role: 'assistant' | 'user'; readonly content: unknown };

type Said = { readonly text: string; readonly turn: Turn; readonly usage?: Usage | undefined };

/** Asks for a next step. If the answer is none, asks once more, with that answer and what is wrong with it. */
export async function askWithRepair(
  schema: z.ZodType,
  ask: (turns: readonly Turn[]) => Promise<Said>,
): Promise<ModelAnswer> {
  const { text, turn, usage } = await ask([]);
  if (text === '') throw new Error('the model gave an empty answer');
  const { step, error } = fromWire(text, schema);
  if (error === undefined) return { step, usage };
  const again = await ask([turn, { role: 'user', content: `That is not a next step:\n${error}\nAnswer again.` }]);
  const both = usage && again.usage ? { model: usage.model, ...plus(usage, again.usage) } : (usage ?? again.usage);
  return { ...fromWire(again.text, schema), usage: both };
}
