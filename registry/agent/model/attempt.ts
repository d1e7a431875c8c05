import { failureOf, whoAnswered, withoutKeys, type Failure } from './failure.ts';
import type { Post } from './post.ts';

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
