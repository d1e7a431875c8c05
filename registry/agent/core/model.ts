import { createHash, type Hash } from 'node:crypto';
import * as z from 'zod';
import type { Event, Usage } from './event.ts';

export type ModelRequest = {
  readonly system: string;
  /** The context window. Its last block is where a provider's cache can end. */
  readonly blocks: readonly string[];
  /** The events behind `blocks`, for scripts. Adapters do not read them. */
  readonly events: readonly Event[];
  readonly schema: z.ZodType;
  readonly signal: AbortSignal;
  /** Called with the reason before another attempt. */
  onRetry?: (reason: string) => void;
  /**
   * Gets the whole answer so far, each time that more of it arrives, and an empty text if that is
   * withdrawn. A model streams only if it is set.
   */
  onText?: ((text: string) => void) | undefined;
};

/**
 * The texts of a step, by field, as far as the model has written them. They are for people to see:
 * a draft is never saved and never acted on.
 */
export type Draft = { readonly intent: string; readonly texts: Readonly<Record<string, string>> };

/** `step` is not validated yet. `error` says what is wrong with it, if the adapter knows. */
export type ModelAnswer = Readonly<{
  step: unknown;
  error?: string;
  /** The words of the model, if they are not a step. */
  text?: string | undefined;
  usage?: Usage | undefined;
  /** The help that was needed to get a step, such as `asked again`. Missing if none was. */
  help?: readonly string[] | undefined;
}>;

/** Turns a context window into a next step. @throws if it cannot; the loop appends the reason */
export type Model = ((request: ModelRequest) => Promise<ModelAnswer>) & {
  /** Set by a scripted model: its topic, an example message, and what to do for a real model. */
  readonly scripted?: {
    readonly about: string;
    readonly example: string;
    readonly instead?: string;
  };
  /** Milliseconds until the loop stops waiting for an answer; ten minutes by default. */
  readonly timeoutMs?: number;
  /** Returns the required environment variables that are not set. */
  missing?: () => readonly string[];
  /** Returns the exact request that it would send. */
  preview?: (request: ModelRequest) => { readonly url: string; readonly body: object };
};

/** Returns the JSON schema of a next step, as a model may see it. */
export const jsonSchemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/** By the first event of a thread: its next window mostly begins with the last one. */
const windows = new WeakMap<object, { readonly parts: readonly string[]; readonly hash: Hash }>();
const schemas = new WeakMap<z.ZodType, string>();

/** Returns the start of the SHA-256 of prompt, JSON schema and blocks, each after its length. */
export function requestHash(request: Omit<ModelRequest, 'signal'>): string {
  const { system, schema, blocks, events } = request;
  const text = schemas.get(schema) ?? JSON.stringify(jsonSchemaOf(schema));
  schemas.set(schema, text);
  const parts = [system, text, ...blocks];
  const last = windows.get(events[0] ?? schema);
  const goesOn = last?.parts.every((part, index) => part === parts[index]);
  const { parts: done, hash } = last && goesOn ? last : { parts: [], hash: createHash('sha256') };
  for (const part of parts.slice(done.length)) hash.update(`${part.length}:${part}`);
  windows.set(events[0] ?? schema, { parts, hash });
  return hash.copy().digest('hex').slice(0, 16);
}
