import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { Unusable } from '../errors.ts';
import { backOffMs, failureOf, parse, type Failure } from './failure.ts';

const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 60_000;
const MOST_BYTES = 10_000_000;

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

/**
 * Posts JSON, and posts it again where a provider is busy or out of reach for a moment.
 * @throws Unusable if no other try could do better; errors name the provider, the status and the request's id, no key
 */
export async function postJson<T>(post: Post, answer: z.ZodType<T>): Promise<T> {
  if (!/^https?:/.test(post.url) || !URL.canParse(post.url))
    throw new Unusable(`${post.name} has no address: a base URL starts with https:// or http://`);
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await postOnce(post);
    if ('json' in outcome) return understood(post, outcome.json, answer);
    const message = `${post.name} ${outcome.failure}`;
    if (outcome.retry === false) throw new Unusable(message);
    const waitMs = outcome.waitMs ?? backOffMs(attempt);
    if (attempt === ATTEMPTS || waitMs > LONGEST_WAIT_MS) throw new Error(message);
    await setTimeout(waitMs, undefined, { signal: post.signal });
  }
}

function understood<T>({ name }: Post, json: unknown, answer: z.ZodType<T>): T {
  const { data, error } = answer.safeParse(json);
  if (error) throw new Error(`${name} gave an unknown kind of answer: ${z.prettifyError(error)}`);
  return data;
}

async function postOnce(post: Post): Promise<{ json: unknown } | Failure> {
  const timer = AbortSignal.timeout(post.timeoutMs);
  const signal = AbortSignal.any([post.signal, timer]);
  try {
    const init = { method: 'POST', body: JSON.stringify(post.body), redirect: 'manual', signal } as const;
    const headers = { 'content-type': 'application/json', ...post.headers };
    const response = await fetch(post.url, { ...init, headers });
    const text = await textOf(response);
    if (text === undefined) return { failure: `answered with more than ${MOST_BYTES} bytes`, retry: false };
    return response.ok ? { json: parse(text) } : failureOf(response, text, post);
  } catch (error) {
    post.signal.throwIfAborted();
    if (timer.aborted) return { failure: `gave no answer in ${post.timeoutMs} ms`, retry: true };
    // Not its message: fetch prints a header that it cannot send.
    const code: unknown = Object(Object(error).cause).code;
    if (typeof code === 'string') return { failure: `cannot be reached: ${code}`, retry: true };
    return { failure: `cannot be asked: is the base URL malformed, or ${post.keyName}?`, retry: false };
  }
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
