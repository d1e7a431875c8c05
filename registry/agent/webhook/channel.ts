import { createHash } from 'node:crypto';
import { Undeliverable, type Channel, type Notice } from '../channels/channel.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { isObject } from '../core/event.ts';
import { decodeSecret, readSecrets, signStandard } from './verify.ts';

/** Where notices go. `secrets` is the environment variable with the secret that signs them. */
export type Receiver = { readonly url: string; readonly secrets: string };

/** Receivers by name. The address of one called ops is `webhook:ops`. */
export type Receivers = Readonly<Record<string, Receiver>>;

/** Responses 4xx after which a repeat can help. */
const temporary = [408, 425, 429];
const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Sends notices as Standard Webhooks (standardwebhooks.com). */
export function webhookChannel(receivers: Receivers): Channel {
  const byName = new Map(Object.entries(receivers));
  return {
    async send(notice, signal) {
      const receiver = byName.get(notice.to);
      if (!receiver) throw new Undeliverable(`webhooks.ts has no receiver ${notice.to}.`);
      requireSafe(receiver.url);
      const body = JSON.stringify(payloadOf(notice));
      const id = deliveryIdOf(notice);
      const headers = signedHeaders(id, body, receiver.secrets);
      const request = {
        method: 'POST',
        headers,
        body,
        signal,
        redirect: 'manual',
      } as const;
      const response = await fetch(receiver.url, request).catch(rethrow);
      await response.body?.cancel();
      if (!response.ok) throw failureOf(response);
      return id;
    },
  };
}

/** Leaves out the link: with it, a program could act as a person. */
function payloadOf(notice: Notice) {
  const { kind, thread, call_id, text, step, choices, due, reminder, request } = notice;
  const data = {
    kind,
    thread,
    call_id,
    text,
    step,
    choices,
    due,
    reminder,
    request,
  };
  return { type: typeOf(kind), data };
}

function typeOf(kind: Notice['kind']): string {
  switch (kind) {
    case 'approval':
    case 'question':
    case 'handed_over':
      return 'thread.waits';
    case 'answered':
      return 'request.answered';
    case 'ended':
      return 'thread.ended';
    case 'failed':
      return 'thread.failed';
    default:
      return kind satisfies never;
  }
}

/** The same on each attempt, so that a receiver can drop what it has already. */
function deliveryIdOf({ id }: Notice): string {
  return `msg_${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}

/** @throws Refused for a secret that cannot sign */
function signedHeaders(id: string, body: string, variable: string) {
  const keys = readSecrets(variable).map(decodeSecret);
  if (keys.some(({ length }) => length === 0))
    throw new Refused(`A secret in ${variable} is not whsec_ and base64.`);
  const time = String(Math.floor(Date.now() / 1_000));
  const signatures = keys.map((key) => signStandard(key, { id, time, body }));
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': signatures.join(' '),
  };
}

/** @throws Undeliverable for an address at which others could read or change a notice */
function requireSafe(url: string): void {
  const none = { protocol: '', hostname: '', username: '', password: '' };
  const { protocol, hostname, username, password } = URL.canParse(url) ? new URL(url) : none;
  if (username !== '' || password !== '')
    throw new Undeliverable('The address of a receiver has no name and no password.');
  if (protocol === 'https:') return;
  if (protocol === 'http:' && loopback.includes(hostname)) return;
  throw new Undeliverable('The address of a receiver starts with https://.');
}

function failureOf({ status, headers }: Response): Error {
  const message = `The receiver answered ${status}.`;
  const isTheirs = status >= 400 && status < 500;
  if (isTheirs && !temporary.includes(status)) return new Undeliverable(message);
  const retryAfterMs = Number(headers.get('retry-after')) * 1_000;
  return Object.assign(new Error(message), { retryAfterMs });
}

/** The message of fetch is always the same: its cause says what failed. */
function rethrow(error: unknown): never {
  const cause = isObject(error) ? (error['cause'] ?? error) : error;
  throw new Error(`The receiver cannot be reached: ${oneLine(cause)}`);
}
