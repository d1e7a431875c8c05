import { agentFor, isPast, stamp, type Agent } from './agent.ts';
import { areDeliveries, isOutcome, type Event, type NewEvent } from './event.ts';
import { chooseStep } from './model-turn.ts';
import { append, Conflict, load, nextCallId, reload, type Thread } from './store.ts';
import { hasEnded, type OpenCall, type State, type Status } from './thread.ts';
import { claimCall, runCall, takeOverCall } from './tool-turn.ts';

/**
 * Advances a thread, one saved event at a time, until it waits for a person or an outside result,
 * or has ended. Safe to call from any process, at any time, any number of times.
 */
export async function advance(agent: Agent, id: string): Promise<Thread> {
  if (agent.children && !agent.wake) return await agent.children.advance(agent, id);
  const runId = crypto.randomUUID();
  let thread = await load(agent.store, id);
  for (;;) {
    const follows = await agent.children?.nextEvent(agent, thread);
    const event = follows ?? (await nextEvent(agent, thread, runId));
    if (event === undefined) return thread;
    thread = await save(agent, thread, stamp(agent, event));
  }
}

/** Computes the next event. Undefined while it waits, and after its end: its agent may be gone. */
async function nextEvent(
  wired: Agent,
  thread: Thread,
  runId: string,
): Promise<NewEvent | undefined> {
  const { status, open } = thread.state;
  const agent = hasEnded(thread.state) ? wired : agentFor(wired, thread);
  switch (status) {
    case 'thinking':
      return (await agent.prefetch?.(agent, thread)) ?? (await chooseStep(agent, thread));
    case 'ready':
      return claimCall(agent, open, runId);
    case 'running':
      if (open.by === runId) return await runCall(agent, thread, open);
      return takeOverCall(agent, open, runId);
    case 'waiting_for_approval':
    case 'waiting_for_human':
      return closeDeniedOrExpired(agent, open);
    case 'waiting_for_result':
      // The outcome was not reported in time: it is unknown, as after a crash.
      return takeOverCall(agent, open, runId);
    case 'done':
    case 'failed':
    case 'cancelled':
      return undefined;
    default:
      return status satisfies never;
  }
}

/** Closes a waiting call if the policy denies it, or if the time to answer is over. */
function closeDeniedOrExpired(agent: Agent, open: OpenCall): NewEvent | undefined {
  const { call_id, objection, due } = open;
  if (objection && 'deny' in objection) {
    const comment = objection.deny;
    return { type: 'approval', call_id, approved: false, by: 'policy', comment };
  }
  if (!isPast(due, agent)) return undefined;
  return { type: 'expired', call_id, outcome: agent.policy.expiry.outcome };
}

/**
 * Appends the event. On a version conflict, reloads and drops the event, unless people were only
 * told something, or it is the outcome of a tool that this process still runs. Once a person was
 * asked, only an outcome still counts.
 */
async function save(agent: Agent, thread: Thread, event: Event): Promise<Thread> {
  try {
    return await append(agent.store, thread, event, agent);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    const fresh = await reload(agent.store, thread);
    if (areDeliveries(fresh.events.slice(thread.events.length)))
      return save(agent, fresh, renumber(event, thread, fresh));
    if (!isSameRun(thread.state, fresh.state)) return fresh;
    if (fresh.state.status === 'running') return save(agent, fresh, event);
    return isOutcome(event) ? save(agent, fresh, { ...event, late: true }) : fresh;
  }
}

/** Gives a new call the id of the place where it is appended. */
function renumber(event: Event, before: Thread, after: Thread): Event {
  const isNew = 'call_id' in event && event.call_id === nextCallId(before);
  return isNew ? { ...event, call_id: nextCallId(after) } : event;
}

function isSameRun(before: State, after: State): boolean {
  const held: readonly Status[] = ['running', 'waiting_for_human'];
  if (!held.includes(before.status) || !held.includes(after.status)) return false;
  const isSameCall = before.open?.call_id === after.open?.call_id;
  return isSameCall && before.open?.attempt === after.open?.attempt;
}
