import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Refused } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { isObject } from '../core/event.ts';
import type { OpenCall } from '../core/thread.ts';
import type { Notice } from './channel.ts';

/** The right to answer one request as one person. `expires` is in ms since 1970. */
export type LinkClaim = Readonly<{
  call_id: string;
  /** The hash of the request that was shown. */
  request: string;
  person: string;
  expires: number;
}>;

const MIN_SECRET_BYTES = 32;
const MAX_AGE_MS = 7 * 86_400_000;
const MAX_TOKEN_CHARS = 2_000;

/** The settings of links. The first secret signs; all of them verify. */
export type LinkSettings = { readonly secrets: readonly string[]; readonly url: string };

/** Returns the settings of the environment. @throws Refused, naming what is missing or unsafe */
export function linkSettings(): LinkSettings {
  const text = process.env['LINK_SECRETS'] ?? '';
  const secrets = text.split(/[\s,]+/).filter((secret) => secret !== '');
  const url = (process.env['PUBLIC_URL'] ?? '').trim().replace(/\/+$/, '');
  if (secrets.length === 0 || url === '')
    throw new Refused('Set LINK_SECRETS and PUBLIC_URL in .env: links to answer need them.');
  if (secrets.some((secret) => Buffer.byteLength(secret) < MIN_SECRET_BYTES))
    throw new Refused(`Each of LINK_SECRETS needs ${MIN_SECRET_BYTES} bytes or more.`);
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new Refused(
      'PUBLIC_URL must be the address that people open, such as https://a.example.',
    );
  return { secrets, url };
}

/** Returns a link with which the person of a notice can answer. It is never saved or logged. */
export function linkFor(
  notice: Pick<Notice, 'call_id' | 'person' | 'due'> & { readonly hash: string },
  path: string,
  now: number,
): string | undefined {
  const { call_id, person, due, hash: request } = notice;
  if (call_id === undefined || person === undefined) return undefined;
  const { url } = linkSettings();
  const expires = Math.min(now + MAX_AGE_MS, due === undefined ? Infinity : Date.parse(due));
  return `${url}/${path}/${signLink({ call_id, request, person, expires })}`;
}

/**
 * Returns the hash that binds a link to a request: the approval of a step, a question, or how a run
 * of the step ended. One call can have all of them, one after the other.
 */
export function hashRequest({ step, attempt, reason }: OpenCall): string {
  const request = JSON.stringify([step, attempt, reason]);
  return createHash('sha256').update(request).digest('base64url');
}

/** Signs a claim with the first secret. */
export function signLink(claim: LinkClaim, { secrets } = linkSettings()): string {
  const body = Buffer.from(JSON.stringify(claim)).toString('base64url');
  return `${body}.${signatureOf(body, secrets[0] ?? '').toString('base64url')}`;
}

/** Returns the claim of a token that one of the secrets signed. Does not check its expiry. */
export function verifyLink(token: string, { secrets } = linkSettings()): LinkClaim | undefined {
  if (token.length > MAX_TOKEN_CHARS) return undefined;
  const [, body = '', signature = ''] = /^([\w-]+)\.([\w-]{43})$/.exec(token) ?? [];
  const given = Buffer.from(signature, 'base64url');
  const isSigned = secrets.some((secret) => {
    const expected = signatureOf(body, secret);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  // Several texts decode to the same bytes.
  if (!isSigned || given.toString('base64url') !== signature) return undefined;
  const claim = parseJson(Buffer.from(body, 'base64url').toString());
  return isClaim(claim) ? claim : undefined;
}

function isClaim(value: unknown): value is LinkClaim {
  if (!isObject(value)) return false;
  const texts = [value['call_id'], value['request'], value['person']];
  return texts.every((one) => typeof one === 'string') && typeof value['expires'] === 'number';
}

function signatureOf(body: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`link.${body}`).digest();
}
