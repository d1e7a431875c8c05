import type * as z from 'zod';
import {
  operations,
  type AnswerBody,
  type ApprovalBody,
  type CancelBody,
  type ForkBody,
  type LaunchBody,
  type MessageBody,
  type Operation,
  type OperationName,
  type ResultBody,
  type ThreadQuery,
} from '../api/api.ts';
import { followEvents, type EventOptions } from './events.ts';
import {
  ApiError,
  parseResponseJson,
  readText,
  sendRequest,
  throwNoResponse,
  toJson,
  type Send,
} from './request.ts';
import { retryWhileUnavailable } from './retry.ts';

export type ClientOptions = {
  /** The server, with the path it is mounted under: `https://shop.test/agent`. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: string;
  readonly fetch?: Send;
  /** ms for which requests that are safe to repeat are retried. */
  readonly retryForMs?: number;
  /** Announces with each request that `events` will listen to drafts. */
  readonly drafts?: boolean;
  /** ms without data after which a stream counts as lost. The server sends some every 15 s. */
  readonly silenceMs?: number;
};

/** ms to wait for a response. */
const TIMEOUT_MS = 30_000;

type TypedOperation<R, B> = Operation & {
  readonly body?: z.ZodType<B>;
  readonly response: z.ZodType<R>;
};

type CallInput<B> = {
  readonly id?: string;
  readonly query?: ThreadQuery;
  readonly body?: B;
  /** The `Idempotency-Key`: a message with the same key is the same message. */
  readonly key?: string | undefined;
};

export type AgentClient = ReturnType<typeof agentClient>;

/**
 * Makes a client with one function per operation.
 * Each throws an `ApiError` if it fails.
 */
export function agentClient(options: ClientOptions) {
  const call = caller(options);
  return {
    launch: (body: LaunchBody, key?: string) => call(operations.launch, { body, key }),
    list: (query: ThreadQuery = {}) => call(operations.list, { query }),
    get: (id: string) => call(operations.get, { id }),
    events: (id: string, events: EventOptions = {}) => streamEvents(options, id, events),
    say: (id: string, body: MessageBody, key?: string) => call(operations.say, { id, body, key }),
    respond: (id: string, body: AnswerBody) => call(operations.respond, { id, body }),
    approve: (id: string, body: ApprovalBody) => call(operations.approve, { id, body }),
    report: (id: string, body: ResultBody) => call(operations.report, { id, body }),
    cancel: (id: string, body: CancelBody = {}) => call(operations.cancel, { id, body }),
    fork: (id: string, body: ForkBody = {}, key?: string) =>
      call(operations.fork, { id, body, key }),
    lift: (id: string) => call(operations.lift, { id, body: {} }),
  } satisfies Record<OperationName, unknown>;
}

/** Makes a function that sends the request of an operation and checks the response. */
function caller(options: ClientOptions) {
  const { url, token, fetch = globalThis.fetch, retryForMs = 10_000, drafts } = options;
  return async <R, B>(
    operation: TypedOperation<R, B>,
    input: CallInput<NoInfer<B>>,
  ): Promise<R> => {
    const search = drafts && operation.method === 'POST' ? withDrafts : searchOf(input.query);
    const target = operationUrl(url, operation, input.id) + search;
    const init = requestInit(operation, input, token);
    const attempt = async () => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await sendRequest(fetch, target, { ...init, signal });
      return parseResponse(operation.response, target, response);
    };
    if (!isRepeatable(operation)) return await attempt();
    return await retryWhileUnavailable(attempt, retryForMs);
  };
}

function streamEvents(
  { url, token, fetch = globalThis.fetch, silenceMs = 45_000 }: ClientOptions,
  id: string,
  options: EventOptions,
) {
  const search = options.onDraft ? withDrafts : '';
  const target = operationUrl(url, operations.events, id) + search;
  const open = (after: number, signal: AbortSignal) => {
    const headers = bearer(token);
    if (after > 0) headers['last-event-id'] = String(after);
    return sendRequest(fetch, target, { headers, signal });
  };
  return followEvents(open, silenceMs, options);
}

/**
 * Whether a request may be sent again. Reading and cancelling twice change nothing, and a key makes
 * a message safe. A second answer to a call would be refused, as if another person had been first.
 */
function isRepeatable({ method, hasKey, path }: Operation): boolean {
  return method === 'GET' || hasKey === true || path === operations.cancel.path;
}

/** @throws ApiError for an id that a URL cannot contain, or would read as a folder */
function operationUrl(base: string, { path }: Operation, id = ''): string {
  if (path.includes(':id') && /^\.*$|\p{Surrogate}/u.test(id))
    throw new ApiError(404, { error: `There is no thread ${id}.` });
  const segment = encodeURIComponent(id);
  return base.replace(/\/+$/, '') + path.replace(':id', () => segment);
}

const withDrafts = '?drafts=true';

function searchOf(query: ThreadQuery = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text && `?${text}`;
}

function requestInit(
  { method, hasKey }: Operation,
  { body, key }: CallInput<unknown>,
  token: string | undefined,
): RequestInit {
  const headers = bearer(token);
  if (hasKey) headers['idempotency-key'] = key || newKey();
  if (method === 'GET') return { method, headers };
  headers['content-type'] = 'application/json';
  return { method, headers, body: toJson(body ?? {}) };
}

function bearer(token: string | undefined): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Makes a random key. A page that was loaded by HTTP has no `randomUUID`. */
function newKey(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @throws ApiError if another program has answered */
async function parseResponse<R>(schema: z.ZodType<R>, url: string, response: Response): Promise<R> {
  const text = await readText(response).catch(throwNoResponse(url));
  const parsed = schema.safeParse(parseResponseJson(text, response.status));
  if (parsed.success) return parsed.data;
  const isPage = /^\s*</.test(text);
  const hint = isPage ? ' It is a web page: is the path in the address right?' : '';
  const error = `${url} does not answer like an agent.${hint}`;
  throw new ApiError(response.status, { error });
}
