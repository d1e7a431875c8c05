import * as z from 'zod';
import { oneLine, PermanentModelError } from '../core/errors.ts';
import type { Step } from '../core/event.ts';
import type { Agent } from '../core/agent.ts';
import { casesFor, type Case } from './cases.ts';
import type { Model } from '../core/model.ts';
import { addUsage, type Usage } from '../core/event.ts';

const TIMEOUT_MS = 600_000;
const FAILURES_IN_A_ROW = 3;

/** What came of one call; `why` says what was wrong. */
export type Result = {
  readonly what: string;
  readonly passed: boolean;
  readonly why?: string | undefined;
  readonly ms: number;
  readonly usage?: Usage | undefined;
};

const otherwise = 'wire one in agent.ts, or put one into its models and name it here';

/** Why there is nothing to check; undefined for a real model that has what it needs. */
export function notReady(model: Model): string | undefined {
  const { scripted, timeoutMs, missing } = model;
  if (scripted)
    return `A script plays the model. To check a real one, ${scripted.instead ?? otherwise}.`;
  // Only a person may take for ever.
  if (timeoutMs === Infinity) return `A person plays the model. To check a real one, ${otherwise}.`;
  const names = missing?.() ?? [];
  return names.length > 0
    ? `Put ${names.join(' and ')} into .env: the model cannot do without.`
    : undefined;
}

/** Asks the agent's model ten times, or until it does not answer any more. No tool runs, and nothing is saved. */
export async function* checkModel<S extends Step>(agent: Agent<S>): AsyncGenerator<Result> {
  const proposed: S[] = [];
  let failures = 0;
  for (const one of casesFor(agent.tools)) {
    const { step, failure, ...result } = await call(agent, one, proposed);
    if (step) proposed.push(step);
    yield result;
    failures = failure ? failures + 1 : 0;
    if (failure === 'final' || failures === FAILURES_IN_A_ROW) return;
  }
}

type Called<S> = Result & { readonly step?: S; readonly failure?: 'final' | 'passing' };

async function call<S extends Step>(
  agent: Agent<S>,
  one: Case<S>,
  proposed: readonly S[],
): Promise<Called<S>> {
  const { prompt: system, tools, model } = agent;
  const events = one.events(proposed);
  const start = performance.now();
  const took = () => ({ what: one.what, ms: Math.round(performance.now() - start) });
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await model({
      system,
      blocks: agent.context(events),
      events,
      schema: tools.schema,
      signal,
    });
    const { data: step, error } = tools.schema.safeParse(answer.step);
    const paid = { ...took(), usage: answer.usage };
    if (error)
      return {
        ...paid,
        passed: false,
        why: `not a next step: ${answer.error ?? z.prettifyError(error)}`,
      };
    const why = one.wrong(step, events);
    return { ...paid, step, passed: why === undefined, why };
  } catch (error) {
    return {
      ...took(),
      passed: false,
      why: oneLine(error),
      failure: error instanceof PermanentModelError ? 'final' : 'passing',
    };
  }
}

/** What all calls took together. */
export function total(results: readonly Result[]): {
  readonly ms: number;
  readonly usage?: Usage | undefined;
} {
  const usages = results.flatMap(({ usage }) => usage ?? []);
  const [first, ...rest] = usages;
  const ms = results.reduce((sum, result) => sum + result.ms, 0);
  return { ms, usage: first && { model: first.model, ...rest.reduce(addUsage, first) } };
}
