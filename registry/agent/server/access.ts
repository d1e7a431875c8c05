import type { Agent } from '../core/agent.ts';
import { requireThread } from '../core/people.ts';
import { mayApprove } from '../core/policy.ts';
import { load, type Query, type Store, type Thread } from '../core/store.ts';
import { ownerOf } from '../core/thread.ts';
import type { Principal } from './authenticate.ts';
import type { ReportClaim } from './report-token.ts';

/** A sender. An `authenticate.ts` that was written before may not have `isLocal`. */
export type Sender = Principal & { readonly isLocal?: boolean };

type ThreadAccess = {
  readonly principal: Sender;
  /** The thread in the path of the request, empty if there is none. */
  readonly id: string;
};

/** A request whose sender is known. `claim` is that of its report token. */
export type ApiRequest = ThreadAccess & {
  readonly request: Request;
  readonly claim?: ReportClaim | undefined;
};

type Approvers = Pick<Agent['policy'], 'approvers'>;

/** Loads a thread that the principal may change. @throws Refused if there is none */
export async function loadOwnThread(
  store: Store,
  { principal, id }: ThreadAccess,
): Promise<Thread> {
  const thread = await load(store, id);
  return requireThread(owns(principal, thread) ? thread : withoutEvents(thread));
}

/**
 * Loads a thread that the principal may read: one that it owns, or as an approver, one that waits
 * for an approval or has one from this principal.
 * @throws Refused if there is none
 */
export async function loadVisibleThread(
  store: Store,
  policy: Approvers,
  { principal, id }: ThreadAccess,
): Promise<Thread> {
  const thread = await load(store, id);
  const isApprover = mayApprove(principal, policy);
  const isForApprover = isApprover && needsOrHasApproval(thread, principal);
  const isVisible = isForApprover || owns(principal, thread);
  return requireThread(isVisible ? thread : withoutEvents(thread));
}

/** Limits a query to the threads that the principal may list. */
export function visibleQuery(principal: Sender, policy: Approvers, query: Query): Query {
  const { name, isOperator } = principal;
  const isApprover = mayApprove(principal, policy);
  const isForApprover = isApprover && query.status === 'waiting_for_approval';
  if (isOperator || isForApprover) return query;
  return { ...query, owner: name };
}

/** Makes a hidden thread look like one that does not exist. */
const withoutEvents = (thread: Thread): Thread => ({ ...thread, events: [] });

function owns({ name, isOperator }: Principal, { events }: Thread): boolean {
  return events.length > 0 && (isOperator === true || ownerOf(events) === name);
}

function needsOrHasApproval({ state, events }: Thread, { name }: Principal): boolean {
  if (state.status === 'waiting_for_approval') return true;
  return events.some((event) => event.type === 'approval' && event.by === name);
}
