import { stamp, timeIn, type Agent, type Outbox } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';
import { isObject, type EventOf } from '../core/event.ts';
import { updateThread } from '../core/people.ts';
import type { OpenCall } from '../core/thread.ts';
import { append, Conflict, load, reload, type Thread } from '../core/store.ts';
import { Undeliverable, type Channel, type Channels, type Notice } from './channel.ts';
import { deliveriesIn, hasGivenUp, parseDeliveryId } from './deliveries.ts';
import { retryAfter, type Deliveries } from './deliveries.ts';
import { hashRequest, linkFor } from './link.ts';
import { planNotices, type PlannedNotice } from './notices.ts';
import type { Reach } from './recipients.ts';
import { openRequestIn } from './requests.ts';

/** ms that a channel gets to send. */
const SEND_TIMEOUT_MS = 20_000;
/** ms after which a sender is taken for lost. */
const LEASE_MS = 60_000;
/** How often news are tried. A request is tried for as long as it waits. */
const MAX_ATTEMPTS_OF_NEWS = 10;

/** The trigger that serves the page of a link. */
const PAGE = 'answer';

type Options = Reach & { readonly channels: Channels };

/** Tells people what a thread waits for, how a request ended, and how the thread ended. */
export function outbox(options: Options): Outbox {
  return {
    dueAt(thread) {
      // An event must be saved also if a rule of people.ts throws. `send` then says why.
      try {
        return nextDue(thread, options);
      } catch {
        return thread.events.slice(-1)[0]?.at;
      }
    },
    async send(agent, id, signal) {
      // A failure can make further notices due.
      while (!signal.aborted && (await sendDue(agent, id, { ...options, signal })));
    },
  };
}

function nextDue(thread: Thread, reach: Reach): string | undefined {
  const deliveries = deliveriesIn(thread.events);
  const lastAt = thread.events.slice(-1)[0]?.at ?? '';
  const times = planNotices(thread, reach, Date.parse(lastAt))
    .map((notice) => dueAt(notice, deliveries))
    .filter((time) => time !== undefined);
  return times.sort()[0];
}

/** @throws Error if a thread waits, and no one is or will be told */
function requireRecipients(thread: Thread, reach: Reach): void {
  const request = openRequestIn(thread);
  if (!request || planNotices(thread, reach, 0).length > 0) return;
  const told = [...deliveriesIn(thread.events).keys()];
  if (told.some((id) => parseDeliveryId(id).request === request.id)) return;
  throw new Error(
    `No one is told of ${request.id}: people.ts has no account of those who may answer`,
  );
}

/** Returns the time at which a notice is to be sent, or sent again. */
function dueAt({ id, at }: PlannedNotice, deliveries: Deliveries): string | undefined {
  const last = deliveries.get(id);
  if (last === undefined) return at;
  return hasGivenUp(last) ? undefined : last.due;
}

function nextNotice(agent: Agent, thread: Thread, reach: Reach): PlannedNotice | undefined {
  const deliveries = deliveriesIn(thread.events);
  const now = timeIn(0, agent);
  return planNotices(thread, reach, agent.now()).find((notice) => {
    const due = dueAt(notice, deliveries);
    return due !== undefined && due <= now;
  });
}

type Sending = Options & { readonly signal: AbortSignal };

/** Sends the notices that are due, all at once: a slow channel holds up no other one. */
async function sendDue(agent: Agent, id: string, sending: Sending): Promise<boolean> {
  const sends: Promise<void>[] = [];
  const errors: unknown[] = [];
  let thread = await load(agent.store, id);
  try {
    for (;;) {
      const notice = nextNotice(agent, thread, sending);
      if (!notice) break;
      const claim = await claimNotice(agent, thread, notice);
      const send = () => sendOne(agent, claim, notice, sending);
      if (claim.isOurs) sends.push(send().catch((error) => void errors.push(error)));
      thread = claim.thread;
    }
  } finally {
    await Promise.all(sends);
  }
  for (const error of errors) throw error;
  if (sends.length === 0) requireRecipients(thread, sending);
  return sends.length > 0;
}

type Claim = {
  /** The thread, with the claim if it `isOurs`. */
  readonly thread: Thread;
  readonly isOurs: boolean;
  readonly attempt: number;
};

/** Claims a notice. Of many processes only one can. */
async function claimNotice(agent: Agent, thread: Thread, { id }: PlannedNotice): Promise<Claim> {
  const attempt = (deliveriesIn(thread.events).get(id)?.attempt ?? 0) + 1;
  const claim = stamp(agent, {
    type: 'delivery',
    delivery: id,
    attempt,
    state: 'sending',
    due: timeIn(LEASE_MS, agent),
  });
  try {
    const claimed = await append(agent.store, thread, claim, agent);
    return { thread: claimed, isOurs: true, attempt };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return { thread: await reload(agent.store, thread), isOurs: false, attempt };
  }
}

/** Sends a notice that was claimed, and saves the outcome. */
async function sendOne(
  agent: Agent,
  { thread, attempt }: Claim,
  notice: PlannedNotice,
  { channels, signal }: Sending,
): Promise<void> {
  const outcome = await attemptToSend(agent, notice, {
    channel: channels[notice.channel],
    open: thread.state.open,
    attempt,
    signal,
  });
  // The worker stops. Once the lease is over, the next one looks whether it was sent.
  if (signal.aborted && outcome.state === 'failed') return;
  await updateThread(agent, thread.id, ({ events }) => {
    const last = deliveriesIn(events).get(notice.id);
    // Another process took it over, because this one was silent for long.
    const isOurs = last?.state === 'sending' && last.attempt === attempt;
    if (!isOurs) return undefined;
    return {
      type: 'delivery',
      delivery: notice.id,
      attempt,
      ...outcome,
    };
  });
}

const isRequest = ({ kind }: Notice) => ['approval', 'question', 'handed_over'].includes(kind);

type Attempt = {
  readonly channel: Channel | undefined;
  readonly open: OpenCall | undefined;
  readonly attempt: number;
  readonly signal: AbortSignal;
};
type Outcome = Pick<EventOf<'delivery'>, 'state' | 'ref' | 'error' | 'due'>;

async function attemptToSend(
  agent: Agent,
  notice: PlannedNotice,
  attempt: Attempt,
): Promise<Outcome> {
  const { limit, expired, end } = limitTo(SEND_TIMEOUT_MS, attempt.signal);
  try {
    // A channel may ignore the signal.
    return await Promise.race([expired, deliver(agent, notice, { ...attempt, signal: limit })]);
  } catch (error) {
    return toFailure(agent, notice, attempt, error);
  } finally {
    end();
  }
}

async function deliver(
  agent: Agent,
  notice: PlannedNotice,
  { channel, open, attempt, signal }: Attempt,
): Promise<Outcome> {
  if (!channel) throw new Undeliverable(`agent.ts has no channel ${notice.channel}`);
  const { asked, request } = notice;
  const found = asked && (await channel.find?.({ ...notice, id: asked }, signal));
  // A request that did not arrive needs no answer.
  if (asked && channel.find && !found) return { state: 'sent' };
  const complete = { ...withLink(agent, open, notice), request: found ?? request };
  // An attempt that failed may have reached the person anyway.
  const before = attempt > 1 ? await channel.find?.(complete, signal) : undefined;
  const ref = before ?? (await channel.send(complete, signal));
  return ref === undefined ? { state: 'sent' } : { state: 'sent', ref };
}

function toFailure(
  agent: Agent,
  notice: PlannedNotice,
  { attempt }: Attempt,
  error: unknown,
): Outcome {
  const failed = { state: 'failed', error: oneLine(error) } as const;
  const isOver = !isRequest(notice) && attempt >= MAX_ATTEMPTS_OF_NEWS;
  if (isOver || error instanceof Undeliverable) return failed;
  const askedMs = isObject(error) ? Number(error['retryAfterMs']) : 0;
  return { ...failed, due: timeIn(retryAfter(attempt, askedMs || 0), agent) };
}

/**
 * Returns a signal that also fires after `ms`, and a promise that rejects then. `AbortSignal.any`
 * can lose its timer in Node 20.
 */
function limitTo(ms: number, signal: AbortSignal) {
  const limit = new AbortController();
  const expired = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason), { once: true });
  });
  const stop = () => limit.abort(signal.reason);
  const expire = () => limit.abort(new Error(`no answer in ${ms} ms`));
  const timer = setTimeout(expire, ms);
  signal.addEventListener('abort', stop, { once: true });
  const end = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  };
  return { limit: limit.signal, expired, end };
}

/** Adds a link for the one person who reads the notice, if the agent serves the page behind it. */
function withLink(agent: Agent, open: OpenCall | undefined, notice: PlannedNotice): PlannedNotice {
  if (!isRequest(notice) || !open || !agent.triggers?.[PAGE]) return notice;
  const hash = hashRequest(open);
  return { ...notice, link: linkFor({ ...notice, hash }, PAGE, agent.now()) };
}
