import { timeIn } from '../core/agent.ts';
import type { Event, Step } from '../core/event.ts';
import { approversOf, endorsersOf } from '../core/policy.ts';
import { redact } from '../core/sanitize.ts';
import type { Thread } from '../core/store.ts';
import { firstMessage } from '../core/thread.ts';
import type { Notice } from './channel.ts';
import {
  deliveriesIn,
  deliveryId,
  hasGivenUp,
  parseDeliveryId,
  wasSent,
  type Deliveries,
} from './deliveries.ts';
import { describeAnswer, taskOf, textOf, withoutSecrets } from './describe.ts';
import {
  accountsFor,
  cannotBeApproved,
  channelOf,
  originOf,
  recipientsOf,
  type Reach,
} from './recipients.ts';
import { answerTo, openRequestIn, type OpenRequest } from './requests.ts';

/** A notice, the channel that sends it, and the ISO time from which it is due. */
export type PlannedNotice = Notice & {
  readonly channel: string;
  readonly at: string;
  /** The delivery of the request that was answered, if it is unknown whether it was sent. */
  readonly asked?: string | undefined;
};

/** The end of a thread is told for this many ms. An address that comes later gets no old ones. */
const NEWS_MS = 2 * 86_400_000;

/**
 * Lists what people must still be told of a thread, and from when. Computed from its events; `now`
 * is in ms since 1970.
 */
export function planNotices(thread: Thread, reach: Reach, now: number): readonly PlannedNotice[] {
  const deliveries = deliveriesIn(thread.events);
  const context = {
    thread,
    reach,
    deliveries,
    now,
  };
  const all = [...requestNotices(context), ...answerNotices(context), ...endNotices(context)];
  return all.filter(({ id }) => !wasSent(id, deliveries));
}

type Context = {
  readonly thread: Thread;
  readonly reach: Reach;
  readonly deliveries: Deliveries;
  readonly now: number;
};

/** The request that waits for a person now, its reminders, and its escalation. */
function requestNotices(context: Context): readonly PlannedNotice[] {
  const { thread, reach, deliveries } = context;
  const { id, events } = thread;
  const request = openRequestIn(thread);
  if (!request) return [];
  const { call_id, due } = request.open;
  const shared = {
    ...contentOf(request, events, reach),
    about: aboutOf(events),
    thread: id,
    call_id,
    due,
  };
  const idFor = (address: string, reminder = 0) =>
    deliveryId({
      request: request.id,
      part: String(reminder),
      address,
    });
  const notice = (address: string, afterMs: number, reminder = 0) => {
    const at = timeAfter(request.at, afterMs);
    const planned = {
      ...shared,
      id: idFor(address, reminder),
      reminder,
    };
    return planNotice(planned, address, at, reach);
  };
  const { remindAfterMs, escalation, also = [] } = reach.people;
  const { all, deciders } = recipientsOf(request, events, reach);
  const isLost = deciders.every((address) => hasGivenUp(deliveries.get(idFor(address))));
  const urgency = urgencyOf(request, events, reach, isLost);
  const escalateMs = urgency ? 0 : escalation.afterMs;
  const why = urgency ?? lateness(request, events);
  const next = accountsFor(escalation.to, reach).filter((address) => !all.includes(address));
  const reminders = remindAfterMs.flatMap((ms, index) =>
    all.map((address) => notice(address, ms, index + 1)),
  );
  return [
    ...[...all, ...also].map((address) => notice(address, 0)),
    ...next.map((address) => asEscalation(notice(address, escalateMs), why)),
    ...reminders,
  ];
}

/** Says why a person gets the request of others. */
function asEscalation(notice: PlannedNotice, why: string): PlannedNotice {
  const text = `${notice.text} (You get this because ${why}.)`;
  return {
    ...notice,
    text: text.trim(),
  };
}

/** Says why a request escalates at once, if it does. */
function urgencyOf(
  request: OpenRequest,
  events: readonly Event[],
  reach: Reach,
  isLost: boolean,
): string | undefined {
  if (cannotBeApproved(request, events, reach)) return 'too few people can approve it';
  if (isLost) return 'no one else who may answer can be told';
  return undefined;
}

/** Says why a request that was sent escalates later. */
function lateness({ open }: OpenRequest, events: readonly Event[]): string {
  const given = endorsersOf(open.call_id, events);
  if (given.length === 0) return 'no one else has answered';
  return 'an approval is still missing';
}

type Content = Pick<Notice, 'kind' | 'text' | 'step' | 'choices' | 'approvers' | 'needed'>;

function contentOf(
  { kind, open }: OpenRequest,
  events: readonly Event[],
  { policy }: Reach,
): Content {
  const { objection, reason = '', step } = open;
  if (kind === 'question') {
    const text = redact(textOf(step));
    return {
      kind,
      text,
      choices: choicesOf(step),
    };
  }
  const shown = step && withoutSecrets(step);
  if (kind === 'handed_over') return { kind, text: redact(reason), step: shown };
  const { names, count } = approversOf(open, events, policy);
  const asked = objection && 'ask' in objection ? objection.ask : '';
  const text = redact(asked);
  return {
    kind,
    text,
    step: shown,
    approvers: names,
    needed: count,
  };
}

/** Says who started the thread, and what for. The text is on one line: it cannot pass for data. */
function aboutOf(events: readonly Event[]): string {
  const { from, text, data } = taskOf(events, MAX_ABOUT_CHARS);
  const line = `${from}: ${text}`.replace(/\s+/g, ' ').trim();
  return data === '' ? line : `${line}\n${data}`;
}

const MAX_ABOUT_CHARS = 400;

/** Returns the answers that a question offers in its field `choices`. */
export function choicesOf(step: Step | undefined): readonly string[] | undefined {
  const choices = step?.['choices'];
  if (!Array.isArray(choices) || choices.length === 0) return undefined;
  return choices.map((choice) => redact(String(choice)));
}

/** Tells each place that was asked, or may have been, how the request ended. */
function answerNotices(context: Context): readonly PlannedNotice[] {
  const { thread, reach, deliveries } = context;
  const current = openRequestIn(thread)?.id;
  return [...deliveries.values()].flatMap((last) => {
    const { request, part, address } = parseDeliveryId(last.delivery);
    const id = deliveryId({
      request,
      part: `answered${part}`,
      address,
    });
    const isOpen = request === current || !/^\d+$/.test(part);
    if (isOpen || hasGivenUp(last) || wasSent(id, deliveries)) return [];
    const answer = answerTo(thread.events, request);
    if (!answer) return [];
    const { event, call_id, step, question } = answer;
    const asked = question ? `${textOf(question)} ` : '';
    const notice = {
      id,
      kind: 'answered' as const,
      thread: thread.id,
      call_id,
      text: redact(asked + describeAnswer(event, thread.events)),
      step: step && withoutSecrets(step),
      request: last.ref,
      reminder: 0,
      asked: last.state === 'sent' ? undefined : last.delivery,
    };
    // A process that still sends the request learns its id.
    const sendingUntil = last.state === 'sending' ? last.due : undefined;
    return [planNotice(notice, address, sendingUntil ?? event.at, reach)];
  });
}

/**
 * Tells the place where a thread came from how it ended, each time that it ended. If another thread
 * waits for it, that one tells. What was copied was told before.
 */
function endNotices(context: Context): readonly PlannedNotice[] {
  const { thread, reach, deliveries, now } = context;
  const { id: thread_id, events } = thread;
  if (firstMessage(events)?.parent) return [];
  const { escalation, also = [], ends = [] } = reach.people;
  const origin = originOf(events, reach);
  const copied = events.map(({ type }) => type).lastIndexOf('forked');
  return events.flatMap((event, index) => {
    const end = index > copied ? endIn(event, events) : undefined;
    if (!end || Date.parse(event.at) + NEWS_MS < now) return [];
    const hasPlace = origin.length > 0 || end.kind === 'ended';
    const told = hasPlace ? origin : accountsFor(escalation.to, reach);
    return [...new Set([...told, ...also, ...ends])].flatMap((address) => {
      const request = `${thread_id}:${index}`;
      const id = deliveryId({
        request,
        part: end.kind,
        address,
      });
      if (wasSent(id, deliveries)) return [];
      const text = redact(end.text);
      const notice = {
        id,
        kind: end.kind,
        text,
        thread: thread_id,
        reminder: 0,
      };
      return [planNotice(notice, address, event.at, reach)];
    });
  });
}

type End = {
  readonly kind: 'ended' | 'failed';
  readonly text: string;
};

function endIn(event: Event, events: readonly Event[]): End | undefined {
  if (event.type === 'tool_call' && event.awaits === 'message')
    return {
      kind: 'ended',
      text: textOf(event.step),
    };
  if (event.type === 'expired' && event.outcome === 'failed')
    return {
      kind: 'failed',
      text: describeAnswer(event, events),
    };
  return undefined;
}

function planNotice(
  notice: Omit<PlannedNotice, 'to' | 'person' | 'channel' | 'at'>,
  address: string,
  at: string,
  { people }: Reach,
): PlannedNotice {
  const channel = channelOf(address);
  const to = address.slice(channel.length + 1);
  const person = people.personFor(address);
  return {
    ...notice,
    channel,
    to,
    person,
    at,
  };
}

/** Returns an ISO time, also for `Infinity` ms. */
function timeAfter(at: string, ms: number): string {
  return timeIn(ms, { now: () => Date.parse(at) });
}
