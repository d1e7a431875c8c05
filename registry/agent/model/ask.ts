import * as z from 'zod';
import { oneLine } from '../core/errors.ts';
import type { Model } from '../core/model.ts';

type Options = { readonly system?: string; readonly signal?: AbortSignal };

/** One typed call, without a thread: what the model says to `text`, as `schema` has it. @throws if it says nothing that fits */
export async function ask<T extends z.ZodType>(
  model: Model,
  schema: T,
  text: string,
  { system = 'Answer what you are asked.', signal = new AbortController().signal }: Options = {},
): Promise<z.infer<T>> {
  const { step, error } = await model({ system, blocks: [text], events: [], schema, signal });
  // First, since a schema may take it for an answer that there is none.
  if (error !== undefined) throw misfit(error);
  const answer = schema.safeParse(step);
  if (answer.success) return answer.data;
  throw misfit(z.prettifyError(answer.error));
}

const misfit = (why: string): Error =>
  new Error(oneLine(`the model's answer does not fit: ${why}`));
