import { createHash, createHmac } from 'node:crypto';
import { isObject } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import { isSame, secretsIn } from '../http/secrets.ts';

/** A request as it was sent. */
export type SignedRequest = Readonly<{ headers: Pick<Headers, 'get'>; body: Uint8Array }>;

/**
 * Checks the signature of a request. Any of the secrets may have signed it.
 * @returns an id that is the same each time the request is repeated, or undefined if the signature
 * is wrong, or its time is not now
 */
export type Verify = (
  request: SignedRequest,
  secrets: readonly string[],
  nowMs: number,
) => string | undefined;

/** The time of a signature may differ from the clock by this. */
const TOLERANCE_MS = 300_000;

/** Verifies Standard Webhooks (standardwebhooks.com). The id is signed. */
export const standardWebhooks: Verify = ({ headers, body }, secrets, nowMs) => {
  const id = headers.get('webhook-id') ?? '';
  const time = headers.get('webhook-timestamp') ?? '';
  const list = headers.get('webhook-signature') ?? '';
  const signatures = list.split(' ');
  // With a dot in the id, a part of it could be read as the time.
  if (!/^[^\s.]{1,255}$/.test(id)) return undefined;
  if (!isRecent(time, nowMs)) return undefined;
  if (!signatures.every((one) => /^\w+,[\w+/]+=*$/.test(one))) return undefined;
  const sign = (key: Key) => signStandard(key, { id, time, body });
  const isGenuine = isSigned(signatures, secrets.map(decodeSecret), sign);
  return isGenuine ? id : undefined;
};

/** Verifies GitHub's webhooks. It signs only the body, so the hash of the body is the id. */
export const github: Verify = ({ headers, body }, secrets) => {
  const signature = headers.get('x-hub-signature-256') ?? '';
  const sign = (key: Key) => `sha256=${hmac(key, body).toString('hex')}`;
  return isSigned([signature], secrets, sign) ? hashOf(body) : undefined;
};

/** Verifies Stripe's webhooks. The id is that of the event in the body. */
export const stripe: Verify = ({ headers, body }, secrets, nowMs) => {
  const header = headers.get('stripe-signature') ?? '';
  const parts = /^t=(\d+)((?:,v\d+=[^\s,]*)+)$/.exec(header) ?? [];
  const [, time = '', signatures = ''] = parts;
  if (!isRecent(time, nowMs)) return undefined;
  const sign = (key: Key) => {
    return `v1=${hmac(key, `${time}.`, body).toString('hex')}`;
  };
  if (!isSigned(signatures.split(','), secrets, sign)) return undefined;
  return eventIdOf(body) ?? hashOf(body);
};

/** Returns the secrets of a webhook, by their variable. @throws Refused as `secretsIn` does */
export const readSecrets = (variable: string): readonly string[] =>
  secretsIn(variable, 'a webhook needs it');

type Key = string | Uint8Array;

/** Returns the key in a secret of Standard Webhooks. It is empty if the secret is not base64. */
export function decodeSecret(secret: string): Key {
  const [, base64 = ''] = /^(?:whsec_)?([A-Za-z0-9+/]{22,}={0,2})$/.exec(secret) ?? [];
  return Buffer.from(base64, 'base64');
}

/** Signs as Standard Webhooks does. `time` is in seconds since 1970. */
export function signStandard(
  key: Key,
  { id, time, body }: { id: string; time: string; body: Uint8Array | string },
): string {
  return `v1,${hmac(key, `${id}.${time}.`, body).toString('base64')}`;
}

/** Whether one of the signatures is by one of the keys. By an empty one, anyone could sign. */
function isSigned(given: readonly string[], keys: readonly Key[], sign: (key: Key) => string) {
  const expected = keys.filter(({ length }) => length > 0).map(sign);
  return expected.some((signature) => given.some((one) => isSame(one, signature)));
}

function isRecent(seconds: string, nowMs: number): boolean {
  const age = nowMs - Number(seconds) * 1_000;
  return /^\d{1,12}$/.test(seconds) && Math.abs(age) <= TOLERANCE_MS;
}

function hmac(key: Key, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function hashOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function eventIdOf(body: Uint8Array): string | undefined {
  const event = parseJson(Buffer.from(body).toString());
  if (!isObject(event)) return undefined;
  const id = event['id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}
