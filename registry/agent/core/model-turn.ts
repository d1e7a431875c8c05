import * as z from 'zod';
import { oneLine, PermanentModelError } from './errors.ts';
import type { Event, EventOf, Step } from './event.ts';
import { runWithDeadline } from './deadline.ts';
import type { Model } from './model.ts';
import type { Usage } from './event.ts';
import { at, timeIn, type Agent } from './agent.ts';
import { reasonToHandOver } from './policy.ts';
import type { Thread } from './store.ts';

const MODEL_TIMEOUT_MS = 600_000;

/** The model's turn: asks it for the next step, unless it is time for a person to look. */
export async function chooseStep<S extends Step>(agent: Agent<S>, thread: Thread): Promise<Event> {
  const call_id = `${thread.id}:${thread.events.length}`;
  const reason = reasonToHandOver(thread.state, agent.policy);
  const answer: Answer<S> =
    reason === undefined ? await askModel(agent, thread).catch(failed) : { reason };
  if ('reason' in answer)
    return {
      type: 'handed_over',
      call_id,
      reason: question(answer.reason),
      ...due(agent),
      ...at(agent),
    };
  if ('error' in answer) return { type: 'model_error', ...answer, ...at(agent) };
  return {
    type: 'tool_call',
    call_id,
    ...answer,
    ...decide(agent, thread, answer.step),
    ...at(agent),
  };
}

type Failed = { error: string } | { reason: string };
type Answer<S extends Step> =
  Failed | (({ step: S } | { error: string }) & { usage?: Usage | undefined });

const failed = (error: unknown): Failed =>
  error instanceof PermanentModelError ? { reason: oneLine(error) } : { error: oneLine(error) };

const question = (reason: string) =>
  `${reason}${/[.?]$/.test(reason) ? ' How' : ': how'} should I go on?`;

async function askModel<S extends Step>(
  agent: Agent<S>,
  { id, events, state }: Thread,
): Promise<Answer<S>> {
  const { prompt: system, context, store, tools } = agent;
  const model = modelFor(agent, state);
  const { timeoutMs = MODEL_TIMEOUT_MS } = model;
  const limits = { timeoutMs, isOver: (now: Thread) => now.events.length > events.length };
  const request = { system, blocks: context(events), events, schema: tools.schema };
  const { step, error, usage } = await runWithDeadline(store, id, limits, async (signal) =>
    model({ ...request, signal }),
  );
  const parsed = tools.schema.safeParse(step);
  const spent = usage && { usage };
  if (parsed.success) return { step: parsed.data, ...spent };
  return { error: oneLine(`not a next step: ${error ?? z.prettifyError(parsed.error)}`), ...spent };
}

/** The model that the policy chooses. @throws Unusable if agent.ts has none of that name */
export function modelFor<S extends Step>(
  { model, models = {}, policy }: Agent<S>,
  state: Thread['state'],
): Model {
  const name = policy.modelFor?.(state);
  const chosen =
    name === undefined ? model : Object.hasOwn(models, name) ? models[name] : undefined;
  if (chosen === undefined)
    throw new PermanentModelError(
      `policy.ts chose the model ${name}, and agent.ts has none of that name`,
    );
  return chosen;
}

type Waits = Pick<EventOf<'tool_call'>, 'awaits' | 'objection' | 'due'>;

/** What the call waits for: its result, a person's answer, or a person's approval where the policy asks for one. */
function decide<S extends Step>(agent: Agent<S>, { state }: Thread, step: S): Waits {
  const { awaits } = agent.tools.actionFor(step);
  if (awaits === 'message') return { awaits };
  if (awaits === 'answer') return { awaits, ...due(agent) };
  const verdict = agent.policy.needsApproval(step, state);
  if (verdict === 'run') return { awaits };
  return {
    awaits: 'approval',
    objection: verdict,
    ...('deny' in verdict ? { due: timeIn(0, agent) } : due(agent)),
  };
}

const due = <S extends Step>(agent: Agent<S>) => ({
  due: timeIn(agent.policy.expiry.afterMs, agent),
});
