import * as z from 'zod';
import { withTimeout } from '../core/deadline.ts';
import { oneLine } from '../core/errors.ts';
import type { Step } from '../core/event.ts';
import { toJson } from '../core/store.ts';
import { oneOf, pendingMs, tool } from '../core/tool.ts';
import type { Action, RunOptions, StepSchema, Tool, ToolContext } from '../core/tool.ts';

/** Calls in one step. */
const MIN_CALLS = 2;
const MAX_CALLS = 8;

/** Milliseconds in which a part that is given up at its timeout still becomes a result. */
const GRACE_MS = 1_000;

type Tools<T> = {
  readonly [Intent in keyof T]: Tool<StepSchema<Intent & string>> & RunOptions;
};

/** A tool of the table, for a step that its schema has accepted. */
type Part = RunOptions & { action(this: void, step: Step): Action };

/** The outcome of one call. `error` is one line. */
export type PartResult = { readonly call: Step } & (
  { readonly result: unknown } | { readonly error: string }
);

/**
 * Builds a tool that runs several calls of other tools at once. Those only read: after a crash all
 * calls run again, each with its key.
 * @throws RangeError for a tool that is not safe to run again, or that is long-running
 */
export function many<T extends Tools<T>>(tools: T) {
  const parts = new Map(Object.entries<Part>(tools));
  for (const [intent, part] of parts) assertRepeatable(intent, part);
  const timeouts = [...parts.values()].map(({ timeoutMs }) => timeoutMs);
  return tool({
    schema: z
      .object({
        intent: z.literal('many'),
        calls: z.array(oneOf(tools)).min(MIN_CALLS).max(MAX_CALLS),
      })
      .describe('Run several calls at once, if none needs the result of another.'),
    timeoutMs: Math.max(...timeouts) + GRACE_MS,
    onUnknownOutcome: 'retry',
    run: ({ calls }, context) => runAll(parts, calls, context),
  });
}

function assertRepeatable(intent: string, { onUnknownOutcome, longRunning }: RunOptions): void {
  if (onUnknownOutcome === 'retry' && !longRunning) return;
  const needed = "a tool with onUnknownOutcome: 'retry' that is not long-running";
  throw new RangeError(`many cannot run ${intent}: it needs ${needed}`);
}

type Parts = ReadonlyMap<string, Part>;

/** @throws if all failed, so that it counts as an error of the thread */
async function runAll(
  parts: Parts,
  calls: readonly Step[],
  context: ToolContext,
): Promise<readonly PartResult[]> {
  const results = await Promise.all(
    calls.map((call, index) => {
      const idempotencyKey = `${context.idempotencyKey}:${index}`;
      return settle(parts.get(call.intent), call, { ...context, idempotencyKey });
    }),
  );
  const errors = results.flatMap((part) => ('error' in part ? part.error : []));
  if (errors.length < results.length) return results;
  throw new Error(`all ${calls.length} calls failed: ${[...new Set(errors)].join('; ')}`);
}

async function settle(
  part: Part | undefined,
  call: Step,
  context: ToolContext,
): Promise<PartResult> {
  try {
    return { call, result: toJson(await runPart(part, call, context)) };
  } catch (error) {
    return { call, error: oneLine(error) };
  }
}

async function runPart(part: Part | undefined, call: Step, context: ToolContext): Promise<unknown> {
  const action = part?.action(call);
  if (action?.awaits !== 'result') throw new Error(`${call.intent} does not run`);
  assertRepeatable(call.intent, action);
  const result = await withTimeout(action.timeoutMs, context.signal, (signal) =>
    action.run({ ...context, signal }),
  );
  if (pendingMs(result) === undefined) return result;
  throw new Error('it returned pending(), and no one waits for its end');
}
