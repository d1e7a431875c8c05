import { stamp } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import { without, type Event, type NewEvent } from '../core/event.ts';
import {
  requireApprover,
  requireThread,
  threadIdFor,
  updateThread,
  type AgentForPeople,
} from '../core/people.ts';
import type { Person } from '../core/policy.ts';
import { canSave, Conflict, indexOf, load, type Thread } from '../core/store.ts';
import { initial, reduce, type State } from '../core/thread.ts';

export type Fork = Readonly<{
  by: string;
  /** How many of the first events are copied: by default, all. */
  version?: number | undefined;
  /** The same key means the same copy. */
  key?: string | undefined;
}>;

/**
 * Copies a thread, or its first events, into a new one of `by`, at once or not at all. The copy
 * has no channel, no parent and no open call: the model is asked again. Each of its steps needs
 * approval, until `lift`.
 * @throws Refused
 */
export async function fork(agent: AgentForPeople, id: string, wanted: Fork): Promise<Thread> {
  const { store } = agent;
  if (!store.create) {
    const why = 'its store cannot save many events at once';
    throw new Refused(`${id} cannot be copied: ${why} (create() in core/store.ts).`, 'forbidden');
  }
  const source = requireThread(await load(store, id));
  const events = eventsOf(agent, source, wanted);
  const copy = {
    id: await idOf(id, wanted),
    events,
    state: stateOf(events),
  };
  try {
    await store.create(copy.id, events, indexOf(copy, agent));
    return copy;
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    if (wanted.key !== undefined) return await load(store, copy.id);
    return await fork(agent, id, wanted);
  }
}

/** Lets the steps of a copy run as the policy says. An open request stays. @throws Refused */
export async function lift(agent: AgentForPeople, id: string, person: Person): Promise<Thread> {
  return await updateThread(agent, id, (thread) => {
    requireThread(thread);
    requireApprover(agent, thread, { call_id: '' }, person);
    if (thread.state.fork?.isHeld) return { type: 'lifted', by: person.name };
    throw new Refused(`${id} is not held: its steps run as the policy says.`, 'late');
  });
}

async function idOf(id: string, { by, version, key }: Fork): Promise<string> {
  if (key === undefined) return `t_${crypto.randomUUID().slice(0, 8)}`;
  return await threadIdFor('fork', JSON.stringify([id, version, by, key]));
}

function eventsOf(
  agent: AgentForPeople,
  { id, events }: Thread,
  { by, version }: Fork,
): readonly Event[] {
  const { length } = events;
  const least = events.findIndex(({ type }) => type === 'message') + 1;
  const until = version ?? length;
  if (!(Number.isInteger(until) && until >= least && until <= length))
    throw new Refused(`${id} can be copied up to event ${least} to ${length}.`, 'invalid');
  const copied = withoutOpenCall(events.slice(0, until).flatMap(toCopied));
  const added: readonly NewEvent[] = [
    ...interruptionIn(copied),
    {
      type: 'forked',
      by,
      thread: id,
      version: until,
    },
  ];
  const all = [...copied, ...added.map((event) => stamp(agent, event))];
  if (all.every(canSave)) return all;
  const why = 'an event of it is malformed, or of a later version';
  throw new Refused(`${id} cannot be copied: ${why}.`, 'late');
}

function stateOf(events: readonly Event[]): State {
  return events.reduce(reduce, initial);
}

/** Returns the event that tells of a call that had started, if none did. */
function interruptionIn(events: readonly Event[]): readonly NewEvent[] {
  const { open, status } = stateOf(events);
  if (!open || status === 'waiting_for_human') return [];
  const when = 'this ran when the thread was copied';
  const reason = `${when}: it may have happened, or happen yet`;
  return [
    {
      type: 'handed_over',
      call_id: open.call_id,
      reason,
    },
  ];
}

/** Returns an event without what ties it to a channel, a delivery or another thread. */
function toCopied(event: Event): readonly Event[] {
  switch (event.type) {
    case 'delivery':
    case 'cancelled':
      return [];
    case 'message': {
      const said = without(without(event, 'reply_to'), 'idempotency_key');
      return [{ ...without(said, 'parent'), channel: 'fork' }];
    }
    case 'human_response':
      return [without(event, 'idempotency_key')];
    default:
      return [event];
  }
}

/** Leaves out an open call that has not started, and the call that it replaced. */
function withoutOpenCall(events: readonly Event[]): readonly Event[] {
  const { open } = stateOf(events);
  if (!open || open.attempt > 0) return events;
  const { call_id } = open;
  const kept = events.filter((event) => {
    const { type } = event;
    if (type === 'approval' && event.edit?.call_id === call_id) return false;
    return !('call_id' in event && event.call_id === call_id);
  });
  return withoutOpenCall(kept);
}
