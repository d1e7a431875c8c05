import type { Event, EventOf } from '../core/event.ts';

/** The last event of each delivery, by its id. */
export type Deliveries = ReadonlyMap<string, EventOf<'delivery'>>;

/** Collects the deliveries of a thread. */
export function deliveriesIn(events: readonly Event[]): Deliveries {
  const deliveries = new Map<string, EventOf<'delivery'>>();
  for (const event of events) if (event.type === 'delivery') deliveries.set(event.delivery, event);
  return deliveries;
}

export function wasSent(id: string, deliveries: Deliveries): boolean {
  return deliveries.get(id)?.state === 'sent';
}

/** Whether a delivery failed permanently: no time of a next attempt is set. */
export function hasGivenUp(last: EventOf<'delivery'> | undefined): boolean {
  return last?.state === 'failed' && last.due === undefined;
}

const [FIRST_RETRY_MS, MAX_RETRY_MS] = [5_000, 6 * 3_600_000];

/**
 * Returns the ms until the next attempt: 5 s, then four times as long each time, up to 6 h. A
 * channel may ask for longer.
 */
export function retryAfter(attempt: number, askedMs: number): number {
  const waitMs = FIRST_RETRY_MS * 4 ** (attempt - 1);
  return Math.min(Math.max(waitMs, askedMs), MAX_RETRY_MS);
}

/** The parts of a delivery's id. `part` is a number for a request: 0, then its reminders. */
type Parts = Readonly<{ request: string; part: string; address: string }>;

/** Returns the id of a delivery. `request` is `thread:index` of the event that it tells of. */
export function deliveryId({ request, part, address }: Parts): string {
  return `${request}/${part}/${address}`;
}

export function parseDeliveryId(id: string): Parts {
  const [request = '', part = '', ...address] = id.split('/');
  return { request, part, address: address.join('/') };
}
