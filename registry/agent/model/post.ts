import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Unusable } from '../errors.ts';
import { attempt, type Success } from './attempt.ts';
import { backOffMs, parse } from './failure.ts';

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
    if (!outcome.retry) throw new Unusable(outcome.failure);
    const waitMs = outcome.waitMs ?? backOffMs(tries);
    if (tries === ATTEMPTS || waitMs > LONGEST_WAIT_MS) throw new Error(outcome.failure);
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

function understood<T>({ text, who }: Success, schema: z.ZodType<T>): Answered<T> {
  const json = parse(text);
  if (json === undefined) throw new Error(`${who}: that is no JSON`);
  const { data, error } = schema.safeParse(json);
  if (error) throw new Error(`${who}: an unknown kind of answer: ${z.prettifyError(error)}`);
  return { answer: data, who };
}
