import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { redact } from '../core/sanitize.ts';
import type { ModelReply } from './answer.ts';

const MAX_ATTEMPTS = 3;
const MAX_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 500;
/** Providers that are busy say 0, too. */
const MIN_WAIT_MS = 20;
const MAX_TIMER_MS = 2 ** 31 - 1;
const MAX_BYTES = 10_000_000;
const MAX_REASON_CHARS = 200;
const MAX_REQUEST_ID_CHARS = 100;

/** A JSON request to a provider. */
export type PostRequest = {
  /** The provider's name in errors. */
  readonly name: string;
  /** The environment variable of the key, for errors. */
  readonly keyName: string;
  /** The key in `headers`: it is removed from errors and answers. */
  readonly apiKey?: string | undefined;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Reads the body of the answer. */
  readonly reply: z.ZodType<ModelReply>;
  readonly signal: AbortSignal;
  /** Called with the reason before each further attempt. */
  readonly onRetry?: ((reason: string) => void) | undefined;
  /** Timeout of one attempt. */
  readonly timeoutMs: number;
};

/**
 * Posts JSON and reads the answer. Makes up to three attempts while the provider is busy or out of
 * reach. Errors name the provider, the status and the request's id, and contain no key.
 * @throws PermanentModelError if another attempt would fail too
 */
export async function postJson(request: PostRequest): Promise<ModelReply> {
  checkUrl(request);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await post(request);
    } catch (error) {
      if (!(error instanceof RetryableError) || attempt === MAX_ATTEMPTS) throw error;
      const { waitMs = backOffMs(attempt) } = error;
      if (waitMs > MAX_WAIT_MS) throw error;
      const { signal, onRetry } = request;
      onRetry?.(`attempt ${attempt + 1} of ${MAX_ATTEMPTS}: ${error.message}`);
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** A failure that another attempt may fix. `waitMs` is how long the provider asks to wait. */
class RetryableError extends Error {
  waitMs?: number | undefined;
}

/** Returns the wait after an attempt. It is random, so that many processes do not retry at once. */
export function backOffMs(attempt: number): number {
  return FIRST_WAIT_MS * 4 ** (attempt - 1) * (0.75 + Math.random() / 2);
}

const plainUrl = /^https?:\/\/[^/@?#]+(\/[^?#]*)?$/i;

/** @throws PermanentModelError if no path can follow the base URL, or it has a password */
function checkUrl({ name, url }: PostRequest): void {
  if (plainUrl.test(url) && URL.canParse(url)) return;
  const rule = 'starts with https:// or http://, and has no user, no query and no fragment';
  throw new PermanentModelError(`${name} cannot be asked: a base URL ${rule}`);
}

/** Makes one attempt. @throws RetryableError if another one may succeed */
async function post(request: PostRequest): Promise<ModelReply> {
  const { response, text } = await exchange(request);
  const source = describeSource(response, request);
  if (text === undefined) {
    throw new PermanentModelError(`${source}: more than ${MAX_BYTES} bytes`);
  }
  if (!response.ok) {
    const reason = failureReason(response.status, text, request);
    throw toFailure(response, [source, reason].filter(Boolean).join(': '));
  }
  const json = parseJson(redactKey(text, request, MIN_ANSWER_KEY_CHARS));
  if (json === undefined) throw new Error(`${source}: the answer is not JSON`);
  const { data, error } = request.reply.safeParse(json);
  if (error) {
    throw new Error(`${source}: the answer has an unknown format: ${z.prettifyError(error)}`);
  }
  const problem = data.text === '' ? (data.error ?? 'the answer is empty') : data.error;
  return { ...data, error: problem && `${source}: ${problem}` };
}

/** Sends the request and reads the body within the timeout. `AbortSignal.any` is much slower. */
async function exchange(request: PostRequest) {
  const { name, url, headers, signal, timeoutMs } = request;
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  const timer = setTimeout(abort, Math.min(timeoutMs, MAX_TIMER_MS));
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(request.body),
      redirect: 'manual',
      signal: attempt.signal,
    });
    return { response, text: await readBody(response) };
  } catch (error) {
    signal.throwIfAborted();
    if (!attempt.signal.aborted) throw connectionError(error, request);
    throw new RetryableError(`${name} gave no answer in ${timeoutMs} ms`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

const ConnectionError = z.object({ cause: z.object({ code: z.string() }) });

/** Leaves out the error's own message: fetch quotes a header that it cannot send. */
function connectionError(error: unknown, { name, url, keyName }: PostRequest): Error {
  const { data } = ConnectionError.safeParse(error);
  if (!data) {
    return new PermanentModelError(`${name} cannot be asked: is ${keyName} malformed?`);
  }
  const { host } = new URL(url);
  return new RetryableError(`${name} cannot be reached at ${host}: ${data.cause.code}`);
}

/** Returns undefined, and closes the connection, if the body is too long. */
async function readBody({ body }: Response): Promise<string | undefined> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    bytes += part.value.length;
    if (bytes > MAX_BYTES) {
      await reader?.cancel();
      return undefined;
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function describeSource({ status, headers }: Response, request: PostRequest): string {
  const source = `${request.name} answered ${status}`;
  const header = headers.get('request-id') ?? headers.get('x-request-id');
  if (header === null) return source;
  const id = redactKey(header, request).slice(0, MAX_REQUEST_ID_CHARS);
  return `${source} (request ${id})`;
}

const ApiError = z.object({ error: z.object({ message: z.string() }) });

/** A 401 may quote a part of the key: its text is left out. */
function failureReason(status: number, text: string, request: PostRequest): string {
  if (status === 401) return `is ${request.keyName} right?`;
  if (status < 400) return 'it redirects, which is not followed: is the base URL right?';
  const message = ApiError.safeParse(parseJson(text)).data?.error.message ?? text;
  const reason = redact(redactKey(message, request)).slice(0, MAX_REASON_CHARS);
  if (status !== 404) return reason;
  return `${reason || 'nothing is there'}: are the base URL and the model right?`;
}

function toFailure({ status, headers }: Response, message: string): Error {
  const advice = headers.get('x-should-retry');
  const isTransient = [408, 409, 429].includes(status) || status >= 500;
  const shouldRetry = advice === null ? isTransient : advice === 'true';
  if (!shouldRetry) return new PermanentModelError(message);
  const waitMs = requestedWaitMs(headers);
  return Object.assign(new RetryableError(message), { waitMs });
}

/** Reads `retry-after-ms`, or `retry-after` in seconds or as a date. */
function requestedWaitMs(headers: Headers): number | undefined {
  const afterMs = headers.get('retry-after-ms') ?? '';
  const after = headers.get('retry-after') ?? '';
  const untilMs = Date.parse(after) - Date.now();
  const waits = [parseFloat(afterMs), parseFloat(after) * 1_000, untilMs];
  const wait = waits.find((ms) => !Number.isNaN(ms));
  return wait !== undefined && wait >= 0 ? Math.max(wait, MIN_WAIT_MS) : undefined;
}

// A shorter key, for example of a server on localhost, may be a word that the answer needs.
const MIN_ANSWER_KEY_CHARS = 16;

/** Replaces the key: some servers repeat it. */
function redactKey(text: string, { apiKey = '' }: PostRequest, minChars = 8): string {
  const key = apiKey.trim();
  return key.length < minChars ? text : redact(text, [key]);
}
