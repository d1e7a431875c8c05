import type { Agent, Children, SmallAgent } from '../core/agent.ts';
import type { Event, NewEvent } from '../core/event.ts';
import { threadIdOf } from '../core/people.ts';
import { isMoving, load, mayHaveChanged, type Thread } from '../core/store.ts';
import { ownerOf } from '../core/thread.ts';
import { advanceAll } from './advance-all.ts';
import { callsFor } from './calls.ts';
import { openChildren, owesReport, parentOf, reportDueAt, reported } from './family.ts';
import { problemOf } from './problem.ts';
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
    problem: (thread) => problemOf(agents, thread),
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
    agent.wake?.(threadIdOf(parent.call_id), ownerOf(events, state));
    return reported;
  }
  const [first] = events;
  if (!first || !isMoving(state.status)) return undefined;
  return await followCancelled(agent, first, parent.call_id);
}

/** How many events a parent had when a child last looked at it, by the child's first event. */
const seen = new WeakMap<Event, number>();

/** A parent that was cancelled while it started a child could not cancel that. */
async function followCancelled(
  { store }: Agent,
  first: Event,
  call_id: string,
): Promise<NewEvent | undefined> {
  const id = threadIdOf(call_id);
  const known = seen.get(first) ?? 0;
  if (!(await mayHaveChanged(store, id, known))) return undefined;
  const { events } = await load(store, id);
  const cancelled = events.find((event) => event.type === 'cancelled');
  if (!cancelled) {
    seen.set(first, events.length);
    return undefined;
  }
  return {
    type: 'cancelled',
    by: cancelled.by,
    reason: 'its parent was cancelled',
  };
}
