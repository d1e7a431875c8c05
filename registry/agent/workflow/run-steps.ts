import { setMaxListeners } from 'node:events';
import { withTimeout } from '../core/deadline.ts';
import { oneLine, UnknownOutcome } from '../core/errors.ts';
import { isObject, type Step } from '../core/event.ts';
import { pending, pendingMs } from '../core/tool.ts';
import type { AgentCalls, PartOutcome, RunAction, ToolContext } from '../core/tool.ts';
import type { Pipeline, StepContext, StepOptions } from './flow.ts';
import { isSameStep, messageFor, roundsIn, stepsOf } from './history.ts';
import { askSaved, MAX_TIMEOUT_MS, replay, type Wanted } from './replay.ts';
import { CHANGED, runOwn, UNKNOWN } from './step-errors.ts';

// A call of a pipeline is a step, or several at once: its parts. To run one, its code runs from the
// top, with the recorded results, up to the steps of the call: they have the functions to run. A
// step whose small agent has started needs no code: its saved arguments are enough to look.
// Each part saves its own end, and the last one ends the call.

const DEFAULT_TIMEOUT_MS = 60_000;
const START_MS = 5_000;
/** As often a part without a known outcome is tried. */
const MAX_ATTEMPTS = 3;

/** Returns how a step runs, as it was saved with its arguments. A person may have edited them. */
function optionsOf({ options }: Step): Required<StepOptions> {
  const saved = isObject(options) ? options : {};
  const { timeoutMs, onUnknownOutcome, longRunning } = saved;
  const isLimit = typeof timeoutMs === 'number' && timeoutMs >= 0;
  return {
    timeoutMs: isLimit ? Math.min(timeoutMs, MAX_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS,
    onUnknownOutcome: onUnknownOutcome === 'retry' ? 'retry' : 'ask_human',
    longRunning: longRunning === 'agents' ? 'agents' : longRunning === true,
  };
}

/** Returns how a call of the pipeline runs. */
export function actionOf(pipeline: Pipeline, step: Step): RunAction {
  const run = (context: Parameters<RunAction['run']>[0]) =>
    runSteps(pipeline, step, context as ToolContext);
  const steps = stepsOf(step).map((one) => optionsOf(one));
  const [only] = steps;
  const waitsForAgents = steps.some(({ longRunning }) => longRunning === 'agents');
  const fixed = {
    awaits: 'result',
    isFixed: true,
    run,
  } as const;
  if (only && steps.length === 1) return { ...fixed, ...only };
  // Each part has a rule and a limit of its own.
  return {
    ...fixed,
    timeoutMs: Math.max(0, ...steps.map(({ timeoutMs }) => timeoutMs)) + START_MS,
    onUnknownOutcome: 'retry',
    longRunning: waitsForAgents ? 'agents' : false,
  };
}

/** Runs a call: its only step, or its parts. */
async function runSteps(pipeline: Pipeline, step: Step, context: ToolContext): Promise<unknown> {
  const { thread, idempotencyKey: call_id } = context;
  const isOfCode = thread.events.some(
    (event) => event.type === 'tool_call' && event.call_id === call_id,
  );
  if (!isOfCode) throw new Error('its arguments come from code: they cannot be edited');
  const steps = stepsOf(step);
  if (step !== steps[0]) return await runParts(pipeline, steps, context);
  if (hasAgent(step, context)) return await askSaved(step, context);
  const [only] = (await replayTo(pipeline, steps, context)) ?? [];
  if (!only) throw new Error(CHANGED);
  return await runOwn(only.run, context);
}

/** Whether an earlier attempt has started the small agent of a step. */
function hasAgent({ agent }: Step, { thread, idempotencyKey, part }: StepContext): boolean {
  return thread.events.some((event) => {
    if (event.type !== 'child_started' || event.call_id !== idempotencyKey) return false;
    return event.part === part && event.agent === agent;
  });
}

/** Runs the pipeline up to steps, and returns them. Undefined if it asks for others now. */
async function replayTo(
  pipeline: Pipeline,
  steps: readonly Step[],
  { thread, signal }: ToolContext,
): Promise<readonly Wanted[] | undefined> {
  const message = messageFor(thread.events);
  const rounds = roundsIn(thread.events);
  const standing = message && (await replay(pipeline, message, rounds, signal));
  const wanted = standing?.kind === 'wants' ? [...standing.steps] : [];
  const found = steps.flatMap((step) => take(wanted, step));
  return wanted.length === 0 && found.length === steps.length ? found : undefined;
}

/** Takes a step from those that the code asks for. It can ask for the same step several times. */
function take(wanted: Wanted[], step: Step): readonly Wanted[] {
  const at = wanted.findIndex((one) => isSameStep(one.step, step));
  return at < 0 ? [] : wanted.splice(at, 1);
}

/** Runs those of several steps that have not ended. */
async function runParts(
  pipeline: Pipeline,
  steps: readonly Step[],
  context: ToolContext,
): Promise<unknown> {
  const { agents, attempt, signal } = context;
  if (!agents) throw new Error('agent.ts has no agents: steps at once need `children`');
  const missing = partsToRun(steps, context);
  // An earlier attempt has started them, and that stays so if the code has changed since.
  const lost = missing.filter((one) => isLost(one, attempt));
  const saves: unknown[] = [];
  for (const { part } of lost) saves.push(await agents.endPart(part, { error: UNKNOWN }));
  const all = await withRuns(pipeline, missing, context);
  // Each part listens to it: Node warns of more than ten.
  setMaxListeners(0, signal);
  const left = all.filter((one) => !lost.some(({ part }) => part === one.part));
  const ends = await Promise.allSettled(left.map((one) => runPart(one, { ...context, agents })));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const results = ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined));
  const ms = [...saves, ...results].map(pendingMs).filter((one) => one !== undefined);
  if (ms.length === 0) return `${steps.length} parts ended`;
  if (steps.some(waitsForAgent)) return pending(Math.min(...ms));
  throw new UnknownOutcome('the end of a part could not be saved');
}

/** Whether a part that earlier attempts have run may not run again. */
function isLost({ step, isAsked }: Part, attempt: number): boolean {
  if (isAsked || attempt === 1) return false;
  return !mayRetry(step) || (attempt > MAX_ATTEMPTS && !waitsForAgent(step));
}

/** A step of a call that has several. `isAsked`: its small agent has started. */
type Part = {
  readonly step: Step;
  readonly part: string;
  readonly isAsked: boolean;
};

/** Returns the steps of a call that have not ended, each with its part. */
function partsToRun(steps: readonly Step[], context: ToolContext): readonly Part[] {
  const { thread, idempotencyKey } = context;
  const ended = thread.events.flatMap((event) =>
    event.type === 'part_ended' && event.call_id === idempotencyKey ? event.part : [],
  );
  const parts = steps.map((step, index) => {
    const part = String(index);
    return {
      step,
      part,
      isAsked: hasAgent(step, { ...context, part }),
    };
  });
  return parts.filter(({ part }) => !ended.includes(part));
}

type RunnablePart = Part & {
  readonly run: Wanted['run'] | undefined;
};

/** Finds how parts run: those whose agent has started need no code. @throws if it has changed */
async function withRuns(
  pipeline: Pipeline,
  parts: readonly Part[],
  context: ToolContext,
): Promise<readonly RunnablePart[]> {
  const steps = parts.map(({ step }) => step);
  const needsCode = parts.some(({ isAsked }) => !isAsked);
  const found = needsCode ? await replayTo(pipeline, steps, context) : [];
  // A call that ends now would lose the agents that it has started.
  if (!found && !parts.some(({ isAsked }) => isAsked)) throw new Error(CHANGED);
  return parts.map((one, index) => {
    const look: Wanted['run'] = (own) => askSaved(one.step, own);
    return {
      ...one,
      run: one.isAsked ? look : found?.[index]?.run,
    };
  });
}

const waitsForAgent = (step: Step) => optionsOf(step).longRunning === 'agents';
const mayRetry = (step: Step) => optionsOf(step).onUnknownOutcome === 'retry';

type PartContext = StepContext & {
  readonly agents: AgentCalls;
};

/** Runs one of several steps, and saves how it ended, unless it waits for an agent. */
async function runPart(one: RunnablePart, context: PartContext): Promise<unknown> {
  const outcome = await tryPart(one, context);
  const isWaiting = 'result' in outcome && pendingMs(outcome.result) !== undefined;
  if (!isWaiting) return await context.agents.endPart(one.part, outcome);
  if (waitsForAgent(one.step)) return outcome.result;
  return await context.agents.endPart(one.part, {
    error: UNKNOWN,
  });
}

/** @throws UnknownOutcome if it may run again */
async function tryPart(
  { step, part, run }: RunnablePart,
  context: PartContext,
): Promise<PartOutcome> {
  const { attempt, idempotencyKey } = context;
  const { timeoutMs, longRunning } = optionsOf(step);
  if (!run) return { error: UNKNOWN };
  if (longRunning === true)
    return {
      error: 'a step that another system reports cannot run beside others',
    };
  const own = {
    ...context,
    idempotencyKey: `${idempotencyKey}/${part}`,
    part,
  };
  try {
    const work = (signal: AbortSignal) => runOwn(run, { ...own, signal });
    return {
      result: await withTimeout(timeoutMs, context.signal, work),
    };
  } catch (error) {
    if (!(error instanceof UnknownOutcome)) return { error: oneLine(error) };
    // A part that waits for an agent only looks.
    const isLast = attempt >= MAX_ATTEMPTS && longRunning !== 'agents';
    if (mayRetry(step) && !isLast) throw error;
    return { error: UNKNOWN };
  }
}
