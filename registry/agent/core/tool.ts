import * as z from 'zod';
import type { Step } from './event.ts';

type StepSchema<Intent extends string = string> = z.ZodObject<{ intent: z.ZodLiteral<Intent> }>;

export type ToolContext = {
  /** The same on every attempt of one call: hand it to services that deduplicate. */
  readonly idempotencyKey: string;
  /** Fires at the time-out, and when the thread is cancelled. */
  readonly signal: AbortSignal;
};

type HowToRun = {
  readonly timeoutMs: number;
  /** After a crash or a time-out nobody knows whether it took effect. `retry` runs it again with the same key. */
  readonly onUnknownOutcome: 'retry' | 'ask_human';
};

/** What code makes of a next step: it is a person's turn, or something runs. */
export type Action =
  | { readonly awaits: 'answer' | 'message' }
  | (HowToRun & { readonly awaits: 'result'; run(context: ToolContext): Promise<unknown> });

/** Something code does. `schema` is what the model sees of it; its `describe()` is the documentation. */
export type Tool<T extends StepSchema> = { readonly schema: T; action(step: z.infer<T>): Action };

type Definition<T extends StepSchema> = HowToRun & {
  readonly schema: T;
  /** Resolves to JSON, or to `pending()`. What it throws is shown to the model. */
  run(step: z.infer<T>, context: ToolContext): Promise<unknown>;
};

export function tool<T extends StepSchema>({ schema, run, ...how }: Definition<T>): Tool<T> {
  return {
    schema,
    action: (step) => ({ awaits: 'result', ...how, run: (context) => run(step, context) }),
  };
}

/** The next steps an agent can take, and what each one means. */
export type Tools<S extends Step> = { readonly schema: z.ZodType<S>; actionFor(step: S): Action };

type Steps<T> = { readonly [Intent in keyof T]: { readonly schema: StepSchema<Intent & string> } };

/** The union of next steps, by intent. @throws if one is transformed while it is read: steps are saved, and read again */
export function oneOf<T extends Steps<T>>(steps: T): z.ZodType<z.infer<T[keyof T]['schema']>> {
  const [first, ...rest] = Object.values<Steps<T>[keyof T]>(steps).map(
    ({ schema }) => schema as T[keyof T]['schema'],
  );
  if (first === undefined) throw new RangeError('an agent needs at least one next step');
  const union = z.discriminatedUnion('intent', [first, ...rest]);
  z.toJSONSchema(union);
  return union;
}

const PENDING = Symbol('pending');

/** What a long-running tool returns at once: the outside calls back with the result within `ms`. */
export const pending = (ms: number): unknown => ({ [PENDING]: ms });

export const pendingMs = (result: unknown): number | undefined =>
  typeof result === 'object' && result !== null && PENDING in result
    ? Number(result[PENDING])
    : undefined;
