import type { Event } from '../core/event.ts';
import { approversOf, lacksApprovers } from '../core/policy.ts';
import type { ApproverRules } from '../core/policy.ts';
import { asksHowItEnded, firstMessage, ownerOf } from '../core/thread.ts';
import type { People } from './directory.ts';
import type { OpenRequest } from './requests.ts';

/** The people who can be told, and by which channels. */
export type Reach = Readonly<{
  people: People;
  policy: ApproverRules;
  channels: Readonly<Record<string, unknown>>;
}>;

/** The addresses that get a request first. Without `deciders`, no one there can answer it. */
export type Recipients = {
  readonly all: readonly string[];
  readonly deciders: readonly string[];
};

/**
 * Returns where the thread came from, and the people who have to approve. A question goes to the
 * owner if the thread came from no channel.
 */
export function recipientsOf(
  { kind, open }: OpenRequest,
  events: readonly Event[],
  reach: Reach,
): Recipients {
  const origin = originOf(events, reach);
  const hasRun = asksHowItEnded(open);
  if (kind !== 'approval' && !hasRun) {
    const owner = ownerOf(events) ?? '';
    const all = origin.length > 0 ? origin : accountsFor([owner], reach);
    return { all, deciders: all };
  }
  const { names, given } = approversOf(open, events, reach.policy);
  const missing = names.filter((name) => !given.includes(name));
  const deciders = accountsFor(missing, reach);
  // The owner reads the place where the thread came from: one request in one channel is enough.
  const [place = ''] = origin;
  const own = accountsFor([ownerOf(events) ?? ''], reach).filter(
    (address) => channelOf(address) === channelOf(place),
  );
  const others = deciders.filter((address) => !own.includes(address));
  const isOwner = others.length < deciders.length;
  return {
    all: [...new Set([...origin, ...others])],
    deciders: isOwner ? [...origin, ...others] : others,
  };
}

/** Whether too few people can approve a call. */
export function cannotBeApproved(
  { kind, open }: OpenRequest,
  events: readonly Event[],
  { policy }: Reach,
): boolean {
  if (kind !== 'approval') return false;
  return lacksApprovers(approversOf(open, events, policy));
}

/** Returns the address of the place where the first message came from, if a channel reaches it. */
export function originOf(events: readonly Event[], reach: Reach): readonly string[] {
  const first = firstMessage(events);
  if (first?.reply_to === undefined) return [];
  const address = `${first.channel}:${first.reply_to}`;
  return isReached(address, reach) ? [address] : [];
}

/** Returns the first address of each person that a channel reaches. */
export function accountsFor(names: readonly string[], reach: Reach): readonly string[] {
  return names.flatMap((name) => {
    const accounts = reach.people.accountsOf(name);
    const address = accounts.find((one) => isReached(one, reach));
    return address === undefined ? [] : [address];
  });
}

function isReached(address: string, { channels }: Reach): boolean {
  return Object.keys(channels).includes(channelOf(address));
}

/** Returns the name of the channel that an address starts with. */
export function channelOf(address: string): string {
  return address.split(':')[0] ?? '';
}
