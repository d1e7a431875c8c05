import type * as z from 'zod';
import type { Usage } from '../event.ts';
import type { ModelAnswer } from './model.ts';
import { fromWire } from './wire.ts';

/** The variables of a process, `process.env` say. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A variable of the environment. An empty one counts as unset. */
export const setting = (env: Env, name: string): string | undefined => env[name]?.trim() || undefined;

/** Those of `names` that are not set. */
export const unset = (env: Env, names: readonly string[]): readonly string[] =>
  names.filter((name) => setting(env, name) === undefined);

/** @throws an error that names the variable, if it is not set */
export function required(env: Env, name: string): string {
  const value = setting(env, name);
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** A message as every provider takes it. */
export type Turn = { readonly role: 'assistant' | 'user'; readonly content: unknown };

/** What a provider answered: its text, the turn that repeats it to the model, and what it took. */
export type Reply = { readonly text: string; readonly turn: Turn; readonly usage: Usage };

/** Asks for a next step. If the answer is none, asks once more, with that answer and what is wrong with it. */
export async function askWithRepair(
  schema: z.ZodType,
  ask: (more: readonly Turn[]) => Promise<Reply>,
): Promise<ModelAnswer> {
  const { text, turn, usage } = await ask([]);
  if (text === '') throw new Error('the model gave an empty answer');
  const { step, error } = fromWire(text, schema);
  if (error === undefined) return { step, usage };
  const again = await ask([turn, { role: 'user', content: `That is not a next step:\n${error}\nAnswer again.` }]);
  const input_tokens = usage.input_tokens + again.usage.input_tokens;
  const output_tokens = usage.output_tokens + again.usage.output_tokens;
  return { ...fromWire(again.text, schema), usage: { input_tokens, output_tokens } };
}
