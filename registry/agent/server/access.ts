import { Refused } from '../core/errors.ts';
import type { Agent } from '../core/agent.ts';
import { load, type Query, type Store, type Thread } from '../core/store.ts';
import type { Principal } from './authenticate.ts';

type Approvers = Pick<Agent['policy'], 'approvers'>;

/** The thread, if it is theirs. One of somebody else's is as unknown as none. @throws Refused */
export async function ownThread(store: Store, principal: Principal, id: string): Promise<Thread> {
  const thread = await load(store, id);
  if (isTheirs(thread, principal)) return thread;
  throw unknown(id);
}

/** The thread, if it is theirs, or one whose approval they may give, or gave. @throws Refused */
export async function visibleThread(
  store: Store,
  principal: Principal,
  { approvers }: Approvers,
  id: string,
): Promise<Thread> {
  const thread = await load(store, id);
  if (isTheirs(thread, principal)) return thread;
  if (approvers.includes(principal.name) && wasAsked(thread, principal)) return thread;
  throw unknown(id);
}

const unknown = (id: string): Refused => new Refused(`There is no thread ${id}.`, 'unknown');

/** What to list for them: their own, and for an approver whatever waits for an approval. */
export function visibleQuery(
  { name, isOperator }: Principal,
  { approvers }: Approvers,
  query: Query,
): Query {
  const isForApprover = query.status === 'waiting_for_approval' && approvers.includes(name);
  return isOperator || isForApprover ? query : { ...query, owner: name };
}

function isTheirs({ events: [first] }: Thread, { name, isOperator }: Principal): boolean {
  return first?.type === 'message' && (isOperator === true || first.from === name);
}

const wasAsked = ({ state, events }: Thread, { name }: Principal): boolean =>
  state.status === 'waiting_for_approval' ||
  events.some((event) => event.type === 'approval' && event.by === name);
