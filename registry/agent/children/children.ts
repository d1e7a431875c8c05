import type { Agent, Children, SmallAgent } from '../core/agent.ts';
import type { NewEvent } from '../core/event.ts';
import { threadIdOf } from '../core/people.ts';
import { isMoving, load, type Thread } from '../core/store.ts';
import { ownerOf } from '../core/thread.ts';
import { advanceAll } from './advance-all.ts';
import { callsFor } from './calls.ts';
import { openChildren, owesReport, parentOf, reportDueAt, reported } from './family.ts';
import { reportEnd } from './reports.ts';

/**
 * Lets calls start threads of other agents and wait for them. Each has its own prompt, tools and
 * budgets; model, store and the people who may approve are those of `agent.ts`.
 */
export function children(agents: Readonly<Record<string, SmallAgent>>): Children {
  return {
    agents,
    dueAt: reportDueAt,
    openChildren,
    callsFor,
    nextEvent,
    advance: advanceAll,
  };
}

/** A child reports its end to its parent, and ends if its parent was cancelled. */
async function nextEvent(agent: Agent, thread: Thread): Promise<NewEvent | undefined> {
  const { events, state } = thread;
  const parent = parentOf(events);
  if (!parent) return undefined;
  if (owesReport(thread)) {
    await reportEnd(agent, thread, parent);
    agent.wake?.(threadIdOf(parent.call_id), ownerOf(events));
    return reported;
  }
  return isMoving(state.status) ? await followCancelled(agent, parent.call_id) : undefined;
}

/** A parent that was cancelled while it started a child could not cancel that. */
async function followCancelled(agent: Agent, call_id: string): Promise<NewEvent | undefined> {
  const { events } = await load(agent.store, threadIdOf(call_id));
  const cancelled = events.find((event) => event.type === 'cancelled');
  if (!cancelled) return undefined;
  return {
    type: 'cancelled',
    by: cancelled.by,
    reason: 'its parent was cancelled',
  };
}
