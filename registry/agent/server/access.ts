import { approversOf, mayApprove, type ApproverRules } from '../core/policy.ts';
import { callsIn, type Call } from '../core/event.ts';
import { requireThread } from '../core/people.ts';
import { load, type Query, type Store, type Thread, type ThreadInfo } from '../core/store.ts';
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

/** Loads a thread that the principal may change. @throws Refused if there is none */
export async function loadOwnThread(
  store: Store,
  { principal, id }: ThreadAccess,
): Promise<Thread> {
  const thread = await load(store, id);
  return requireThread(owns(principal, thread) ? thread : withoutEvents(thread));
}

/**
 * Loads a thread that the principal may read: one that it owns, or one with a call that it may
 * approve and that waits for approval, or that it has approved or denied.
 * @throws Refused if there is none
 */
export async function loadVisibleThread(
  store: Store,
  policy: ApproverRules,
  { principal, id }: ThreadAccess,
): Promise<Thread> {
  const thread = await load(store, id);
  const isVisible = owns(principal, thread) || isForApprover(thread, principal, policy);
  return requireThread(isVisible ? thread : withoutEvents(thread));
}

/** Limits a query to the threads that the principal may list. */
export function visibleQuery(principal: Sender, policy: ApproverRules, query: Query): Query {
  const { name, isOperator } = principal;
  if (isOperator) return query;
  const approvers = approversOf({ call_id: '' }, [], policy);
  const isApprover = mayApprove(principal, approvers);
  const isWaiting = query.status === 'waiting_for_approval';
  return isApprover && isWaiting ? query : { ...query, owner: name };
}

/** Whether a listed thread is for the principal, not for other approvers. */
export function mayList(
  principal: Sender,
  policy: ApproverRules,
  { owner, details }: ThreadInfo,
): boolean {
  const { name, isOperator } = principal;
  if (isOperator || owner === name) return true;
  const named = details?.open?.approvers;
  const call = {
    call_id: '',
    objection: { ask: '', ...(named && { approvers: named }) },
  };
  return mayApprove(principal, approversOf(call, [], policy));
}

/** Makes a hidden thread look like one that does not exist. */
const withoutEvents = (thread: Thread): Thread => ({ ...thread, events: [] });

function owns({ name, isOperator }: Principal, { events, state }: Thread): boolean {
  return events.length > 0 && (isOperator === true || ownerOf(events, state) === name);
}

function isForApprover(thread: Thread, person: Sender, policy: ApproverRules): boolean {
  const { id, state, events } = thread;
  const may = (call: Pick<Call, 'call_id' | 'objection'>) =>
    mayApprove(person, approversOf(call, events, policy));
  const { status, open } = state;
  if (status === 'waiting_for_approval' && may(open)) return true;
  // Someone who decided on a call has not decided in a copy of its thread.
  const own = callsIn(events).filter(({ call_id }) => call_id.startsWith(`${id}:`));
  const ids = own.filter(may).map(({ call_id }) => call_id);
  return events.some((event) => {
    const { type } = event;
    if (type !== 'approval' && type !== 'endorsed') return false;
    return event.by === person.name && ids.includes(event.call_id);
  });
}
