import * as z from 'zod';
import type { Step } from './event.ts';
import { viewThread, type ThreadView } from './thread-view.ts';

export type StepSchema<Intent extends string = string> = z.ZodObject<{
  intent: z.ZodLiteral<Intent>;
}>;

export type ToolContext = {
  /** The same on every attempt of one call: pass it to services that deduplicate. */
  readonly idempotencyKey: string;
  /** Counts the attempts of the call, from 1. */
  readonly attempt: number;
  /** Fires at the timeout, and when the thread is cancelled. */
  readonly signal: AbortSignal;
  /** For whom it runs, and what has happened. */
  readonly thread: ThreadView;
  /** Missing if agent.ts has no other agents. */
  readonly agents?: AgentCalls | undefined;
};

/** The means of a call to start threads of other agents, and to end its own parts. */
export type AgentCalls = {
  /**
   * Starts a thread of another agent for the call, or for a part of it. Once it has ended, resolves
   * to its answer; until then to `pending()`.
   */
  ask: (agent: string, task: Task, part?: string) => Promise<unknown>;
  /** Saves how a part of the call ended, once. Resolves to `pending()` if the store failed. */
  endPart: (part: string, outcome: PartOutcome) => Promise<unknown>;
};
export type Task = Readonly<{ text?: string; data?: unknown }>;
export type PartOutcome = { readonly result: unknown } | { readonly error: string };

/** A test may leave out the attempt and the thread. */
export type RunContext = Partial<ToolContext> & Pick<ToolContext, 'idempotencyKey' | 'signal'>;

export type RunOptions = {
  readonly timeoutMs: number;
  /** After a crash or a timeout, `retry` runs the tool again with the same key. */
  readonly onUnknownOutcome: 'retry' | 'ask_human';
  /**
   * The tool may return `pending()`: then another system reports the outcome, or with `'agents'`
   * only a thread that it started.
   */
  readonly longRunning?: boolean | 'agents';
  /** Fields of text that people may see while the model writes them, before policy decides. */
  readonly drafts?: readonly string[];
};

/** Runs a tool. */
export type RunAction = RunOptions & {
  readonly awaits: 'result';
  /** Its arguments come from code, so that no person can edit them. */
  readonly isFixed?: boolean;
  run(this: void, context: RunContext): Promise<unknown>;
};

/** The meaning of a next step: a tool runs, or a person speaks next. */
export type Action = RunAction | { readonly awaits: 'answer' | 'message' };

/** A step that runs code. The model sees `schema`; `describe()` on it is the documentation. */
export type Tool<T extends StepSchema> = {
  readonly schema: T;
  action(this: void, step: z.infer<T>): Action;
};

type ToolDefinition<T extends StepSchema> = RunOptions & {
  readonly schema: T;
  /** Resolves to JSON, or to `pending()`. The model sees the message of what it throws. */
  run(this: void, step: z.infer<T>, context: ToolContext): Promise<unknown>;
};

export function tool<T extends StepSchema>(definition: ToolDefinition<T>): Tool<T> & RunOptions {
  const { schema, run, ...options } = definition;
  const thread = viewThread({ id: '', events: [] }, 0);
  const defaults = { attempt: 1, thread };
  return {
    ...options,
    schema,
    action: (step) => ({
      awaits: 'result',
      ...options,
      run: async (context) => await run(step, { ...defaults, ...context }),
    }),
  };
}

/** The next steps that an agent can take, and what each one means. */
export type Tools<S extends Step> = {
  readonly schema: z.ZodType<S>;
  actionFor(this: void, step: S): Action;
};

type Steps<T> = {
  readonly [Intent in keyof T]: { readonly schema: StepSchema<Intent & string> };
};

/** Builds the union of next steps. @throws for a schema that transforms: steps are parsed again */
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

/** The result of a long-running tool: the outside reports the outcome within `ms`. */
export function pending(ms: number): unknown {
  return { [PENDING]: ms };
}

/** Returns the milliseconds of a `pending()` result; undefined for any other. */
export function pendingMs(result: unknown): number | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  return PENDING in result ? Number(result[PENDING]) : undefined;
}
