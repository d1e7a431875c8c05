import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Unusable } from '../errors.ts';
import { backOffMs, failureOf, parse, whoAnswered, withoutKeys, type Failure } from './failure.ts';

const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const MOST_BYTES = 10_000_000;
/** A shorter key, of a server on localhost say, may be a word that an answer needs. */
const SHORTEST_SECRET = 16;

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
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await postOnce(post);
    if ('text' in outcome) return understood(outcome, schema);
    if (!outcome.retry) throw new Unusable(outcome.failure);
    const waitMs = outcome.waitMs ?? backOffMs(attempt);
    if (attempt === ATTEMPTS || waitMs > LONGEST_WAIT_MS) throw new Error(outcome.failure);
    await sleep(waitMs, undefined, { signal: post.signal }).catch(() => post.signal.throwIfAborted());
  }
}

/** @throws Unusable unless a path can stand behind it, and no key be in it */
function assertAddress({ name, url }: Post): void {
  const { protocol, username, password, search, hash } = new URL(URL.canParse(url) ? url : 'none:');
  if (!/^https?:$/.test(protocol))
    throw new Unusable(`${name} has no address: a base URL starts with https:// or http://`);
  if (username + password + search + hash !== '')
    throw new Unusable(`${name} cannot be asked: a base URL has no user, no query and no fragment`);
}

type Success = { readonly text: string; readonly who: string };

function understood<T>({ text, who }: Success, schema: z.ZodType<T>): Answered<T> {
  const json = parse(text);
  if (json === undefined) throw new Error(`${who}: that is no JSON`);
  const { data, error } = schema.safeParse(json);
  if (error) throw new Error(`${who}: an unknown kind of answer: ${z.prettifyError(error)}`);
  return { answer: data, who };
}

async function postOnce(post: Post): Promise<Success | Failure> {
  const { signal, isOver, release } = deadline(post);
  try {
    const init = { method: 'POST', body: JSON.stringify(post.body), redirect: 'manual', signal } as const;
    const headers = { 'content-type': 'application/json', ...post.headers };
    const response = await fetch(post.url, { ...init, headers });
    const text = await textOf(response);
    const who = whoAnswered(response, post);
    if (text === undefined) return { failure: `${who}: more than ${MOST_BYTES} bytes`, retry: false };
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
      return { failure: `${name} cannot be reached at ${new URL(post.url).host}: ${code}`, retry: true };
    return { failure: `${name} cannot be asked: is the base URL malformed, or ${keyName}?`, retry: false };
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
