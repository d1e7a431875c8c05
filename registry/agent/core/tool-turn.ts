import { isDeepStrictEqual } from 'node:util';
import { isPast, timeIn, type Agent } from './agent.ts';
import { runWithDeadline } from './deadline.ts';
import { oneLine, UnknownOutcome } from './errors.ts';
import type { NewEvent, Step } from './event.ts';
import { toJson, type Thread } from './store.ts';
import type { OpenCall } from './thread.ts';
import { viewThread } from './thread-view.ts';
import { pendingMs, type RunAction } from './tool.ts';

/** Milliseconds between a tool's timeout and the end of its lease. */
const GRACE_MS = 5_000;

/** After as many attempts without a known outcome a person looks, even if a retry is safe. */
const MAX_ATTEMPTS = 3;
const mayRetry = ({ longRunning }: RunAction, { attempt }: OpenCall) =>
  // It looks at the threads that it started. What else it runs, it limits itself.
  longRunning === 'agents' || attempt < MAX_ATTEMPTS;

/** Claims the call until the lease ends. Of many processes only one can append its claim. */
export function claimCall(agent: Agent, open: OpenCall, runId: string): NewEvent {
  const { call_id, step, attempt } = open;
  const timeoutMs = actionFor(agent, step)?.timeoutMs ?? 0;
  const lease_until = timeIn(timeoutMs + GRACE_MS, agent);
  return { type: 'tool_started', call_id, attempt: attempt + 1, by: runId, lease_until };
}

/** Runs the call that this process has claimed, and returns its outcome. */
export async function runCall(agent: Agent, thread: Thread, open: OpenCall): Promise<NewEvent> {
  const { call_id, attempt, step, by = '' } = open;
  const action = actionFor(agent, step);
  if (!action) {
    const error = `${step?.intent} can no longer run: no tool accepts this step`;
    return { type: 'tool_error', call_id, attempt, error };
  }
  // The claim may have been saved late, by a store that was away. Nothing has run on it yet.
  if (timeIn(action.timeoutMs, agent) > (open.due ?? ''))
    return mayRetry(action, open) ? claimCall(agent, open, by) : handOver(call_id);
  try {
    const result = await runAction(agent, thread, action, open);
    const ms = pendingMs(result);
    if (ms === undefined) return { type: 'tool_result', call_id, attempt, result: toJson(result) };
    // The work has begun, and no report of its end would be taken, or none is awaited.
    if (Number.isNaN(ms) || !action.longRunning) return handOver(call_id);
    return { type: 'tool_pending', call_id, attempt, due: timeIn(ms, agent) };
  } catch (error) {
    if (error instanceof UnknownOutcome) return afterUnknownOutcome(agent, open, by);
    return { type: 'tool_error', call_id, attempt, error: oneLine(error) };
  }
}

function runAction(
  agent: Agent,
  thread: Thread,
  action: RunAction,
  open: OpenCall,
): Promise<unknown> {
  const { call_id, attempt } = open;
  const view = viewThread(thread, agent.now(), call_id);
  const agents = agent.children?.callsFor(agent, call_id);
  const context = { idempotencyKey: call_id, attempt, thread: view, agents };
  const isObsolete = ({ state }: Thread) => state.status === 'cancelled';
  const limits = { timeoutMs: action.timeoutMs, isObsolete };
  return runWithDeadline(agent.store, thread, limits, (signal) =>
    action.run({ ...context, signal }),
  );
}

/** Takes over a call that was not finished in time. Undefined while there is time left. */
export function takeOverCall(agent: Agent, open: OpenCall, runId: string): NewEvent | undefined {
  if (!isPast(open.due, agent)) return undefined;
  return afterUnknownOutcome(agent, open, runId);
}

function afterUnknownOutcome(agent: Agent, open: OpenCall, runId: string): NewEvent {
  const action = actionFor(agent, open.step);
  const isSafe = action?.onUnknownOutcome === 'retry' && mayRetry(action, open);
  return isSafe ? claimCall(agent, open, runId) : handOver(open.call_id);
}

/** Asks a person how a call ended. It never expires: only a person can find out. */
function handOver(call_id: string): NewEvent {
  const unknown = `it is unknown whether this took effect (key ${call_id})`;
  const reason = `${unknown}: please check, and answer with what you found`;
  return { type: 'handed_over', call_id, reason };
}

/** Returns the action of a saved step, or undefined if no tool runs it now. */
export function actionFor({ tools }: Pick<Agent, 'tools'>, step?: Step): RunAction | undefined {
  const parsed = tools.schema.safeParse(step);
  if (!parsed.success) return undefined;
  // A schema that changes a step again would run what no person approved.
  if (!isDeepStrictEqual(toJson(parsed.data), toJson(step))) return undefined;
  const action = tools.actionFor(parsed.data);
  return action.awaits === 'result' ? action : undefined;
}
