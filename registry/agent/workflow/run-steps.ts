import { setMaxListeners } from 'node:events';
import { oneLine, UnknownOutcome } from '../core/errors.ts';
import type { Step } from '../core/event.ts';
import { pending, pendingMs } from '../core/tool.ts';
import type { AgentCalls, RunAction, ToolContext } from '../core/tool.ts';
import type { Pipeline, StepContext, StepOptions } from './flow.ts';
import { CHANGED, isSameStep, roundsIn, stepsOf, UNKNOWN } from './history.ts';
import { replay, type Wanted } from './replay.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const START_MS = 5_000;
/** As often a part without a known outcome is tried. */
const MAX_ATTEMPTS = 3;

/** Returns how a step runs, as it was saved with its arguments. */
function optionsOf({ options = {} }: Step) {
  const saved = options as StepOptions;
  const { timeoutMs = DEFAULT_TIMEOUT_MS, onUnknownOutcome = 'ask_human', longRunning } = saved;
  return {
    timeoutMs,
    onUnknownOutcome,
    longRunning: longRunning ?? false,
  };
}

/** Returns how a call of the pipeline runs. */
export function actionOf(pipeline: Pipeline, step: Step): RunAction {
  const run = (context: Parameters<RunAction['run']>[0]) =>
    runSteps(pipeline, step, context as ToolContext);
  const steps = stepsOf(step).map((one) => optionsOf(one));
  const [only] = steps;
  const waitsForAgents = steps.some(({ longRunning }) => longRunning === 'agents');
  if (only && steps.length === 1) return { awaits: 'result', ...only, run };
  // Each part has a rule and a limit of its own.
  return {
    awaits: 'result',
    timeoutMs: Math.max(...steps.map(({ timeoutMs }) => timeoutMs)) + START_MS,
    onUnknownOutcome: 'retry',
    longRunning: waitsForAgents && 'agents',
    run,
  };
}

/** Runs the pipeline up to a call, and then what the call stands for. */
async function runSteps(pipeline: Pipeline, step: Step, context: ToolContext): Promise<unknown> {
  const { thread, idempotencyKey: call_id } = context;
  const isOfCode = thread.events.some(
    (event) => event.type === 'tool_call' && event.call_id === call_id,
  );
  if (!isOfCode) throw new Error('its arguments come from code: they cannot be edited');
  const steps = stepsOf(step);
  if (step !== steps[0]) return await runParts(pipeline, steps, context);
  const [only] = await replayTo(pipeline, steps, context);
  return await only?.run(context);
}

/** Runs the pipeline up to steps, and returns them. @throws if it asks for others now */
async function replayTo(
  pipeline: Pipeline,
  steps: readonly Step[],
  { thread, signal }: ToolContext,
): Promise<readonly Wanted[]> {
  const [message] = thread.messages;
  const rounds = roundsIn(thread.events);
  const standing = message && (await replay(pipeline, message, rounds, signal));
  const wanted = standing?.kind === 'wants' ? [...standing.steps] : [];
  const found = steps.flatMap((step) => take(wanted, step));
  if (wanted.length > 0 || found.length < steps.length) throw new Error(CHANGED);
  return found;
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
  const lost = missing.filter(({ step }) => attempt > 1 && !mayRetry(step));
  for (const { part } of lost) await agents.endPart(part, { error: UNKNOWN });
  const all = missing.map(({ step }) => step);
  const found = all.length > 0 ? await replayTo(pipeline, all, context) : [];
  // Each part listens to it: Node warns of more than ten.
  setMaxListeners(0, signal);
  const runs = missing.map(async (one, index) => {
    const wanted = found[index];
    return wanted && !lost.includes(one)
      ? await runPart(wanted, one.part, { ...context, agents })
      : undefined;
  });
  const ends = await Promise.allSettled(runs);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const results = ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined));
  const ms = results.map(pendingMs).filter((one) => one !== undefined);
  return ms.length > 0 ? pending(Math.min(...ms)) : `${steps.length} parts ended`;
}

/** Returns the steps of a call that have not ended, each with its part. */
function partsToRun(steps: readonly Step[], { thread, idempotencyKey }: ToolContext) {
  const ended = thread.events.flatMap((event) =>
    event.type === 'part_ended' && event.call_id === idempotencyKey ? event.part : [],
  );
  const parts = steps.map((step, index) => ({ step, part: String(index) }));
  return parts.filter(({ part }) => !ended.includes(part));
}

const mayRetry = (step: Step) => optionsOf(step).onUnknownOutcome === 'retry';

type PartContext = StepContext & { readonly agents: AgentCalls };

/** Runs one of several steps, and saves how it ended. */
async function runPart(one: Wanted, part: string, context: PartContext): Promise<unknown> {
  const { agents, attempt, idempotencyKey } = context;
  const { timeoutMs, longRunning } = optionsOf(one.step);
  if (longRunning === true) {
    const error = 'a step that another system reports cannot run beside others';
    return await agents.endPart(part, { error });
  }
  const key = `${idempotencyKey}/${part}`;
  try {
    const result = await limit(timeoutMs, context.signal, (signal) =>
      one.run({
        ...context,
        signal,
        idempotencyKey: key,
        part,
      }),
    );
    if (pendingMs(result) === undefined) return await agents.endPart(part, { result });
    if (longRunning === 'agents') return result;
    await agents.endPart(part, { error: UNKNOWN });
  } catch (error) {
    const isUnknown = error instanceof UnknownOutcome;
    // A part that waits for an agent only looks.
    const isLast = attempt >= MAX_ATTEMPTS && longRunning !== 'agents';
    if (isUnknown && mayRetry(one.step) && !isLast) throw error;
    await agents.endPart(part, {
      error: isUnknown ? UNKNOWN : oneLine(error),
    });
  }
  return undefined;
}

/** Runs work with a time limit. @throws UnknownOutcome after it */
async function limit<T>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const onAbort = () => inner.abort(outer.reason);
  outer.addEventListener('abort', onAbort, {
    once: true,
  });
  const over = new Promise<never>((_, reject) => {
    inner.signal.addEventListener('abort', () => reject(inner.signal.reason), { once: true });
  });
  const timer = setTimeout(() => inner.abort(new UnknownOutcome(`no answer in ${ms} ms`)), ms);
  try {
    return await Promise.race([over, work(inner.signal)]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', onAbort);
  }
}
