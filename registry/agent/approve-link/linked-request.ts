import { hashRequest, type LinkClaim } from '../channels/link.ts';
import { approversOf, mayApprove, type ApproverRules } from '../core/policy.ts';
import type { Event } from '../core/event.ts';
import type { Thread } from '../core/store.ts';
import { initial, reduce, type OpenCall, type State } from '../core/thread.ts';

/** The request that a link is for, as a thread asked it, and the event that closed it. */
export type LinkedRequest = Readonly<{
  open: OpenCall;
  isApproval: boolean;
  closedBy?: Event | undefined;
}>;

/** A request as one person sees it. */
export type RequestView = Readonly<{
  request: LinkedRequest;
  thread: Thread;
  policy: ApproverRules;
  person: string;
  /** Why an answer was not saved, and its fields. */
  error?: string;
  typed?: URLSearchParams;
}>;

/** Finds the request of a link. Undefined if the thread never asked exactly this. */
export function findRequest(events: readonly Event[], claim: LinkClaim): LinkedRequest | undefined {
  let state = initial;
  let found: LinkedRequest | undefined;
  for (const event of events) {
    state = reduce(state, event);
    const next = requestIn(state, claim);
    if (found && !next) return { ...found, closedBy: event };
    found = next;
  }
  return found;
}

function requestIn({ status, open }: State, claim: LinkClaim): LinkedRequest | undefined {
  const isApproval = status === 'waiting_for_approval';
  if (!isApproval && status !== 'waiting_for_human') return undefined;
  if (open.call_id !== claim.call_id || hashRequest(open) !== claim.request) return undefined;
  return { open, isApproval };
}

/** Whether a person may answer. How a run ended is told by an approver, as approvals are. */
export function mayAnswer({ request, thread, policy, person }: RequestView): boolean {
  const { open, isApproval } = request;
  if (!isApproval && open.attempt === 0) return true;
  return mayApprove({ name: person }, approversOf(open, thread.events, policy));
}
