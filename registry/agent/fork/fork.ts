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
import {
  firstMessage,
  initial,
  isHeld,
  reduce,
  type OpenCall,
  type State,
} from '../core/thread.ts';

/** `version`: only the first so many events are copied. The same `key` means the same copy. */
export type Fork = Readonly<{
  by: string;
  version?: number | undefined;
  key?: string | undefined;
}>;

/**
 * Copies a thread, or its first events, into a new one of `by`, at once or not at all. It comes from
 * no channel, works for no other thread, and has no open call: the model is asked again. Each of its
 * steps needs approval, until `lift`.
 * @throws Refused
 */
export async function fork(agent: AgentForPeople, id: string, wanted: Fork): Promise<Thread> {
  const { store } = agent;
  if (!store.create) {
    const why = 'its store cannot save many events at once (`create` in core/store.ts)';
    throw new Refused(`${id} cannot be copied: ${why}.`);
  }
  const source = requireThread(await load(store, id));
  const events = eventsOf(agent, source, wanted);
  const copy = { id: await idOf(id, wanted), events, state: stateOf(events) };
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
    requireApprover(agent, requireThread(thread), { call_id: '' }, person);
    if (isHeld(thread.events)) return { type: 'lifted', by: person.name };
    throw new Refused(`${id} is not held: its steps run as the policy says.`, 'late');
  });
}

async function idOf(id: string, { by, version, key }: Fork): Promise<string> {
  if (key === undefined) return `t_${crypto.randomUUID().slice(0, 8)}`;
  return await threadIdFor('fork', JSON.stringify([id, version, by, key]));
}

function eventsOf(agent: AgentForPeople, source: Thread, { by, version }: Fork): readonly Event[] {
  const { id, events } = source;
  const { length } = events;
  const until = version ?? length;
  const first = events.slice(0, until);
  if (!(until >= 1 && until <= length && Number.isInteger(until)) || !firstMessage(first)) {
    const least = events.findIndex(({ type }) => type === 'message') + 1;
    throw new Refused(`${id} can be copied up to event ${least} to ${length}.`, 'invalid');
  }
  const settled = withoutUnstarted(first.flatMap(toCopied));
  const { open, status } = stateOf(settled);
  const added: NewEvent[] = [{ type: 'forked', by, thread: id, version: until }];
  // Else nothing would tell the model and people of it.
  if (open && status !== 'waiting_for_human') added.unshift(asInterrupted(open));
  const copied = [...settled, ...added.map((event) => stamp(agent, event))];
  if (copied.every(canSave)) return copied;
  throw new Refused(`${id} has an event of a later version, or one that is malformed.`);
}

const stateOf = (events: readonly Event[]): State => events.reduce(reduce, initial);

function asInterrupted({ call_id }: OpenCall): NewEvent {
  const reason = 'this ran when the thread was copied: it may have happened, or happen yet';
  return { type: 'handed_over', call_id, reason };
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

/** Leaves out the open call as long as it has not started, and then the one that it replaced. */
function withoutUnstarted(events: readonly Event[]): readonly Event[] {
  const { open } = stateOf(events);
  if (!open || open.attempt > 0) return events;
  const { call_id } = open;
  const kept = events.filter((event) => {
    if (event.type === 'approval' && event.edit?.call_id === call_id) return false;
    return !('call_id' in event && event.call_id === call_id);
  });
  return withoutUnstarted(kept);
}
