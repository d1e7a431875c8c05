import type * as z from 'zod';
import {
  operations,
  type ApprovalBody,
  type CancelBody,
  type Operation,
  type OperationName,
} from '../api/api.ts';
import type { ThreadQuery, AnswerBody, ResultBody, MessageBody } from '../api/api.ts';
import { follow, type EventOptions } from './events.ts';
import { ApiError, fromJson, noAnswerFrom, persist, request, textOf } from './request.ts';

export type ClientOptions = {
  /** Where the server is, with the path that it is mounted under: `https://shop.test/agent`. */
  readonly url: string;
  /** What the server's `authenticate` wants as a bearer token. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
  /** ms for which what is safe to repeat is tried again. */
  readonly patienceMs?: number;
  /** ms without a sign of life after which a stream counts as lost; the server gives one every 15 s. */
  readonly silenceMs?: number;
};

/** ms after which nobody waits for an answer any more. */
const TIMEOUT_MS = 30_000;

type HeaderTexts = Readonly<Record<string, string>>;

type Given<B> = {
  readonly id?: string;
  readonly query?: ThreadQuery;
  readonly body?: B;
  /** The `Idempotency-Key`: the same one again is the same message. */
  readonly key?: string;
};

/** A server's threads: a function for each operation. All of them throw an `ApiError` if it is not done. */
export function agentClient({ url, token, fetch = globalThis.fetch, ...options }: ClientOptions) {
  const { patienceMs = 10_000, silenceMs = 45_000 } = options;
  const base = url.replace(/\/+$/, '');
  const bearer: HeaderTexts = token ? { authorization: `Bearer ${token}` } : {};

  async function call<A, B>(
    operation: Operation & { readonly body?: z.ZodType<B>; readonly response: z.ZodType<A> },
    { id, query, body, key = newKey() }: Given<NoInfer<B>>,
  ): Promise<A> {
    const { method, hasKey } = operation;
    const target = base + pathOf(operation, id) + searchOf(query);
    const json: HeaderTexts = body === undefined ? {} : { 'content-type': 'application/json' };
    const once: HeaderTexts = hasKey ? { 'idempotency-key': key } : {};
    const headers = { ...bearer, ...json, ...once };
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const attempt = async () => {
      const response = await request(fetch, target, {
        ...init,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer = operation.response.safeParse(
        fromJson(await textOf(response).catch(noAnswerFrom(target))),
      );
      if (answer.success) return answer.data;
      throw new ApiError(response.status, { error: `${target} does not answer like an agent.` });
    };
    return isRepeatable(operation) ? persist(attempt, patienceMs) : attempt();
  }

  return {
    launch: (body: MessageBody, key?: string) => call(operations.launch, { body, ...(key && { key }) }),
    list: (query: ThreadQuery = {}) => call(operations.list, { query }),
    get: (id: string) => call(operations.get, { id }),
    say: (id: string, body: MessageBody, key?: string) =>
      call(operations.say, { id, body, ...(key && { key }) }),
    respond: (id: string, body: AnswerBody) => call(operations.respond, { id, body }),
    approve: (id: string, body: ApprovalBody) => call(operations.approve, { id, body }),
    report: (id: string, body: ResultBody) => call(operations.report, { id, body }),
    cancel: (id: string, body: CancelBody = {}) => call(operations.cancel, { id, body }),
    events(id: string, events: EventOptions = {}) {
      const target = base + pathOf(operations.events, id);
      const behind = (after: number): HeaderTexts =>
        after > 0 ? { 'last-event-id': String(after) } : {};
      const headersFor = (after: number) => ({ ...bearer, ...behind(after) });
      return follow(
        (after, signal) => request(fetch, target, { headers: headersFor(after), signal }),
        silenceMs,
        events,
      );
    },
  } satisfies Record<OperationName, unknown>;
}

export type AgentClient = ReturnType<typeof agentClient>;

/**
 * What a key or its nature makes safe: to cancel twice changes nothing. The answer to a call is refused the second time,
 * which would look as if somebody else had been faster.
 */
const isRepeatable = ({ method, hasKey, path }: Operation): boolean =>
  method === 'GET' || hasKey === true || path === operations.cancel.path;

/** @throws ApiError for what a URL cannot hold, or would take for a folder */
function pathOf({ path }: Operation, id: string | undefined): string {
  if (id !== undefined && /^\.*$|\p{Surrogate}/u.test(id))
    throw new ApiError(404, { error: `There is no thread ${id}.` });
  return path.replace(':id', () => encodeURIComponent(id ?? ''));
}

function searchOf(query: ThreadQuery = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const texts = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  return given.length === 0 ? '' : `?${new URLSearchParams(texts)}`;
}

/** Random, also where a page came by HTTP, and has no `randomUUID`. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
