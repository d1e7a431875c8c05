import { ApiError } from '../client/request.ts';
import { Refused } from '../core/errors.ts';

/** A server, and what it takes for a proof of who asks. */
export type Where = { readonly url: string; readonly token?: string | undefined };

/** Throws a failed call to a server again, as what a person can do about it. */
export function refuse(error: unknown, where: Where): never {
  throw error instanceof ApiError ? new Refused(sentence(error, where)) : error;
}

function sentence({ status, error, cause }: ApiError, { url, token }: Where): string {
  if (status === 0) return `Nobody answers at ${url}${codeOf(cause)}. Is the server running?`;
  if (status !== 401) return error;
  return token
    ? `${url} does not take this API_TOKEN.`
    : `${url} wants a token: put its API_TOKEN into .env.`;
}

/** What the system calls it: ECONNREFUSED. */
function codeOf(cause: unknown): string {
  const { code } = Object(Object(cause).cause);
  return typeof code === 'string' ? ` (${code})` : '';
}
