import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { PermanentModelError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { redact } from '../core/sanitize.ts';
import type { ProviderReply } from './adapter.ts';
import { isFailure, readFailure, type Failure } from './provider-failure.ts';
import { endedEarly, readStream, type Fields, type StreamFormat } from './stream.ts';

const MAX_ATTEMPTS = 3;
const MAX_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 500;
const MAX_TIMER_MS = 2 ** 31 - 1;
const MAX_BYTES = 10_000_000;
/** A stream has an event of some hundred bytes for each token. */
const MAX_STREAM_BYTES = 50_000_000;
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
  readonly body: object;
  /** Set if `body` asks for a stream. */
  readonly stream?: Streaming | undefined;
  /** Reads the body of the answer. */
  readonly reply: z.ZodType<ProviderReply>;
  readonly signal: AbortSignal;
  /** Called with the reason before each further attempt. */
  readonly onRetry?: ((reason: string) => void) | undefined;
  /** Timeout of one attempt. */
  readonly timeoutMs: number;
};

/** `onText` gets the text so far, and an empty one if it is withdrawn. */
type Streaming = StreamFormat & { readonly onText: (text: string) => void };

/**
 * Posts JSON and reads the answer. Makes up to three attempts while the provider is busy or out of
 * reach. Errors name the provider, the status and the request's id, and contain no key.
 * @throws PermanentModelError if another attempt would fail too
 */
export async function postJson(request: PostRequest): Promise<ProviderReply> {
  checkUrl(request);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await post(request);
    } catch (error) {
      request.stream?.onText('');
      if (!(error instanceof RetryableError) || attempt === MAX_ATTEMPTS) throw error;
      const { waitMs = backOffMs(attempt) } = error;
      if (waitMs > MAX_WAIT_MS) throw error;
      const { signal, onRetry } = request;
      onRetry?.(`attempt ${attempt + 1} of ${MAX_ATTEMPTS}: ${error.message}`);
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** The provider does not take the schema. It can be sent as text. */
export class SchemaRejected extends PermanentModelError {}

/** The provider does not stream. It can be asked for the whole answer. */
export class StreamRejected extends PermanentModelError {}

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
async function post(request: PostRequest): Promise<ProviderReply> {
  const { response, text } = await exchange(request);
  const source = describeSource(response, request);
  if (!response.ok) return afterFailure(response, text, request);
  const body = withoutEndOfStream(text);
  const json = parseJson(redactKey(body, request, MIN_ANSWER_KEY_CHARS));
  if (isFailure(json)) return afterFailure(response, text, request);
  if (json === undefined) {
    const kind = /^(?:data|event):/.test(body) ? 'a stream, which was not asked for' : 'not JSON';
    throw new Error(`${source}: the answer is ${kind}`);
  }
  const { data, error } = request.reply.safeParse(json);
  if (error) {
    throw new Error(`${source}: the answer has an unknown format: ${z.prettifyError(error)}`);
  }
  const problem = data.text === '' ? (data.error ?? 'the answer is empty') : data.error;
  return { ...data, error: problem && `${source}: ${problem}` };
}

/** Some servers add the end of a stream to an answer that is none. */
function withoutEndOfStream(text: string): string {
  const [body = ''] = text.trimEnd().split(/\ndata: ?\[DONE\]$/);
  return body;
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
    return { response, text: await readBody(response, request) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PermanentModelError) throw error;
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

/** Reads a body as text. A stream becomes the body that the API gives without streaming. */
async function readBody(response: Response, request: PostRequest): Promise<string> {
  const received: Uint8Array[] = [];
  const chunks = readChunks(response, request, received);
  const { stream } = request;
  const isStream = stream && response.ok;
  if (isStream) {
    const tell = textTeller(stream, request);
    const body = await readStream(chunks, stream, (part) => {
      // Now it is known to be a stream: its bytes are not needed again.
      received.length = 0;
      tell(part);
    });
    if (body) return JSON.stringify(body);
  }
  while (!(await chunks.next()).done);
  const text = new TextDecoder().decode(Buffer.concat(received));
  if (isStream && emptyStream.test(text.trim())) {
    return JSON.stringify(endedEarly);
  }
  return text;
}

const emptyStream = /^(?:(?:data|event|id|retry)?:|$)/;

/**
 * Yields the parts of a body, and keeps them in `received`.
 * @throws PermanentModelError if it is too long
 */
async function* readChunks(
  response: Response,
  request: PostRequest,
  received: Uint8Array[],
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  const limit = request.stream ? MAX_STREAM_BYTES : MAX_BYTES;
  let bytes = 0;
  try {
    for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
      bytes += part.value.length;
      if (bytes > limit) {
        const source = describeSource(response, request);
        throw new PermanentModelError(`${source}: more than ${limit} bytes`);
      }
      received.push(part.value);
      yield part.value;
    }
  } finally {
    void reader?.cancel().catch(() => undefined);
  }
}

/** Tells the text of a body so far, as long as that can become an answer. */
function textTeller({ onText }: Streaming, request: PostRequest) {
  let told = '';
  return (body: Fields): void => {
    const { data } = request.reply.safeParse(body);
    const text = data && data.error === undefined ? withoutOpenEnd(data.text, request) : '';
    if (text !== told) onText(text);
    told = text;
  };
}

/** Replaces the key, and leaves out an end that may be its start, or half a character. */
function withoutOpenEnd(whole: string, request: PostRequest): string {
  const text = redactKey(whole, request, MIN_ANSWER_KEY_CHARS);
  const key = request.apiKey?.trim() ?? '';
  const lengths = [...key].map((_, index) => key.length - 1 - index);
  const isStart = (length: number) => text.endsWith(key.slice(0, length));
  const open = lengths.find(isStart) ?? 0;
  return text.slice(0, text.length - open).replace(/\p{Surrogate}$/u, '');
}

function describeSource({ status, headers }: Response, request: PostRequest): string {
  const source = `${request.name} answered ${status}`;
  const header = headers.get('request-id') ?? headers.get('x-request-id');
  if (header === null) return source;
  const id = redactKey(header, request).slice(0, MAX_REQUEST_ID_CHARS);
  return `${source} (request ${id})`;
}

/** Returns what the model wrote, if the provider only told that it is wrong. @throws otherwise */
function afterFailure(response: Response, text: string, request: PostRequest): ProviderReply {
  const { status, headers } = response;
  const sent = JSON.stringify(request.body);
  const isStream = request.stream !== undefined;
  const failure = readFailure({ status, headers, text, sent, isStream });
  const { means, answer, waitMs } = failure;
  if (means === 'again' && answer !== undefined)
    return { text: redactKey(answer, request, MIN_ANSWER_KEY_CHARS) };
  const reason = tellFailure(status, failure, request);
  const source = describeSource(response, request) + (response.ok ? ' with an error' : '');
  const message = [source, reason].filter(Boolean).join(': ');
  if (means === 'words') throw new SchemaRejected(message);
  if (means === 'whole') throw new StreamRejected(message);
  if (means === 'person') throw new PermanentModelError(message);
  throw Object.assign(new RetryableError(message), { waitMs });
}

/** A 401 may quote a part of the key: its text is left out. */
function tellFailure(status: number, failure: Failure, request: PostRequest): string {
  if (status === 401) return `is ${request.keyName} right?`;
  if (status >= 300 && status < 400)
    return 'it redirects, which is not followed: is the base URL right?';
  const reason = redact(redactKey(failure.reason, request)).slice(0, MAX_REASON_CHARS);
  if (status !== 404) return reason;
  return `${reason || 'nothing is there'}: are the base URL and the model right?`;
}

// A shorter key, for example of a server on localhost, may be a word that the answer needs.
const MIN_ANSWER_KEY_CHARS = 16;

/** Replaces the key: some servers repeat it. */
function redactKey(text: string, { apiKey = '' }: PostRequest, minChars = 8): string {
  const key = apiKey.trim();
  return key.length < minChars ? text : redact(text, [key]);
}
