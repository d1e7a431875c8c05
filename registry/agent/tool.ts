import * as z from 'zod';
import type { Step } from './event.ts';

type StepSchema = z.ZodObject<{ intent: z.ZodLiteral<string> }>;

export type ToolContext = {
  /** The same on every attempt of one call: hand it to services that deduplicate. */
  readonly idempotencyKey: string;
  /** Fires at the time-out, and when the thread is cancelled. */
  readonly signal: AbortSignal;
};

/** Something code does. Its `schema` is what the model sees; `describe()` is its documentation. */
export type Tool<T extends StepSchema> = {
  readonly schema: T;
  readonly timeoutMs: number;
  /** After a crash or a time-out nobody knows whether it took effect. `retry` runs it again with the same key. */
  readonly onUnknownOutcome: 'retry' | 'ask_human';
  /** Resolves to JSON, or to `pending()`. What it throws is shown to the model. */
  run(step: z.infer<T>, context: ToolContext): Promise<unknown>;
};

/** Ties the type of `run`'s first argument to `schema`. */
export const tool = <T extends StepSchema>(definition: Tool<T>): Tool<T> => definition;

/** What code makes of a next step: it runs something, or it is a person's turn. */
export type Action =
  | { readonly awaits: 'answer' | 'message' }
  | {
      readonly awaits: 'result';
      readonly timeoutMs: number;
      readonly onUnknownOutcome: 'retry' | 'ask_human';
      run(context: ToolContext): Promise<unknown>;
    };

export function runs<T extends StepSchema>({ timeoutMs, onUnknownOutcome, run }: Tool<T>, step: z.infer<T>): Action {
  return { awaits: 'result', timeoutMs, onUnknownOutcome, run: (context) => run(step, context) };
}

/** The next steps an agent can take, and what each one means. */
export type Tools<S extends Step> = { readonly schema: z.ZodType<S>; actionFor(step: S): Action };

/** The union of next steps, by intent. */
export function oneOf<T extends Record<string, { schema: StepSchema }>>(
  steps: T,
): z.ZodType<z.infer<T[keyof T]['schema']>> {
  const [first, ...rest] = Object.values(steps).map(({ schema }) => schema as T[keyof T]['schema']);
  if (first === undefined) throw new RangeError('an agent needs at least one next step');
  return z.discriminatedUnion('intent', [first, ...rest]);
}

const PENDING = Symbol('pending');

/** What a long-running tool returns at once: the outside calls back with the result within `ms`. */
export const pending = (ms: number): unknown => ({ [PENDING]: ms });

export const pendingMs = (result: unknown): number | undefined =>
  typeof result === 'object' && result !== null && PENDING in result ? Number(result[PENDING]) : undefined;
