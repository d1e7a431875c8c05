import { chooseStep } from './model-turn.ts';
import type { Event, Step } from './event.ts';
import { at, isPast, type Agent } from './agent.ts';
import { claimCall, runCall, takeOverCall } from './tool-turn.ts';
import { append, Conflict, load, type Store, type Thread } from './store.ts';
import type { OpenCall, State } from './thread.ts';

/**
 * Advances a thread, one saved event per turn, until it waits for a person or an outside result, or has ended. All
 * state is in the thread: call this from any process, at any time, any number of times.
 */
export async function advance<S extends Step>(agent: Agent<S>, id: string): Promise<Thread> {
  const me = crypto.randomUUID();
  let thread = await load(agent.store, id);
  for (;;) {
    const event = await nextEvent(agent, thread, me);
    if (event === undefined) return thread;
    thread = await save(agent.store, thread, event);
  }
}

/** Computes the next event, or undefined while the thread waits for a person or an outside result. */
async function nextEvent<S extends Step>(
  agent: Agent<S>,
  thread: Thread,
  me: string,
): Promise<Event | undefined> {
  const { status, open } = thread.state;
  switch (status) {
    case 'thinking':
      return chooseStep(agent, thread);
    case 'ready':
      return claimCall(agent, open, me);
    case 'running':
      return open.by === me ? runCall(agent, thread, open) : takeOverCall(agent, open, me);
    case 'waiting_for_approval':
    case 'waiting_for_human':
      return settle(agent, open);
    case 'waiting_for_result':
      return takeOverCall(agent, open, me);
    case 'done':
    case 'failed':
    case 'cancelled':
      return undefined;
    default:
      return status satisfies never;
  }
}

/** Closes a waiting call without a person: the policy denies it, or the time to answer is over. */
function settle<S extends Step>(
  agent: Agent<S>,
  { call_id, objection, due }: OpenCall,
): Event | undefined {
  if (objection && 'deny' in objection) {
    return {
      type: 'approval',
      call_id,
      approved: false,
      by: 'policy',
      comment: objection.deny,
      ...at(agent),
    };
  }
  if (!isPast(due, agent)) return undefined;
  return { type: 'expired', call_id, outcome: agent.policy.expiry.outcome, ...at(agent) };
}

/** On a version conflict, reloads and drops the event, unless it is the result of a tool that is still running here. */
async function save(store: Store, thread: Thread, event: Event): Promise<Thread> {
  try {
    return await append(store, thread, event);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    const fresh = await load(store, thread.id);
    return isSameRun(thread.state, fresh.state) ? save(store, fresh, event) : fresh;
  }
}

function isSameRun(before: State, after: State): boolean {
  if (before.status !== 'running' || after.status !== 'running') return false;
  return before.open.call_id === after.open.call_id && before.open.attempt === after.open.attempt;
}
