import { ErrorBody } from '../api/api.ts';
import { inexactNumber, parseJson } from '../core/json.ts';
import { explainNoResponse } from './no-response.ts';

/**
 * The server did not do what was asked. `status` is that of HTTP, 0 without a response, or 400 for
 * a body that cannot be sent.
 */
export class ApiError extends Error {
  readonly status: number;
  /** The sentence of the server. */
  readonly error: string;
  /** With 409: the call that is open now; null if none is. */
  readonly open?: ErrorBody['open'];
  /** ms that the server asks to wait before the next attempt. */
  readonly retryAfterMs: number | undefined;
  constructor(status: number, { error, open }: ErrorBody, retryAfterMs?: number, cause?: unknown) {
    super(error);
    this.status = status;
    this.error = error;
    if (open !== undefined) this.open = open;
    this.retryAfterMs = retryAfterMs;
    // The types of `cause` come with ES2022.
    if (cause !== undefined) Object.defineProperty(this, 'cause', { value: cause });
  }
}

/** The part of `fetch` that is used here. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** Sends a request once. @throws ApiError for every response except a success */
export async function sendRequest(send: Send, url: string, init: RequestInit): Promise<Response> {
  const response = await send(url, init).catch(throwNoResponse(url));
  if (response.ok) return response;
  const text = await readText(response).catch(throwNoResponse(url));
  const { status, statusText, headers } = response;
  const body = ErrorBody.safeParse(parseResponseJson(text, status));
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'));
  if (body.success) throw new ApiError(status, body.data, retryAfterMs);
  const hint = status === 404 ? ' Is the path in the address of the agent right?' : '';
  const error = `${url} answers ${`${status} ${statusText}`.trimEnd()}.${hint}`;
  throw new ApiError(status, { error }, retryAfterMs);
}

/** Limit of a response: anything longer does not come from an agent. */
const MAX_CHARACTERS = 2 ** 26;

/** The bytes that a reader reads: none at the end. */
type Chunk = { readonly value?: Uint8Array | undefined };

/** Reads a whole body. @throws ApiError if it is too long */
export async function readText({ body, status, url }: Response): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value }: Chunk = await reader.read();
    if (!value) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length <= MAX_CHARACTERS) continue;
    void reader.cancel().catch(() => undefined);
    const error = `${url} does not answer like an agent: it does not end.`;
    throw new ApiError(status, { error });
  }
}

/** Turns an error of `fetch` into an `ApiError`. */
export function throwNoResponse(url: string) {
  return (cause: unknown): never => {
    if (cause instanceof ApiError) throw cause;
    const error = explainNoResponse(url, cause);
    throw new ApiError(0, { error }, undefined, cause);
  };
}

/**
 * Parses JSON; undefined for any other text.
 * @throws ApiError for a number that is rounded
 */
export function parseResponseJson(text: string, status: number): unknown {
  const value = parseJson(text);
  const inexact = value === undefined ? undefined : inexactNumber(text);
  if (inexact === undefined) return value;
  throw new ApiError(status, { error: `In the response, ${inexact}.` });
}

/** Writes JSON. @throws ApiError for a number that JSON does not have */
export function toJson(body: unknown): string {
  return JSON.stringify(body, (_, value: unknown) => {
    const isNumber = typeof value === 'number' || typeof value === 'bigint';
    if (!isNumber || Number.isFinite(value)) return value;
    throw new ApiError(400, { error: `${value} is not a number in JSON: send it as a text.` });
  });
}

/** Parses a `Retry-After`, which is in seconds or a date. */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const ms = Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
