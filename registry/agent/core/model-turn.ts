import * as z from 'zod';
import { stamp, timeIn, type Agent } from './agent.ts';
import { runWithDeadline } from './deadline.ts';
import { oneLine, PermanentModelError } from './errors.ts';
import { areDeliveries, isAsk, type Call, type NewEvent } from './event.ts';
import type { Ask, Asked, Step, Usage } from './event.ts';
import { requestHash, type Model, type ModelAnswer } from './model.ts';
import { reasonToHandOver, withLack } from './policy.ts';
import { redact, truncate } from './sanitize.ts';
import { canSave, nextCallId, toJson, type Thread } from './store.ts';
import type { State } from './thread.ts';
import { viewThread } from './thread-view.ts';

const MODEL_TIMEOUT_MS = 600_000;
const FALLBACK_EXPIRY_MS = 30 * 86_400_000;
const MAX_ANSWER_CHARS = 2_000;
/** The end of the reason, if the model cannot be asked before a person has fixed something. */
export const FIX = 'Fix it and answer, to ask the model again.';
/** Why a step waits that the policy would let run. */
export const HELD = 'each step of a copied thread needs a person, until one lifts that';

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
  const call_id = nextCallId(thread);
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
  | ({ readonly error: string; readonly answer?: string } & Asked)
  | ({ readonly step: Step } & Asked);

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
  const isObsolete = (now: Thread) => !areDeliveries(now.events.slice(events.length));
  const request = { system, blocks: agent.context(events), events, schema };
  const request_hash = requestHash(request);
  const listener = listenerOf(agent, thread);
  const answer = await runWithDeadline(store, thread, { timeoutMs, isObsolete }, (signal) => {
    // A model may ignore the signal.
    const onText = listener && ((text: string) => signal.aborted || listener(text));
    return model({ ...request, signal, onText });
  }).catch((error: unknown) => {
    listener?.('');
    throw error;
  });
  const parsed = schema.safeParse(toJson(answer.step));
  const asked = { ...(answer.usage && { usage: answer.usage }), request_hash };
  if (parsed.success) return { step: parsed.data, ...asked };
  listener?.('');
  const problem = answer.error ?? z.prettifyError(parsed.error);
  return { error: oneLine(`not a next step: ${problem}`), ...said(answer), ...asked };
}

/** A listener that fails costs no answer. */
function listenerOf(agent: Agent, thread: Thread): ((text: string) => void) | undefined {
  const listener = orFailure(() => agent.listenerFor?.(thread));
  if (typeof listener !== 'function') return undefined;
  return (text) => void orFailure(() => listener(text));
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

type Wait = Pick<Call, 'awaits' | 'objection' | 'due'>;
type AgentForSteps = Pick<Agent, 'tools' | 'policy' | 'now'>;

/** Fails closed: if the policy throws, a person has to approve. */
function applyPolicy(agent: Agent, thread: Thread, step: Step): Wait {
  const verdict = orFailure(() => decide(agent, thread, step));
  if (typeof verdict !== 'string') return verdict;
  // The policy's own expiry may be what failed.
  const due = timeIn(FALLBACK_EXPIRY_MS, agent);
  return { awaits: 'approval', objection: { ask: verdict }, due };
}

/** Calls code of the policy. If it throws, returns why, for a person. */
export function orFailure<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    return `policy.ts failed: ${oneLine(error)}`;
  }
}

/** Decides what a step waits for. Throws what the policy throws. */
export function decide(agent: AgentForSteps, thread: Thread, step: Step): Wait {
  const { awaits } = agent.tools.actionFor(step);
  if (awaits === 'message') return { awaits };
  if (awaits === 'answer') return { awaits, due: expiryTime(agent) };
  const view = viewThread(thread, agent.now());
  const rule = agent.policy.needsApproval(step, thread.state, view);
  const verdict = rule === 'run' && thread.state.fork?.isHeld ? { ask: HELD } : rule;
  if (verdict === 'run') return { awaits };
  // Rules may return anything, such as a promise.
  const { ask, deny, ...rights }: { ask?: unknown; deny?: unknown } = Object(verdict);
  // A denial is due at once, so that a sweep finds it if this process dies.
  if (typeof deny === 'string')
    return { awaits: 'approval', objection: { deny }, due: timeIn(0, agent) };
  if (typeof ask === 'string') {
    const request = readRights(ask, rights);
    const objection = withLack(request, thread.events, agent.policy);
    return { awaits: 'approval', objection, due: expiryTime(agent) };
  }
  throw new TypeError("needsApproval returned neither 'run' nor { ask } nor { deny }");
}

/** The fields of a rule, as saved. */
const savedNames = new Map(
  Object.entries({ approvers: 'approvers', count: 'count', notRequester: 'not_requester' }),
);

/** Returns a request as it is saved. If it is malformed, no one may approve. */
function readRights(ask: string, rights: object): Ask {
  const fields = Object.entries(rights).map(([name, value]) => [savedNames.get(name), value]);
  const objection: unknown = { ask, ...Object.fromEntries(fields) };
  // A misspelt or empty field asks for something, too.
  const isEmpty = (part: unknown) => part === undefined || String(part) === '';
  if (isAsk(objection) && !fields.flat().some(isEmpty)) return objection;
  return { ask: `policy.ts failed: its approvers or count is malformed: ${ask}`, approvers: [] };
}

function expiryTime(agent: AgentForSteps): string {
  const { afterMs } = agent.policy.expiry;
  return timeIn(afterMs >= 0 ? afterMs : FALLBACK_EXPIRY_MS, agent);
}

function asQuestion(reason: string, question = 'How should I go on?'): string {
  if (/[.?!]$/.test(reason)) return `${reason} ${question}`;
  return `${reason}: ${question.charAt(0).toLowerCase()}${question.slice(1)}`;
}
