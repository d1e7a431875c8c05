import * as z from 'zod';
import { stamp, timeIn, type Agent } from './agent.ts';
import { runWithDeadline } from './deadline.ts';
import { oneLine, PermanentModelError } from './errors.ts';
import type { EventOf, NewEvent, Step, Usage } from './event.ts';
import type { Model, ModelAnswer } from './model.ts';
import { reasonToHandOver } from './policy.ts';
import { redact, truncate } from './sanitize.ts';
import { canSave, toJson, type Thread } from './store.ts';
import type { State } from './thread.ts';
import { viewThread } from './thread-view.ts';

const MODEL_TIMEOUT_MS = 600_000;
const FALLBACK_EXPIRY_MS = 30 * 86_400_000;
const MAX_ANSWER_CHARS = 2_000;
/** The end of the reason, if the model cannot be asked before a person has fixed something. */
export const FIX = 'Fix it and answer, to ask the model again.';

/** The model's turn: chooses the next step, or asks a person once a budget is used up. */
export async function chooseStep(agent: Agent, thread: Thread): Promise<NewEvent> {
  const event = await chooseEvent(agent, thread);
  const isSaveable = (one: NewEvent) => canSave(stamp(agent, one));
  if (isSaveable(event)) return event;
  // Without an event, the model would be asked, and paid, again and again.
  const error = 'the next step is not JSON that can be saved';
  const paid = { type: 'model_error' as const, error, ...usageOf(event) };
  return isSaveable(paid) ? paid : { type: 'model_error', error };
}

async function chooseEvent(agent: Agent, thread: Thread): Promise<NewEvent> {
  const call_id = `${thread.id}:${thread.events.length}`;
  const answer = await nextAnswer(agent, thread);
  if ('reason' in answer) {
    const { reason } = answer;
    return { type: 'handed_over', call_id, reason, due: expiryTime(agent) };
  }
  if ('error' in answer) return { type: 'model_error', ...answer };
  const decision = applyPolicy(agent, thread, answer.step);
  return { type: 'tool_call', call_id, ...answer, ...decision };
}

/** `reason` is for a person, `error` for the model to try again. */
type CheckedAnswer =
  | { readonly reason: string }
  | { readonly error: string; readonly answer?: string; readonly usage?: Usage }
  | { readonly step: Step; readonly usage?: Usage };

async function nextAnswer(agent: Agent, thread: Thread): Promise<CheckedAnswer> {
  const reason = orFailure(() => reasonToHandOver(thread.state, agent.policy));
  if (reason !== undefined) return { reason: asQuestion(reason) };
  try {
    return await askModel(agent, thread);
  } catch (error) {
    if (error instanceof PermanentModelError) return { reason: asQuestion(oneLine(error), FIX) };
    // If the thread moved on meanwhile, this event conflicts, and the loop drops it.
    return { error: oneLine(error) };
  }
}

async function askModel(agent: Agent, thread: Thread): Promise<CheckedAnswer> {
  const { prompt: system, store } = agent;
  const { events, state } = thread;
  const { schema } = agent.tools;
  const model = modelFor(agent, state);
  const { timeoutMs = MODEL_TIMEOUT_MS } = model;
  const isObsolete = (now: Thread) => now.events.length > events.length;
  const request = { system, blocks: agent.context(events), events, schema };
  const answer = await runWithDeadline(store, thread, { timeoutMs, isObsolete }, (signal) =>
    model({ ...request, signal }),
  );
  const parsed = schema.safeParse(toJson(answer.step));
  const used = answer.usage && { usage: answer.usage };
  if (parsed.success) return { step: parsed.data, ...used };
  const problem = answer.error ?? z.prettifyError(parsed.error);
  return { error: oneLine(`not a next step: ${problem}`), ...said(answer), ...used };
}

function usageOf(event: NewEvent): { readonly usage?: Usage | undefined } {
  return 'usage' in event ? { usage: event.usage } : {};
}

/** Returns what the model said in place of a step, without secrets. */
function said({ text, step }: ModelAnswer): { readonly answer?: string } {
  if (text === undefined && step === undefined) return {};
  const whole = text ?? (typeof step === 'string' ? step : JSON.stringify(toJson(step)));
  return { answer: truncate(redact(whole), MAX_ANSWER_CHARS) };
}

/** Returns the model that the policy chooses. @throws PermanentModelError for an unknown name */
export function modelFor(agent: Agent, state: State): Model {
  const { model, models = {}, policy } = agent;
  const name = policy.modelFor?.(state);
  if (name === undefined) return model;
  const chosen = Object.keys(models).includes(name) ? models[name] : undefined;
  if (chosen) return chosen;
  const message = `policy.ts chose the model ${name}, and agent.ts has none of that name`;
  throw new PermanentModelError(message);
}

type Verdict = Pick<EventOf<'tool_call'>, 'awaits' | 'objection' | 'due'>;

/** Decides what the call waits for. Fails closed: if the policy throws, a person has to approve. */
function applyPolicy(agent: Agent, thread: Thread, step: Step): Verdict {
  const verdict = orFailure(() => decide(agent, thread, step));
  if (typeof verdict !== 'string') return verdict;
  // The policy's own expiry may be what failed.
  const due = timeIn(FALLBACK_EXPIRY_MS, agent);
  return { awaits: 'approval', objection: { ask: verdict }, due };
}

/** Calls code of the policy. If it throws, returns why, for a person. */
function orFailure<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    return `policy.ts failed: ${oneLine(error)}`;
  }
}

function decide(agent: Agent, thread: Thread, step: Step): Verdict {
  const { awaits } = agent.tools.actionFor(step);
  if (awaits === 'message') return { awaits };
  if (awaits === 'answer') return { awaits, due: expiryTime(agent) };
  const view = viewThread(thread, agent.now());
  const objection = agent.policy.needsApproval(step, thread.state, view);
  if (objection === 'run') return { awaits };
  // Rules may return anything, such as a promise.
  const { ask, deny }: { ask?: unknown; deny?: unknown } = Object(objection);
  // A denial is due at once, so that a sweep finds it if this process dies.
  if (typeof deny === 'string')
    return { awaits: 'approval', objection: { deny }, due: timeIn(0, agent) };
  if (typeof ask === 'string')
    return { awaits: 'approval', objection: { ask }, due: expiryTime(agent) };
  throw new TypeError("needsApproval returned neither 'run' nor { ask } nor { deny }");
}

function expiryTime(agent: Agent): string {
  const { afterMs } = agent.policy.expiry;
  return timeIn(Number.isNaN(afterMs) ? FALLBACK_EXPIRY_MS : afterMs, agent);
}

function asQuestion(reason: string, question = 'How should I go on?'): string {
  if (/[.?!]$/.test(reason)) return `${reason} ${question}`;
  return `${reason}: ${question.charAt(0).toLowerCase()}${question.slice(1)}`;
}
