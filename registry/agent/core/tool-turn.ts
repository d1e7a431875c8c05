import { oneLine, UnknownOutcome } from './errors.ts';
import type { Event, Step } from './event.ts';
import { runWithDeadline } from './deadline.ts';
import { at, isPast, timeIn, type Agent } from './agent.ts';
import { toJson, type Thread } from './store.ts';
import type { OpenCall } from './thread.ts';
import { pendingMs, type Action } from './tool.ts';

type Runs = Extract<Action, { awaits: 'result' }>;

/** ms past a tool's own time-out before another process may take its call over. */
const GRACE_MS = 5_000;
/** After so many runs without a known outcome a person looks, even where a retry is safe. */
const MOST_ATTEMPTS = 3;

/** Says who runs the call, and until when, before it runs: of many processes only one gets this appended. */
export function claimCall<S extends Step>(
  agent: Agent<S>,
  { call_id, step, attempt }: OpenCall,
  me: string,
): Event {
  const lease = (actionFor(agent, step)?.timeoutMs ?? 0) + GRACE_MS;
  const lease_until = timeIn(lease, agent);
  return { type: 'tool_started', call_id, attempt: attempt + 1, by: me, lease_until, ...at(agent) };
}

/** Runs the call that this process has claimed. */
export async function runCall<S extends Step>(
  agent: Agent<S>,
  thread: Thread,
  open: OpenCall,
): Promise<Event> {
  const { call_id, attempt, step, by = '' } = open;
  const action = actionFor(agent, step);
  if (!action)
    return {
      type: 'tool_error',
      call_id,
      attempt,
      error: `${step?.intent} can no longer run like this`,
      ...at(agent),
    };
  const limits = {
    timeoutMs: action.timeoutMs,
    isOver: ({ state }: Thread) => state.status === 'cancelled',
  };
  try {
    const result = await runWithDeadline(agent.store, thread.id, limits, async (signal) =>
      action.run({ idempotencyKey: call_id, signal }),
    );
    const ms = pendingMs(result);
    if (ms !== undefined)
      return { type: 'tool_pending', call_id, attempt, due: timeIn(ms, agent), ...at(agent) };
    return { type: 'tool_result', call_id, attempt, result: toJson(result), ...at(agent) };
  } catch (error) {
    if (error instanceof UnknownOutcome) return afterUnknownOutcome(agent, open, by);
    return { type: 'tool_error', call_id, attempt, error: oneLine(error), ...at(agent) };
  }
}

/** Somebody else holds the call, another process or the outside. Once its time is over, nobody knows how far it got. */
export function takeOverCall<S extends Step>(
  agent: Agent<S>,
  open: OpenCall,
  me: string,
): Event | undefined {
  return isPast(open.due, agent) ? afterUnknownOutcome(agent, open, me) : undefined;
}

function afterUnknownOutcome<S extends Step>(agent: Agent<S>, open: OpenCall, me: string): Event {
  const mayRetry =
    actionFor(agent, open.step)?.onUnknownOutcome === 'retry' && open.attempt < MOST_ATTEMPTS;
  if (mayRetry) return claimCall(agent, open, me);
  const { call_id } = open;
  const reason = `nobody knows whether this took effect (key ${call_id}): please look, and say what you found`;
  return { type: 'handed_over', call_id, reason, ...at(agent) };
}

/** The action of a saved step; none if its tool has gone, or is no longer one that runs. */
function actionFor<S extends Step>({ tools }: Agent<S>, step: Step | undefined): Runs | undefined {
  const parsed = tools.schema.safeParse(step);
  const action = parsed.success ? tools.actionFor(parsed.data) : undefined;
  return action?.awaits === 'result' ? action : undefined;
}
