import type { EventPayload } from './event-payloads.ts';

export type Kind = 'events_api' | 'interactive';

/** How an attempt ended. `body` is what the app answered, to an interaction. */
export type Outcome = { readonly failed?: string; readonly body?: unknown; readonly last?: true };

/** Sends once. Never throws. */
export type Transport = (
  kind: Kind,
  payload: object,
  retry: { readonly number: number; readonly reason: string },
) => Promise<Outcome>;

export type Delivery = {
  readonly event_id: string;
  readonly attempts: readonly Outcome[];
  state: 'going' | 'taken' | 'lost';
};

/** A delivery is late after 3 s; then, and after a failure, it is repeated at these times. */
const minutes = [0, 0, 1, 5] as const;

export type DeliveryOptions = {
  /** ms of a minute of the schedule of retries. */
  readonly minuteMs?: number;
  /** Delivers an event once more although it was taken: so often, on average. */
  readonly duplicates?: number;
  /** ms that an attempt may be held back, so that events overtake one another. */
  readonly scatterMs?: number;
  readonly random?: () => number;
};

/** Delivers events until they are taken, as often as Slack does. */
export function deliverEvents(transport: Transport, options: DeliveryOptions = {}) {
  const { minuteMs = 300, duplicates = 0, scatterMs = 0, random = Math.random } = options;
  const deliveries: Delivery[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let isStopped = false;
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });

  async function deliver(payload: EventPayload): Promise<Delivery> {
    const attempts: Outcome[] = [];
    const delivery: Delivery = { event_id: payload.event_id, attempts, state: 'going' };
    deliveries.push(delivery);
    for (const [number, minute] of minutes.entries()) {
      await wait(minute * minuteMs + random() * scatterMs);
      if (isStopped) return delivery;
      const reason = attempts.slice(-1)[0]?.failed ?? '';
      const outcome = await transport('events_api', payload, { number, reason });
      attempts.push(outcome);
      const isTaken = outcome.failed === undefined;
      if (isTaken) delivery.state = 'taken';
      if (outcome.last || (isTaken && random() >= duplicates)) break;
    }
    if (delivery.state === 'going') delivery.state = 'lost';
    return delivery;
  }

  return {
    deliveries,
    deliver,
    stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
