import * as z from 'zod';
import { oneLine } from '../core/errors.ts';
import type { Model } from '../core/model.ts';

type AskOptions = {
  readonly system?: string;
  readonly signal?: AbortSignal;
};

/** Makes one typed call without a thread. @throws if the answer does not match `schema` */
export async function ask<T extends z.ZodType>(
  model: Model,
  schema: T,
  text: string,
  options: AskOptions = {},
): Promise<z.infer<T>> {
  const { system = 'Answer what you are asked.' } = options;
  const { signal = new AbortController().signal } = options;
  const request = { system, blocks: [text], events: [], schema, signal };
  const { step, error } = await model(request);
  // Checked before the schema, which may accept undefined.
  if (error !== undefined) throw mismatch(error);
  const answer = schema.safeParse(step);
  if (!answer.success) {
    throw mismatch(z.prettifyError(answer.error));
  }
  return answer.data;
}

function mismatch(reason: string): Error {
  return new Error(oneLine(`the model's answer does not fit: ${reason}`));
}
