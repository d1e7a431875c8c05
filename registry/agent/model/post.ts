import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';

const RETRIES = 2;
const BACK_OFF_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** A request, and the signal that ends it. */
export type Post = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal: AbortSignal;
};

/**
 * Posts JSON, and posts it again where a provider is busy or out of reach for a moment.
 * @throws an error that names the host, and the status and id of the request, but no key
 */
export async function postJson<T>(post: Post, answer: z.ZodType<T>): Promise<T> {
  const host = hostOf(post.url);
  for (let retries = 0; ; retries += 1) {
    const { json, failure, waitMs = Infinity } = await postOnce(post);
    if (failure === undefined) {
      const parsed = answer.safeParse(json);
      if (parsed.success) return parsed.data;
      throw new Error(`${host} gave an unknown kind of answer: ${z.prettifyError(parsed.error)}`);
    }
    if (retries === RETRIES || waitMs > LONGEST_WAIT_MS) throw new Error(`${host} ${failure}`);
    await setTimeout(waitMs * 4 ** retries, undefined, { signal: post.signal });
  }
}

function hostOf(url: string): string {
  if (!/^https?:/.test(url) || !URL.canParse(url)) throw new Error('a base URL starts with https:// or http://');
  return new URL(url).host;
}

/** `waitMs` is set where it makes sense to try again. */
type Outcome = { json?: unknown; failure?: string; waitMs?: number };

async function postOnce({ url, headers, body, signal }: Post): Promise<Outcome> {
  try {
    const init = { method: 'POST', body: JSON.stringify(body), redirect: 'manual', signal } as const;
    const response = await fetch(url, { ...init, headers: { 'content-type': 'application/json', ...headers } });
    const text = await response.text();
    return response.ok ? { json: parse(text) } : refusal(response, text, headers);
  } catch (error) {
    signal.throwIfAborted();
    // Not its message: fetch prints a header that it cannot send.
    const code: unknown = Object(Object(error).cause).code;
    if (typeof code !== 'string') return { failure: 'cannot be asked: is the key or the URL malformed?' };
    return { failure: `cannot be reached: ${code}`, waitMs: BACK_OFF_MS };
  }
}

function refusal({ status, headers }: Response, text: string, sent: Post['headers']): Outcome {
  const id = headers.get('request-id') ?? headers.get('x-request-id');
  const reason = status === 401 ? 'is the key right?' : withoutKeys(toReason(text), sent).slice(0, 200);
  const failure = `answered ${status}${id === null ? '' : ` (request ${id})`}: ${reason}`;
  const retryAfterMs = Number(headers.get('retry-after') ?? NaN) * 1_000;
  const isBusy = status === 429 || status >= 500;
  return { failure, ...(isBusy && { waitMs: Number.isNaN(retryAfterMs) ? BACK_OFF_MS : retryAfterMs }) };
}

const toReason = (text: string) => String(Object(Object(parse(text)).error).message ?? text);

/** Some servers repeat what they were sent. */
function withoutKeys(text: string, sent: Post['headers']): string {
  const words = Object.values(sent).flatMap((value) => value.split(' '));
  return words.filter(({ length }) => length >= 8).reduce((rest, word) => rest.replaceAll(word, '[key]'), text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
