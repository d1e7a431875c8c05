import * as z from 'zod';
import { isObject, without, type EventOf, type Step } from '../core/event.ts';
import { oneOf, tool } from '../core/tool.ts';
import type { Action, RunOptions, StepSchema, Tool } from '../core/tool.ts';
import type { Flow, Pipeline } from '../workflow/flow.ts';
import { pipelineAgent } from '../workflow/pipeline.ts';
import { StepFailed } from '../workflow/replay.ts';

const MAX_STEPS = 20;
/** ms to start the thread of a plan, or to look at it. */
const START_MS = 30_000;
const DAY_MS = 86_400_000;

/** The name of the agent that runs plans, in `agents` of `agent.ts`. */
const AGENT = 'plan';

type Tools<T> = {
  readonly [Intent in keyof T]: Tool<StepSchema<Intent & string>> & RunOptions;
};

/** A tool of the table, for a step that its schema has accepted. */
type Part = {
  readonly schema: StepSchema;
  action(this: void, step: Step): Action;
};
type Parts = ReadonlyMap<string, Part>;

/**
 * Builds the step `run_plan`, by which the model hands in a list of steps of these tools, and the
 * agent that runs them, in order, in a thread of its own.
 * @throws RangeError for a tool that no pipeline can run
 */
export function planOf<T extends Tools<T>>(tools: T) {
  const parts = new Map(Object.entries<Part>(tools));
  for (const [intent, part] of parts) assertFits(intent, part);
  const steps = z.array(oneOf(tools)).min(1).max(MAX_STEPS);
  const runPlan = tool({
    schema: z
      .object({ intent: z.literal('run_plan'), steps })
      .describe('Run several steps in order, without looking at their results in between.'),
    timeoutMs: START_MS,
    // It starts one thread for each call, however often it runs.
    onUnknownOutcome: 'retry',
    longRunning: 'agents',
    async run(plan, { agents }) {
      if (!agents) throw new Error(`agent.ts has no other agents: wire ${AGENT} there`);
      const text = plan.steps.map(({ intent }) => intent).join(', ');
      return await agents.ask(AGENT, {
        text,
        data: { steps: plan.steps },
      });
    },
  });
  return {
    runPlan,
    planAgent: pipelineAgent(planPipeline(parts, steps), rules),
  };
}

function assertFits(intent: string, { schema }: Part): void {
  if (!Object.keys(schema.shape).includes('options')) return;
  throw new RangeError(`a plan cannot have ${intent}: a field called options has another meaning`);
}

/** The plan was approved as a whole, where that was needed. */
const rules: Parameters<typeof pipelineAgent>[1] = {
  needsApproval: () => 'run',
  budgets: {
    steps: 100,
    errorsInARow: 5,
    repeats: MAX_STEPS + 1,
    tokens: 1_000_000,
    usd: 10,
  },
  expiry: { afterMs: 30 * DAY_MS, outcome: 'denied' },
};

function planPipeline(parts: Parts, schema: z.ZodType<readonly Step[]>): Pipeline {
  return async ({ message, step }) => {
    const steps = stepsIn(message, schema);
    if (!steps)
      return {
        message: 'Nothing ran: these are no steps that run_plan has started.',
      };
    return await runInOrder(steps, parts, step);
  };
}

/** Only a call of another thread starts a plan: there it was approved. */
function stepsIn(
  { data, parent }: EventOf<'message'>,
  schema: z.ZodType<readonly Step[]>,
): readonly Step[] | undefined {
  if (!parent || !isObject(data)) return undefined;
  return schema.safeParse(data['steps']).data;
}

type Ran = {
  readonly step: Step;
  readonly result: unknown;
};

/** Stops at the first failure, and tells what ran, what failed and what did not run. */
async function runInOrder(steps: readonly Step[], parts: Parts, run: Flow['step']) {
  const ran: Ran[] = [];
  for (const step of steps) {
    try {
      ran.push({
        step,
        result: await runOne(step, parts, run),
      });
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      const failed = { step, error: error.message };
      const did_not_run = steps.slice(ran.length + 1);
      const where = `step ${ran.length + 1} of ${steps.length}, ${step.intent}, failed`;
      return {
        message: `Stopped: ${where}.`,
        ran,
        failed,
        did_not_run,
      };
    }
  }
  return {
    message: `All ran: ${steps.length} of ${steps.length}.`,
    ran,
  };
}

/** Runs a step as a call of the plan's thread, by the rules of its tool. */
async function runOne(step: Step, parts: Parts, run: Flow['step']): Promise<unknown> {
  const action = parts.get(step.intent)?.action(step);
  if (action?.awaits !== 'result') throw new Error(`${step.intent} does not run`);
  const { timeoutMs, onUnknownOutcome, longRunning = false } = action;
  const options = {
    timeoutMs,
    onUnknownOutcome,
    longRunning,
  };
  return await run(step.intent, without(step, 'intent'), (context) => action.run(context), options);
}
