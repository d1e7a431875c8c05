import { agentFor, stamp, type Agent } from '../core/agent.ts';
import { Refused, UnknownOutcome } from '../core/errors.ts';
import type { EventOf, NewEvent, ParentCall } from '../core/event.ts';
import { threadIdOf, updateThread } from '../core/people.ts';
import { append, Conflict, load, toJson, type Thread } from '../core/store.ts';
import { firstMessage, hasEnded, initial, ownerOf } from '../core/thread.ts';
import { pending, type AgentCalls, type PartOutcome, type Task } from '../core/tool.ts';
import { childIdOf, childOf, openChildren, parentOf } from './family.ts';
import { endPart, outcomeOf, reportEnd } from './reports.ts';

/** ms after which a parent looks at its children, in case that a report was lost. */
const LOOK_AFTER_MS = 86_400_000;

/** A thread that no one started for another is at depth 0. */
const MAX_DEPTH = 3;

/** ms after which a parent looks again if the store failed. It is open what was saved. */
const LOOK_AGAIN_MS = 60_000;

/** Lets a call that runs start threads of other agents, and end its parts. */
export function callsFor(agent: Agent, call_id: string): AgentCalls {
  const inTurn = oneByOne();
  return {
    async ask(name, task, part) {
      const parent = part === undefined ? { call_id } : { call_id, part };
      const look = inTurn(() => outcomeOfChild(agent, { name, task, parent }));
      const outcome = await look.catch(orLookAgain);
      if (outcome === undefined) return pending(LOOK_AFTER_MS);
      if (typeof outcome === 'number') return pending(outcome);
      if ('error' in outcome) throw new Error(outcome.error);
      return outcome.result;
    },
    async endPart(part, outcome) {
      const save = inTurn(() => endPart(agent, { call_id, part }, outcome));
      const ms = await save.catch(orLookAgain);
      return typeof ms === 'number' ? pending(ms) : undefined;
    },
  };
}

/** Runs one piece of work after the other: parts that end at once would wait for each other. */
function oneByOne() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
}

function orLookAgain(error: unknown): number {
  const isKnown = [Refused, UnknownOutcome, TypeError].some((kind) => error instanceof kind);
  if (isKnown) throw error;
  return LOOK_AGAIN_MS;
}

/** Returns how the child ended. Undefined while it has not: starts it, unless it runs. */
async function outcomeOfChild(agent: Agent, request: Request): Promise<PartOutcome | undefined> {
  const { parent } = request;
  const asking = await load(agent.store, threadIdOf(parent.call_id));
  const id = childOf(parent, asking) ?? (await childIdOf(parent));
  const child = await load(agent.store, id);
  const isNew = child.events.length === 0;
  if (!isNew && hasEnded(child.state)) {
    await reportEnd(agent, child, parent);
    return outcomeOf(child);
  }
  if (isNew) await startChild(agent, id, request, asking);
  const { events, state } = isNew ? await load(agent.store, id) : child;
  agent.wake?.(id, ownerOf(events, state));
  return undefined;
}

type Request = {
  readonly name: string;
  readonly task: Task;
  readonly parent: ParentCall;
};

/** Starts a child once. The parent knows of it before it exists, so that a cancel finds it. */
async function startChild(
  agent: Agent,
  child: string,
  request: Request,
  asking: Thread,
): Promise<void> {
  const { name, parent } = request;
  const first = await firstMessageOf(agent, asking);
  const message = stamp(agent, messageOf(request, first));
  agentFor(agent, { id: child, events: [message] });
  await updateThread(agent, asking.id, (thread) => {
    if (openChildren(thread).includes(child)) return undefined;
    if (thread.state.open?.call_id !== parent.call_id)
      throw new UnknownOutcome('the thread moved on');
    return {
      type: 'child_started',
      ...parent,
      agent: name,
      thread: child,
    };
  });
  const empty = {
    id: child,
    events: [],
    state: initial,
  };
  try {
    await append(agent.store, empty, message, agent);
  } catch (error) {
    // Another process was faster.
    if (!(error instanceof Conflict)) throw error;
  }
}

/** Builds the first message of a child: its task, for the person and place of the parent. */
function messageOf({ name, task, parent }: Request, first: EventOf<'message'>): NewEvent {
  const { from, channel, reply_to } = first;
  const { text, data } = task;
  const place = reply_to === undefined ? { channel } : { channel, reply_to };
  return {
    type: 'message',
    from,
    ...place,
    ...(text !== undefined && { text }),
    ...(data !== undefined && { data: toJson(data) }),
    agent: name,
    parent,
  };
}

/** Returns the first message of a thread. @throws Refused if its children would be too deep */
async function firstMessageOf(agent: Agent, { events }: Thread): Promise<EventOf<'message'>> {
  const first = firstMessage(events);
  if (!first) throw new Refused('A thread without a message starts no others.');
  let parent = parentOf(events);
  for (let depth = 1; parent; depth += 1) {
    if (depth === MAX_DEPTH) throw new Refused(`Threads start others ${MAX_DEPTH} deep at most.`);
    parent = parentOf((await load(agent.store, threadIdOf(parent.call_id))).events);
  }
  return first;
}
