import { setMaxListeners } from 'node:events';
import { oneLine, UnknownOutcome } from '../core/errors.ts';
import type { EventOf, Step } from '../core/event.ts';
import { pending, pendingMs, type RunAction, type ToolContext } from '../core/tool.ts';
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
  const { thread, idempotencyKey: call_id, signal } = context;
  const [message] = thread.messages;
  const isOfCode = thread.events.some(
    (event) => event.type === 'tool_call' && event.call_id === call_id,
  );
  if (!isOfCode) throw new Error('its arguments come from code: they cannot be edited');
  const steps = stepsOf(step);
  const missing = partsToRun(steps, call_id, thread.events.filter(isPartEnd));
  // The process that ran the last part died before it could say so.
  if (missing.length === 0) return `${steps.length} parts ended`;
  const rounds = roundsIn(thread.events);
  const standing = message && (await replay(pipeline, message, rounds, signal));
  const wanted = standing?.kind === 'wants' ? [...standing.steps] : [];
  const runs = missing.map((part) => ({
    part,
    wanted: take(wanted, steps[part]),
  }));
  if (wanted.length > 0 || runs.some((one) => !one.wanted)) throw new Error(CHANGED);
  const [only] = runs;
  if (step === steps[0]) return await only?.wanted?.run(context);
  // Each part listens to it: Node warns of more than ten.
  setMaxListeners(0, signal);
  const ends = await Promise.allSettled(
    runs.map(({ part, wanted: one }) => one && runPart(one, String(part), context)),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const results = ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined));
  const ms = results.map(pendingMs).filter((one) => one !== undefined);
  return ms.length > 0 ? pending(Math.min(...ms)) : `${steps.length} parts ended`;
}

const isPartEnd = (event: { readonly type: string }): event is EventOf<'part_ended'> =>
  event.type === 'part_ended';

function partsToRun(
  steps: readonly Step[],
  call_id: string,
  ends: readonly EventOf<'part_ended'>[],
): readonly number[] {
  const ended = ends.filter((event) => event.call_id === call_id).map(({ part }) => part);
  return steps.map((_, index) => index).filter((index) => !ended.includes(String(index)));
}

/** Takes a step from those that the code asks for. It can ask for the same step several times. */
function take(wanted: Wanted[], step: Step | undefined): Wanted | undefined {
  const at = wanted.findIndex((one) => step && isSameStep(one.step, step));
  return at < 0 ? undefined : wanted.splice(at, 1)[0];
}

/** Runs one of several steps, and saves how it ended. */
async function runPart(one: Wanted, part: string, context: StepContext): Promise<unknown> {
  const { agents, attempt, idempotencyKey } = context;
  if (!agents) throw new Error('agent.ts has no agents: steps at once need `children`');
  const { timeoutMs, onUnknownOutcome, longRunning } = optionsOf(one.step);
  const mayRetry = onUnknownOutcome === 'retry';
  if (longRunning === true) {
    const error = 'a step that another system reports cannot run beside others';
    return await agents.endPart(part, { error });
  }
  // An earlier attempt has started it.
  if (attempt > 1 && !mayRetry)
    return await agents.endPart(part, {
      error: UNKNOWN,
    });
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
    if (isUnknown && mayRetry && !isLast) throw error;
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
