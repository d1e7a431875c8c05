import { ErrorBody } from '../api/api.ts';

/** Why the server did not do it. `status` is that of HTTP, or 0 if no answer came. */
export class ApiError extends Error {
  readonly status: number;
  /** The server's sentence. */
  readonly error: string;
  /** With 409: the call that is open now; null if none is. */
  readonly open?: ErrorBody['open'];
  /** ms that the server asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;
  constructor(
    status: number,
    { error, open }: ErrorBody,
    retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(error, options);
    this.status = status;
    this.error = error;
    if (open !== undefined) this.open = open;
    this.retryAfterMs = retryAfterMs;
  }
}

/** One try. @throws ApiError unless the server did what was asked */
export async function request(
  send: typeof fetch,
  url: string,
  init: RequestInit,
): Promise<Response> {
  const response = await send(url, init).catch(noAnswerFrom(url));
  if (response.ok) return response;
  const failure = ErrorBody.safeParse(fromJson(await textOf(response).catch(noAnswerFrom(url))));
  const { status, headers } = response;
  const said = failure.success
    ? failure.data
    : { error: `${url} answers ${`${status} ${response.statusText}`.trimEnd()}.` };
  throw new ApiError(status, said, toMs(headers.get('retry-after')));
}

/** Characters in one answer, or in one event, after which it is taken for something else. */
export const LONGEST = 2 ** 26;

/** The whole body. @throws ApiError if it is longer than any answer of an agent */
export async function textOf({ body, status, url }: Response): Promise<string> {
  const [reader, decoder] = [body?.getReader(), new TextDecoder()];
  let text = '';
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length <= LONGEST) continue;
    void reader?.cancel().catch(() => {});
    throw new ApiError(status, { error: `${url} does not answer like an agent: it does not end.` });
  }
}

/** Throws what a failed `fetch` comes to. */
export const noAnswerFrom =
  (url: string) =>
  (cause: unknown): never => {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError(0, { error: `No answer comes from ${url}.` }, undefined, { cause });
  };

/** Undefined if it is no JSON. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Tries again for `patienceMs` while the server is away. Only for what does no harm twice. */
export async function persist<T>(attempt: () => Promise<T>, patienceMs: number): Promise<T> {
  const end = performance.now() + patienceMs;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      const waitMs = waitAfter(error, failures, 250);
      if (!isAway(error) || performance.now() + waitMs > end) throw error;
      await pause(waitMs);
    }
  }
}

/** Whether nobody answers now, who may later. */
export const isAway = (error: unknown): boolean =>
  error instanceof ApiError && [0, 429, 502, 503, 504].includes(error.status);

const LONGEST_WAIT_MS = 30_000;

/**
 * ms to wait: what the server asked for, else twice as long each time, and not the same for every client. A server that
 * asks for none is asked again at once, but only the first time.
 */
export function waitAfter(error: unknown, failures: number, firstMs: number): number {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  const usual = firstMs * 2 ** Math.min(failures - 1, 10) * (0.75 + Math.random() / 4);
  const leastMs = failures > 1 ? Math.min(usual, firstMs) : 0;
  return Math.min(Math.max(asked ?? usual, leastMs), LONGEST_WAIT_MS);
}

/** Resolves after `ms`, or once `signal` fires. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });

/** A `Retry-After`: seconds, or a date. */
function toMs(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const ms = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
