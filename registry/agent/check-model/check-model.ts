import * as z from 'zod';
import { assertReady, type Agent } from '../core/agent.ts';
import { oneLine, PermanentModelError, Refused } from '../core/errors.ts';
import { addUsage, type Step, type Usage } from '../core/event.ts';
import type { Model } from '../core/model.ts';
import { type Case, casesFor } from './cases.ts';

const TIMEOUT_MS = 600_000;
const MAX_FAILURES_IN_A_ROW = 3;

/** The result of one call. */
export type CheckResult = {
  readonly what: string;
  readonly passed: boolean;
  /** Why the call did not pass. */
  readonly why?: string | undefined;
  readonly ms: number;
  readonly usage?: Usage | undefined;
  /** The help that the answer needed to become a step, such as `asked again`. */
  readonly help?: readonly string[] | undefined;
};

/** Checks that there is a real model with all its settings. @throws Refused */
export function assertCheckable(model: Model): void {
  const { scripted, timeoutMs } = model;
  const advice = 'wire one in agent.ts, or put one into its models and name it here';
  if (scripted) {
    const instead = scripted.instead ?? advice;
    throw new Refused(`A script plays the model. To check a real one, ${instead}.`);
  }
  // Only a person may take any time.
  if (timeoutMs === Infinity) {
    throw new Refused(`A person plays the model. To check a real one, ${advice}.`);
  }
  assertReady([model]);
}

/**
 * Makes ten calls to the agent's model. Stops early after a permanent failure, or three failures in
 * a row. No tool runs, and nothing is saved.
 */
export async function* checkModel<S extends Step>(agent: Agent<S>): AsyncGenerator<CheckResult> {
  const proposed: S[] = [];
  let failures = 0;
  for (const one of casesFor(agent.tools)) {
    const { step, failure, ...result } = await runCase(agent, one, proposed);
    if (step) proposed.push(step);
    yield result;
    if (failure === 'permanent') return;
    failures = failure ? failures + 1 : 0;
    if (failures === MAX_FAILURES_IN_A_ROW) return;
  }
}

type CallResult<S> = CheckResult & {
  readonly step?: S;
  readonly failure?: 'permanent' | 'transient';
};

async function runCase<S extends Step>(
  agent: Agent<S>,
  one: Case<S>,
  proposed: readonly S[],
): Promise<CallResult<S>> {
  const { what } = one;
  const start = performance.now();
  const elapsed = () => Math.round(performance.now() - start);
  try {
    const { usage, ...answer } = await makeCall(agent, one, proposed);
    return { what, ms: elapsed(), usage, ...answer };
  } catch (error) {
    const failure = error instanceof PermanentModelError ? 'permanent' : 'transient';
    return {
      what,
      ms: elapsed(),
      passed: false,
      why: oneLine(error),
      failure,
    };
  }
}

/** @throws as the model does */
async function makeCall<S extends Step>(
  { prompt, tools, model, context }: Agent<S>,
  one: Case<S>,
  proposed: readonly S[],
) {
  const events = one.events(proposed);
  const { step, error, usage, help } = await model({
    system: prompt,
    blocks: context(events),
    events,
    schema: tools.schema,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const parsed = tools.schema.safeParse(step);
  if (!parsed.success) {
    const problem = error ?? z.prettifyError(parsed.error);
    return {
      usage,
      help,
      passed: false,
      why: `not a next step: ${problem}`,
    };
  }
  const why = one.problem(parsed.data, events);
  return {
    usage,
    help,
    step: parsed.data,
    passed: why === undefined,
    why,
  };
}

/** Adds up the results of all calls. */
export function totalOf(results: readonly CheckResult[]): Pick<CheckResult, 'ms' | 'usage'> {
  const ms = results.reduce((sum, result) => sum + result.ms, 0);
  const [first, ...rest] = results.flatMap(({ usage }) => usage ?? []);
  if (!first) return { ms };
  return {
    ms,
    usage: { model: first.model, ...rest.reduce(addUsage, first) },
  };
}

/** Says how many answers needed help, and which: `2 answers needed help: asked again (2)`. */
export function helpNeeded(results: readonly CheckResult[]): string | undefined {
  const helped = results.flatMap(({ help = [] }) => (help.length > 0 ? [help] : []));
  if (helped.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const kind of helped.flat()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].map(([kind, count]) => `${kind} (${count})`).join(', ');
  return `${helped.length} of ${results.length} answers needed help: ${kinds}`;
}
