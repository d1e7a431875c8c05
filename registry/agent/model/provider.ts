import * as z from 'zod';
import type { Size } from './limits.ts';
import type { Counts } from './prices.ts';
import type { Turn } from './repair.ts';
import type { Settings } from './settings.ts';
import type { JsonSchema, Optional } from './wire.ts';

/** How many tokens, in an answer. One that lies about it is refused: no budget would hold. */
export const Tokens = z.int().nonnegative();

/** What a provider is asked. Without a `schema`, `system` has it as text. */
export type Question = {
  readonly model: string;
  readonly effort?: string | undefined;
  readonly system: string;
  readonly blocks: readonly string[];
  readonly schema?: JsonSchema | undefined;
  /** What was said since, in the repair turn. */
  readonly turns: readonly Turn[];
};

/** What a provider answered. */
export type Reply = {
  readonly text: string;
  /** Why the text is no answer: a refusal, or the end of what was allowed. It is paid for all the same. */
  readonly error?: string | undefined;
  /** Repeats the answer to the model. */
  readonly turn: Turn;
  /** Undefined where the provider does not say. */
  readonly took?: (Counts & { readonly reasoning?: number | undefined; readonly usd?: number | undefined }) | undefined;
};

/** A provider's API: what tells it from the others. */
export type Provider<A> = {
  readonly name: string;
  /** Of its variables. */
  readonly prefix: string;
  readonly defaults: Settings;
  /** What it cannot do without. */
  readonly needs: readonly (keyof Settings)[];
  /** Behind the base URL. */
  readonly path: string;
  readonly optional: Optional;
  /** What its strict mode takes. */
  readonly limits: Partial<Size>;
  headers(apiKey: string): Readonly<Record<string, string>>;
  body(question: Question): object;
  readonly answer: z.ZodType<A>;
  reply(answer: A): Reply;
};
