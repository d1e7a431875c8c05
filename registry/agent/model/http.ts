import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';

const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 60_000;

/** A request, and the signal that ends it. */
export type Post = {
  /** Whom errors name. */
  readonly name: string;
  /** The variable that holds the key. */
  readonly keyName: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal: AbortSignal;
  /** ms until an attempt counts as failed. */
  readonly timeoutMs: number;
};

/** An answer, and how errors name it. */
export type Answered<T> = { readonly answer: T; readonly who: string };

/**
 * Posts JSON, and posts it again where a provider is busy or out of reach for a moment.
 * @throws Unusable if no other try could do better; errors name the provider, the status and the request's id, no key
 */
export async function postJson<T>(post: Post, schema: z.ZodType<T>): Promise<Answered<T>> {
  assertAddress(post);
  for (let tries = 1; ; tries += 1) {
    const outcome = await attempt(post);
    if ('text' in outcome) return understood(outcome, schema);
    if (!outcome.retry) throw new PermanentModelError(outcome.failure);
    const waitMs = outcome.waitMs ?? backOffMs(tries);
    if (tries === ATTEMPTS || waitMs > LONGEST_WAIT_MS) throw new Error(outcome.failure);
    await sleep(waitMs, undefined, { signal: post.signal }).catch(() =>
      post.signal.throwIfAborted(),
    );
  }
}

/** @throws Unusable unless a path can stand behind it, and no key be in it */
function assertAddress({ name, url }: Post): void {
  const { protocol, username, password, search, hash } = new URL(URL.canParse(url) ? url : 'none:');
  if (!/^https?:$/.test(protocol))
    throw new PermanentModelError(
      `${name} has no address: a base URL starts with https:// or http://`,
    );
  if (username + password + search + hash !== '')
    throw new PermanentModelError(
      `${name} cannot be asked: a base URL has no user, no query and no fragment`,
    );
}

function understood<T>({ text, who }: Success, schema: z.ZodType<T>): Answered<T> {
  const json = parse(text);
  if (json === undefined) throw new Error(`${who}: that is no JSON`);
  const { data, error } = schema.safeParse(json);
  if (error) throw new Error(`${who}: an unknown kind of answer: ${z.prettifyError(error)}`);
  return { answer: data, who };
}

const MOST_BYTES = 10_000_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A shorter key, of a server on localhost say, may be a word that an answer needs. */
const SHORTEST_SECRET = 16;

/** The text of an answer, and how errors name it. */
export type Success = { readonly text: string; readonly who: string };

/** Posts once, and reads the whole answer, if it comes in time and is not too long. @throws only if the post's signal fires */
export async function attempt(post: Post): Promise<Success | Failure> {
  const { signal, isOver, release } = deadline(post);
  try {
    const init = {
      method: 'POST',
      body: JSON.stringify(post.body),
      redirect: 'manual',
      signal,
    } as const;
    const headers = { 'content-type': 'application/json', ...post.headers };
    const response = await fetch(post.url, { ...init, headers });
    const text = await textOf(response);
    const who = whoAnswered(response, post);
    if (text === undefined)
      return { failure: `${who}: more than ${MOST_BYTES} bytes`, retry: false };
    return response.ok
      ? { text: withoutKeys(text, post.headers, SHORTEST_SECRET), who }
      : failureOf(response, text, post);
  } catch (error) {
    post.signal.throwIfAborted();
    const { name, timeoutMs, keyName } = post;
    if (isOver()) return { failure: `${name} gave no answer in ${timeoutMs} ms`, retry: true };
    // Not its message: fetch prints a header that it cannot send.
    const code: unknown = Object(Object(error).cause).code;
    if (typeof code === 'string')
      return {
        failure: `${name} cannot be reached at ${new URL(post.url).host}: ${code}`,
        retry: true,
      };
    return {
      failure: `${name} cannot be asked: is the base URL malformed, or ${keyName}?`,
      retry: false,
    };
  } finally {
    release();
  }
}

/** A signal that fires with the post's, or when an attempt is over; by hand, since `AbortSignal.any` costs a lot. */
function deadline({ signal, timeoutMs }: Post) {
  const abort = new AbortController();
  const stop = () => abort.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  const timer = setTimeout(() => abort.abort(), Math.min(timeoutMs, LONGEST_TIMER_MS));
  const release = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  };
  return { signal: abort.signal, isOver: () => abort.signal.aborted, release };
}

/** Undefined if there is too much of it; the connection is closed then. */
async function textOf({ body }: Response): Promise<string | undefined> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    bytes += part.value.length;
    if (bytes > MOST_BYTES) return void (await reader?.cancel());
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** Why there is no answer, and whether another try may bring one; `waitMs` is what the provider asks for. */
export type Failure = {
  readonly failure: string;
  readonly retry: boolean;
  readonly waitMs?: number;
};

const BACK_OFF_MS = 500;

/** ms before the next attempt, where the provider does not say; spread, so that many processes do not return at once. */
export const backOffMs = (attempt: number): number =>
  BACK_OFF_MS * 4 ** (attempt - 1) * (0.75 + Math.random() / 2);

/** How errors name a response: who answered, its status, and the request's id. */
export function whoAnswered({ status, headers }: Response, { name, headers: sent }: Post): string {
  const id = headers.get('request-id') ?? headers.get('x-request-id');
  return `${name} answered ${status}${id === null ? '' : ` (request ${withoutKeys(id, sent).slice(0, 100)})`}`;
}

/** What a response that is no success means, and the reason that it gives. */
export function failureOf(response: Response, text: string, post: Post): Failure {
  const { status, headers } = response;
  const said = withoutKeys(toReason(text), post.headers).slice(0, 200);
  const reason =
    reasons[status]?.(post.keyName) ??
    (isNowhere(status, text) ? `${said || 'nothing is there'}${astray}` : said);
  const waitMs = askedWaitMs(headers);
  const told = headers.get('x-should-retry');
  const retry = told === null ? isPassing(status) : told === 'true';
  const failure = [whoAnswered(response, post), reason].filter(Boolean).join(': ');
  return { failure, retry, ...(waitMs !== undefined && { waitMs }) };
}

/** Busy, overloaded (529), or failing for a moment. */
const isPassing = (status: number): boolean => [408, 409, 429].includes(status) || status >= 500;

const astray = ': is the base URL right?';
const redirected = () => `it redirects, which is not followed${astray}`;
const reasons: Readonly<Record<number, (keyName: string) => string>> = {
  401: (keyName) => `is ${keyName} right?`,
  ...Object.fromEntries([301, 302, 303, 307, 308].map((status) => [status, redirected])),
};

/** `retry-after-ms`, or `retry-after` in seconds or as a date; undefined if neither makes sense. */
function askedWaitMs(headers: Headers): number | undefined {
  const after = headers.get('retry-after') ?? '';
  const inMs = headers.get('retry-after-ms') ?? '';
  const waits = [parseFloat(inMs), parseFloat(after) * 1_000, Date.parse(after) - Date.now()];
  const wait = waits.find((ms) => !Number.isNaN(ms));
  return wait === undefined ? undefined : Math.max(0, wait);
}

function toReason(text: string): string {
  const { message }: { message?: unknown } = Object(Object(parse(text)).error);
  return typeof message === 'string' ? message : text;
}

/** An API that lacks a model, say, answers with an error of its own; without one, something else has answered. */
const isNowhere = (status: number, text: string): boolean =>
  status === 404 && Object(parse(text)).error === undefined;

/** A text without the keys that were sent, of at least `shortest` characters: some servers repeat them. */
export function withoutKeys(text: string, sent: Post['headers'], shortest = 8): string {
  const words = Object.values(sent).flatMap((value) => value.split(/\s+/));
  return words
    .filter((word) => word.length >= shortest && !version.test(word))
    .reduce((rest, word) => rest.replaceAll(word, '[key]'), text);
}

/** Is no secret, and may well be in an answer. */
const version = /^\d{4}-\d\d-\d\d$/;

/** Undefined for what is no JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
