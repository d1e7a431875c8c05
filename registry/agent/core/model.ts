import type * as z from 'zod';
import type { Event } from './event.ts';
import type { Usage } from './event.ts';

export type ModelRequest = {
  /** The instructions. */
  readonly system: string;
  /** The context window. Without errors it is a prefix of the next request's: mark its last block for caching. */
  readonly blocks: readonly string[];
  /** What `blocks` were made from. Scripts read them; adapters do not. */
  readonly events: readonly Event[];
  /** What the answer must match. */
  readonly schema: z.ZodType;
  readonly signal: AbortSignal;
};

/** `step` is what the model said, for the loop to validate; `error` what is wrong with it, if the adapter knows better. */
export type ModelAnswer = {
  readonly step: unknown;
  readonly error?: string;
  readonly usage?: Usage | undefined;
};

/** Turns a context window into a next step. @throws if there is none to be had; the loop records why */
export type Model = ((request: ModelRequest) => Promise<ModelAnswer>) & {
  /** Set by a model that only plays a part: what it can talk about, and a message to try. */
  readonly scripted?: {
    readonly about: string;
    readonly example: string;
    readonly instead?: string;
  };
  /** ms until the loop stops waiting for an answer, if not ten minutes. */
  readonly timeoutMs?: number;
  /** The variables that it cannot do without, and that are not set. */
  missing?(): readonly string[];
  /** The exact request that it would send, for people to look at. */
  preview?(request: ModelRequest): { readonly url: string; readonly body: object };
};
