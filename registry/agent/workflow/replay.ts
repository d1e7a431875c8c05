import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, type EventOf, type Step } from '../core/event.ts';
import { toJson } from '../core/store.ts';
import type { AgentAnswer, Arguments, Flow, Pipeline } from './flow.ts';
import type { StepContext, StepOptions } from './flow.ts';
import { END, ASK, PARALLEL, isSameStep, type Round } from './history.ts';
import type { StepOutcome } from './outcomes.ts';

/** A step did not do what it was asked to. `denied`: a person or the policy said no. */
export class StepFailed extends Error {
  readonly step: Step;
  readonly denied: boolean;
  constructor(step: Step, error: string, denied: boolean) {
    super(error);
    this.step = step;
    this.denied = denied;
  }
}

/** A step that the pipeline waits for. */
export type Wanted = {
  readonly step: Step;
  readonly run: (context: StepContext) => Promise<unknown>;
  readonly settle: (outcome: StepOutcome) => void;
};

/** Where a pipeline stands after its recorded rounds. */
export type Standing =
  | {
      readonly kind: 'wants';
      readonly steps: readonly Wanted[];
    }
  | {
      readonly kind: 'returned';
      readonly value: unknown;
    }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'unknown'; readonly step: Step }
  | {
      readonly kind: 'changed';
      readonly recorded: readonly Step[];
      readonly now: readonly Step[];
    };

/** A run of the code: the steps that it asked for since they were last taken, and its end. */
type Run = { asked: Wanted[]; end?: Standing };

/** Runs a pipeline from the top, and gives it the recorded outcomes of its steps, in order. */
export async function replay(
  pipeline: Pipeline,
  message: EventOf<'message'>,
  rounds: readonly Round[],
  signal: AbortSignal,
): Promise<Standing> {
  const run: Run = { asked: [] };
  const flow = flowOf(message, (step) => run.asked.push(step));
  void start(pipeline, flow).then(
    (value) => (run.end = { kind: 'returned', value }),
    (error: unknown) => (run.end = { kind: 'threw', error }),
  );
  for (const round of rounds) {
    const standing = giveOutcomes(await nextSteps(run, signal), round);
    if (standing) return standing;
  }
  const steps = await nextSteps(run, signal);
  return steps.length > 0 || !run.end ? { kind: 'wants', steps } : run.end;
}

/** An `async` function that throws before its first `await` rejects; any other throws. */
const start = async (pipeline: Pipeline, flow: Flow) => await pipeline(flow);

const LOOK_EVERY_MS = 5;

/** Takes the steps that the code asks for before it waits. None: it has ended. */
async function nextSteps(run: Run, signal: AbortSignal): Promise<readonly Wanted[]> {
  // All that goes on without waiting has then done so.
  await new Promise((resolve) => setImmediate(resolve));
  while (run.asked.length === 0 && !run.end && !signal.aborted) await sleep(LOOK_EVERY_MS);
  return run.asked.splice(0);
}

/** Settles the steps of a round. Returns where the pipeline stands, if it cannot go on. */
function giveOutcomes(steps: readonly Wanted[], round: Round): Standing | undefined {
  const left = round.steps.map((step, index) => ({
    step,
    outcome: round.outcomes[index],
  }));
  const found = steps.map((wanted) => {
    const at = left.findIndex(({ step }) => isSameStep(step, wanted.step));
    const [match] = at < 0 ? [] : left.splice(at, 1);
    return { wanted, match };
  });
  if (left.length > 0 || found.some(({ match }) => !match))
    return {
      kind: 'changed',
      recorded: round.steps,
      now: steps.map(({ step }) => step),
    };
  const unknown = found.find(({ match }) => match?.outcome?.kind === 'unknown');
  const missing = found.filter(({ match }) => match?.outcome === undefined);
  if (missing.length > 0)
    return {
      kind: 'wants',
      steps: missing.map(({ wanted }) => wanted),
    };
  if (unknown)
    return {
      kind: 'unknown',
      step: unknown.wanted.step,
    };
  for (const { wanted, match } of found) if (match?.outcome) wanted.settle(match.outcome);
  return undefined;
}

function flowOf(message: EventOf<'message'>, want: (step: Wanted) => unknown): Flow {
  const request = (step: Step, run: Wanted['run']) => {
    const ended = new Promise<never>((resolve, reject) => {
      const settle = (outcome: StepOutcome) => {
        if (outcome.kind === 'result') return resolve(outcome.result as never);
        reject(new StepFailed(step, outcome.error, outcome.kind === 'denied'));
      };
      want({ step, run, settle });
    });
    // Code that awaits one step after the other leaves the second, if the first has failed.
    ended.catch(() => undefined);
    return ended;
  };
  const step: Flow['step'] = (name, args, run, options) =>
    request(toStep(name, args, options), run);
  return {
    message,
    step,
    agentStep: (name, agent, task) => askAgent(request, name, agent, task),
    now: () => step('now', {}, () => Promise.resolve(Date.now()), again),
    random: () => step('random', {}, () => Promise.resolve(Math.random()), again),
  };
}

const again = { onUnknownOutcome: 'retry' } as const;

type Request = (step: Step, run: Wanted['run']) => Promise<never>;

function askAgent(
  request: Request,
  name: string,
  agent: string,
  task:
    | string
    | {
        readonly text: string;
        readonly data?: unknown;
      },
): Promise<AgentAnswer> {
  const { text, data } = typeof task === 'string' ? { text: task } : task;
  const options = {
    onUnknownOutcome: 'retry',
    longRunning: 'agents',
  } as const;
  const step = toStep(name, { agent, text, data }, options);
  return request(step, (context) => askSaved(step, context));
}

/** Starts the small agent of a saved step, or looks how it ended. */
export async function askSaved(
  { agent, text, data }: Step,
  { agents, part }: StepContext,
): Promise<unknown> {
  if (!agents) throw new Error(`agent.ts has no other agents: wire ${String(agent)} there`);
  const task = { text: String(text) };
  return await agents.ask(String(agent), data === undefined ? task : { ...task, data }, part);
}

/** Timers take no longer time. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** JSON has no Infinity. */
function finite(options?: StepOptions): StepOptions | undefined {
  if (options?.timeoutMs !== Infinity) return options;
  return { ...options, timeoutMs: MAX_TIMEOUT_MS };
}

const reserved = [END, ASK, PARALLEL];
const notArguments = ['intent', 'options', '__proto__'];

/** @throws TypeError for names that the pipeline uses itself, and for what JSON cannot keep */
function toStep(intent: string, args: Arguments, options?: StepOptions): Step {
  if (reserved.includes(intent)) throw new TypeError(`a step cannot be called ${intent}`);
  if (Object.keys(args).some((name) => notArguments.includes(name)))
    throw new TypeError(`the arguments of a step cannot be called ${notArguments.join(' or ')}`);
  const step = toJson({
    intent,
    ...args,
    options: finite(options),
  });
  if (isObject(step)) return step as Step;
  throw new TypeError(`the arguments of a step are too long or too deep to be kept: ${intent}`);
}
