import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';

const MAX_ATTEMPTS = 3;
const MAX_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 500;
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
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal: AbortSignal;
  /** Timeout of one attempt. */
  readonly timeoutMs: number;
};

/** A parsed answer. `source` is the provider, the status and the request's id, for errors. */
export type PostResult<T> = { readonly answer: T; readonly source: string };

/**
 * Posts JSON and parses the answer. Makes up to three attempts while the provider is busy or out of
 * reach. Errors contain no key.
 * @throws PermanentModelError if another attempt would fail too
 */
export async function postJson<T>(
  request: PostRequest,
  schema: z.ZodType<T>,
): Promise<PostResult<T>> {
  checkUrl(request);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return parseBody(await post(request), schema);
    } catch (error) {
      await waitToRetry(error, attempt, request.signal);
    }
  }
}

/** A failure that another attempt may fix. `waitMs` is how long the provider asks to wait. */
class RetryableError extends Error {
  readonly waitMs: number | undefined;
  constructor(message: string, waitMs?: number) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** @throws the error if there is no further attempt */
async function waitToRetry(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
  if (!(error instanceof RetryableError) || attempt === MAX_ATTEMPTS) throw error;
  const { waitMs = backOffMs(attempt) } = error;
  if (waitMs > MAX_WAIT_MS) throw error;
  await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** Returns the wait after an attempt. It is random, so that many processes do not retry at once. */
export function backOffMs(attempt: number): number {
  return FIRST_WAIT_MS * 4 ** (attempt - 1) * (0.75 + Math.random() / 2);
}

/** @throws PermanentModelError if no path can follow the base URL, or it has a password */
function checkUrl({ name, url }: PostRequest): void {
  const parsed = new URL(URL.canParse(url) ? url : 'none:');
  const { protocol, username, password, search, hash } = parsed;
  if (!/^https?:$/.test(protocol)) {
    const rule = 'a base URL starts with https:// or http://';
    throw new PermanentModelError(`${name} has no address: ${rule}`);
  }
  if (username + password + search + hash === '') return;
  const rule = 'a base URL has no user, no query and no fragment';
  throw new PermanentModelError(`${name} cannot be asked: ${rule}`);
}

/** The text of a body. `source` is as in `PostResult`. */
type Body = { readonly text: string; readonly source: string };

function parseBody<T>({ text, source }: Body, schema: z.ZodType<T>): PostResult<T> {
  const json = parseJson(text);
  if (json === undefined) {
    throw new Error(`${source}: the answer is not JSON`);
  }
  const { data, error } = schema.safeParse(json);
  if (!error) return { answer: data, source };
  throw new Error(`${source}: the answer has an unknown format: ${z.prettifyError(error)}`);
}

// A shorter key, for example of a server on localhost, may be a word that the answer needs.
const MIN_ANSWER_KEY_CHARS = 16;

/** Makes one attempt. @throws RetryableError, or PermanentModelError */
async function post(request: PostRequest): Promise<Body> {
  const { response, text } = await exchange(request);
  const source = describeSource(response, request);
  if (text === undefined) {
    throw new PermanentModelError(`${source}: more than ${MAX_BYTES} bytes`);
  }
  if (response.ok) {
    return { text: redactKeys(text, request.headers, MIN_ANSWER_KEY_CHARS), source };
  }
  const reason = failureReason(response.status, text, request);
  const message = [source, reason].filter(Boolean).join(': ');
  if (!shouldRetry(response)) throw new PermanentModelError(message);
  throw new RetryableError(message, requestedWaitMs(response.headers));
}

/** Sends the request and reads the body within the timeout. */
async function exchange(request: PostRequest) {
  const deadline = startDeadline(request);
  try {
    const response = await fetch(request.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...request.headers },
      body: JSON.stringify(request.body),
      redirect: 'manual',
      signal: deadline.signal,
    });
    return { response, text: await readBody(response) };
  } catch (error) {
    request.signal.throwIfAborted();
    if (!deadline.signal.aborted) throw connectionError(error, request);
    throw new RetryableError(`${request.name} gave no answer in ${request.timeoutMs} ms`);
  } finally {
    deadline.release();
  }
}

/** Fires with the request's signal or at the timeout. `AbortSignal.any` is much slower. */
function startDeadline({ signal, timeoutMs }: PostRequest) {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  const timer = setTimeout(() => controller.abort(), Math.min(timeoutMs, MAX_TIMER_MS));
  const release = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, release };
}

const ConnectionError = z.object({ cause: z.object({ code: z.string() }) });

/** Leaves out the error's own message: fetch quotes a header that it cannot send. */
function connectionError(error: unknown, { name, url, keyName }: PostRequest): Error {
  const { data } = ConnectionError.safeParse(error);
  if (!data) {
    const question = `is the base URL malformed, or ${keyName}?`;
    return new PermanentModelError(`${name} cannot be asked: ${question}`);
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
  const id = headers.get('request-id') ?? headers.get('x-request-id');
  if (id === null) return source;
  const safeId = redactKeys(id, request.headers);
  return `${source} (request ${safeId.slice(0, MAX_REQUEST_ID_CHARS)})`;
}

const ApiError = z.object({ error: z.unknown() });
const ApiErrorMessage = z.object({ error: z.object({ message: z.string() }) });

/** A 404 without an API error comes from something that is not the API. */
function failureReason(status: number, text: string, { keyName, headers }: PostRequest): string {
  const hint = 'is the base URL right?';
  if (status === 401) return `is ${keyName} right?`;
  if ([301, 302, 303, 307, 308].includes(status)) {
    return `it redirects, which is not followed: ${hint}`;
  }
  const json = parseJson(text);
  const message = ApiErrorMessage.safeParse(json).data?.error.message ?? text;
  const reason = redactKeys(message, headers).slice(0, MAX_REASON_CHARS);
  const isFromApi = ApiError.safeParse(json).data?.error !== undefined;
  if (status !== 404 || isFromApi) return reason;
  return `${reason || 'nothing is there'}: ${hint}`;
}

function shouldRetry({ status, headers }: Response): boolean {
  const advice = headers.get('x-should-retry');
  if (advice !== null) return advice === 'true';
  return [408, 409, 429].includes(status) || status >= 500;
}

/** Reads `retry-after-ms`, or `retry-after` in seconds or as a date. */
function requestedWaitMs(headers: Headers): number | undefined {
  const after = headers.get('retry-after') ?? '';
  const afterMs = headers.get('retry-after-ms') ?? '';
  const untilMs = Date.parse(after) - Date.now();
  const waits = [parseFloat(afterMs), parseFloat(after) * 1_000, untilMs];
  const wait = waits.find((ms) => !Number.isNaN(ms));
  return wait && Math.max(0, wait);
}

const apiVersion = /^\d{4}-\d\d-\d\d$/;

/** Replaces the keys in `headers`: some servers repeat them. An API version is not a key. */
function redactKeys(text: string, headers: PostRequest['headers'], minChars = 8): string {
  const words = Object.values(headers).flatMap((value) => value.split(/\s+/));
  const keys = words.filter((word) => word.length >= minChars && !apiVersion.test(word));
  return keys.reduce((rest, key) => rest.replaceAll(key, '[key]'), text);
}

/** Returns undefined if the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
