import type { TriggerHost } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { start, type Message } from '../core/people.ts';
import { ownerOf } from '../core/thread.ts';
import { BodyError, decodeUtf8, readBytes } from '../http/read-bytes.ts';
import { readSecrets, type Verify } from './verify.ts';

/** How to take the deliveries of one sender. */
export type Webhook = {
  readonly verify: Verify;
  /** The environment variable with the sender's secret, or with several and commas between. */
  readonly secrets: string;
  /**
   * Turns the JSON of a delivery into a message. Undefined: it is not for the agent. If the sender
   * signs only the body, as GitHub does, anyone who repeats it can choose the headers.
   */
  toMessage: (payload: unknown, headers: Headers) => WebhookMessage | undefined;
};

/**
 * `from` owns the thread; without it, the name of the webhook does. Deliveries with the same
 * `conversation` go to one thread; without it, each starts one. `reply_to` is the receiver in
 * `webhooks.ts` that is told how the thread goes on. `agent` is a name in `agents` of `agent.ts`.
 */
export type WebhookMessage = Partial<
  Pick<Message, 'text' | 'data' | 'from' | 'reply_to' | 'agent'>
> & {
  readonly conversation?: string;
};

/** Webhooks by the last part of their path. */
export type Webhooks = Readonly<Record<string, Webhook>>;

/**
 * Takes a delivery. 202: its message is saved, and a repetition has no effect. 204: it is not for
 * the agent. Otherwise it has no effect, and 503 asks the sender to repeat it.
 */
export async function receiveWebhook(
  { agent, wake, log }: TriggerHost,
  { name, ...webhook }: Webhook & { readonly name: string },
  request: Request,
): Promise<Response> {
  try {
    const delivery = await readDelivery(webhook, request, agent.now());
    if (!delivery) return new Response(null, { status: 204 });
    const { id, from = name, conversation } = delivery;
    const message: Message = {
      ...fieldsOf(delivery),
      from,
      channel: 'webhook',
      idempotency_key: keyOf(name, id),
    };
    const thread = await start(agent, message, keyOf(name, conversation ?? id));
    wake(thread.id, ownerOf(thread.events, thread.state));
    return Response.json({ id: thread.id }, { status: 202 });
  } catch (error) {
    const status = statusOf(error);
    const reason = oneLine(error);
    const message = `A delivery to ${name} got ${status}`;
    log({ level: status < 500 ? 'warn' : 'error', message, error: reason });
    return refuse(status, status < 500 ? reason : 'Try again soon.');
  }
}

/** Takes no other field: `toMessage` may pass on what the sender chose. */
function fieldsOf({ text, data, reply_to, agent }: WebhookMessage) {
  return {
    ...(text !== undefined && { text }),
    ...(data !== undefined && { data }),
    ...(reply_to !== undefined && { reply_to }),
    ...(agent !== undefined && { agent }),
  };
}

/** Two webhooks may use the same id for different things. */
function keyOf(name: string, id: string): string {
  return JSON.stringify([name, id]);
}

/** @throws BodyError, Refused */
async function readDelivery(webhook: Webhook, request: Request, nowMs: number) {
  const { headers, method } = request;
  if (method !== 'POST') throw new BodyError(405, 'Send a POST.');
  const body = await readBytes(request);
  const id = webhook.verify({ headers, body }, readSecrets(webhook.secrets), nowMs);
  if (id === undefined) throw new BodyError(401, 'The signature is wrong, or too old.');
  if (!/^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? ''))
    throw new BodyError(415, 'Choose the content type application/json where it is sent.');
  const payload = parseJson(decodeUtf8(body));
  if (payload === undefined) throw new BodyError(400, 'The body is not JSON.');
  const message = toMessage(webhook, payload, headers);
  return message && { ...message, id };
}

/** @throws Refused: a repetition would fail again */
function toMessage(webhook: Webhook, payload: unknown, headers: Headers) {
  try {
    const message = webhook.toMessage(payload, headers);
    if (message) requireTexts(message);
    return message;
  } catch (error) {
    throw new Refused(`toMessage failed: ${oneLine(error)}`, 'invalid');
  }
}

/** A payload may have another type than the mapping expects. @throws TypeError */
function requireTexts({ text, from, conversation, reply_to, agent }: WebhookMessage): void {
  const texts = { text, from, conversation, reply_to, agent };
  for (const [name, value] of Object.entries(texts)) {
    if (value !== undefined && typeof value !== 'string')
      throw new TypeError(`${name} is not a text`);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof BodyError) return error.status;
  if (error instanceof Refused && error.fault) return error.fault === 'late' ? 409 : 422;
  return 503;
}

/** Answers a request that has no effect. */
export function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status, headers: { allow: 'POST' } });
}
