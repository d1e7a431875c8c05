import { choose } from './choose.ts';
import type { Event, Step } from './event.ts';
import { at, isPast, type Agent } from './parts.ts';
import { claim, run, takeOver } from './run.ts';
import { append, Conflict, load, type Store, type Thread } from './store/store.ts';
import type { OpenCall, State } from './thread.ts';

/**
 * Moves a thread on, one saved event a turn, until somebody else has to act. It knows nothing but the thread: call it
 * from any process, at any time, as often as you like.
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

/** Whose turn is it? What they do is the next event; there is none while somebody outside has to act. */
async function nextEvent<S extends Step>(agent: Agent<S>, thread: Thread, me: string): Promise<Event | undefined> {
  const { status, open } = thread.state;
  switch (status) {
    case 'thinking':
      return choose(agent, thread);
    case 'ready':
      return claim(agent, open, me);
    case 'running':
      return open.by === me ? run(agent, thread, open) : takeOver(agent, open, me);
    case 'waiting_for_approval':
    case 'waiting_for_human':
      return settle(agent, open);
    case 'waiting_for_result':
      return takeOver(agent, open, me);
    case 'done':
    case 'failed':
    case 'cancelled':
      return undefined;
    default:
      return status satisfies never;
  }
}

/** What code adds to a waiting call by itself: the policy's denial, or that nobody answered in time. */
function settle<S extends Step>(agent: Agent<S>, { call_id, objection, due }: OpenCall): Event | undefined {
  if (objection && 'deny' in objection) {
    return { type: 'approval', call_id, approved: false, by: 'policy', comment: objection.deny, ...at(agent) };
  }
  if (!isPast(due, agent)) return undefined;
  return { type: 'expired', call_id, outcome: agent.policy.expiry.outcome, ...at(agent) };
}

/** If somebody was faster, what this turn made of the old thread is dropped; but the outcome of a run never is. */
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
