import type { Post } from './post.ts';

/** Why there is no answer, and whether another try may bring one; `waitMs` is what the provider asks for. */
export type Failure = { readonly failure: string; readonly retry: boolean; readonly waitMs?: number };

const BACK_OFF_MS = 500;

/** ms before the next attempt, where the provider does not say; spread, so that many processes do not return at once. */
export const backOffMs = (attempt: number): number => BACK_OFF_MS * 4 ** (attempt - 1) * (0.75 + Math.random() / 2);

/** How errors name a response: who answered, its status, and the request's id. */
export function whoAnswered({ status, headers }: Response, { name, headers: sent }: Post): string {
  const id = headers.get('request-id') ?? headers.get('x-request-id');
  return `${name} answered ${status}${id === null ? '' : ` (request ${withoutKeys(id, sent).slice(0, 100)})`}`;
}

/** What a response that is no success means, and the reason that it gives. */
export function failureOf(response: Response, text: string, post: Post): Failure {
  const { status, headers } = response;
  const said = withoutKeys(toReason(text), post.headers).slice(0, 200);
  const reason =
    reasons[status]?.(post.keyName) ?? (isNowhere(status, text) ? `${said || 'nothing is there'}${astray}` : said);
  const waitMs = askedWaitMs(headers);
  const told = headers.get('x-should-retry');
  const retry = told === null ? isPassing(status) : told === 'true';
  const failure = [whoAnswered(response, post), reason].filter(Boolean).join(': ');
  return { failure, retry, ...(waitMs !== undefined && { waitMs }) };
}

/** Busy, overloaded (529), or failing for a moment. */
const isPassing = (status: number): boolean => [408, 409, 429].includes(status) || status >= 500;

const astray = ': is the base URL right?';
const redirected = () => `it redirects, which is not followed${astray}`;
const reasons: Readonly<Record<number, (keyName: string) => string>> = {
  401: (keyName) => `is ${keyName} right?`,
  ...Object.fromEntries([301, 302, 303, 307, 308].map((status) => [status, redirected])),
};

/** `retry-after-ms`, or `retry-after` in seconds or as a date; undefined if neither makes sense. */
function askedWaitMs(headers: Headers): number | undefined {
  const after = headers.get('retry-after') ?? '';
  const inMs = headers.get('retry-after-ms') ?? '';
  const waits = [parseFloat(inMs), parseFloat(after) * 1_000, Date.parse(after) - Date.now()];
  const wait = waits.find((ms) => !Number.isNaN(ms));
  return wait === undefined ? undefined : Math.max(0, wait);
}

function toReason(text: string): string {
  const { message }: { message?: unknown } = Object(Object(parse(text)).error);
  return typeof message === 'string' ? message : text;
}

/** An API that lacks a model, say, answers with an error of its own; without one, something else has answered. */
const isNowhere = (status: number, text: string): boolean => status === 404 && Object(parse(text)).error === undefined;

/** A text without the keys that were sent, of at least `shortest` characters: some servers repeat them. */
export function withoutKeys(text: string, sent: Post['headers'], shortest = 8): string {
  const words = Object.values(sent).flatMap((value) => value.split(/\s+/));
  return words
    .filter((word) => word.length >= shortest && !version.test(word))
    .reduce((rest, word) => rest.replaceAll(word, '[key]'), text);
}

/** Is no secret, and may well be in an answer. */
const version = /^\d{4}-\d\d-\d\d$/;

/** Undefined for what is no JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
