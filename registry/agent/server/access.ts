import { Refused } from '../errors.ts';
import type { Agent } from '../parts.ts';
import { load, type Query, type Store, type Thread } from '../store/store.ts';
import type { Principal } from './authenticate.ts';

type Approvers = Pick<Agent['policy'], 'approvers'>;

/** The thread, if it is theirs. One of somebody else's is as unknown as none. @throws Refused */
export async function ownThread(store: Store, { name, isOperator }: Principal, id: string): Promise<Thread> {
  const thread = await load(store, id);
  const owner = ownerOf(thread);
  if (owner !== undefined && (isOperator || owner === name)) return thread;
  throw new Refused(`There is no thread ${id}.`, 'unknown');
}

/** The thread, if it is theirs, or one whose approval they may give, or gave. @throws Refused */
export async function visibleThread(
  store: Store,
  principal: Principal,
  { approvers }: Approvers,
  id: string,
): Promise<Thread> {
  const thread = await load(store, id);
  const decided = thread.events.some((event) => event.type === 'approval' && event.by === principal.name);
  const isAsked = thread.state.status === 'waiting_for_approval' || decided;
  if (isAsked && approvers.includes(principal.name)) return thread;
  return ownThread(store, principal, id);
}

/** What to list for them: their own, and for an approver whatever waits for an approval. */
export function visibleQuery({ name, isOperator }: Principal, { approvers }: Approvers, query: Query): Query {
  const isForApprover = query.status === 'waiting_for_approval' && approvers.includes(name);
  return isOperator || isForApprover ? query : { ...query, owner: name };
}

function ownerOf({ events: [first] }: Thread): string | undefined {
  return first?.type === 'message' ? first.from : undefined;
}
