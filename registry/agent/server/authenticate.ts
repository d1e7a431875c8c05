import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Who sends a request. Threads belong to the name that started them; an operator sees all of them. Names are also what
 * `approvers` in policy.ts lists.
 */
export type Principal = { readonly name: string; readonly isOperator?: boolean };

/** Variables without which it listens to this machine only. */
export const neededInPublic = ['API_TOKEN'];

/**
 * Says who sends a request; nothing if nobody who may. It is yours: look up a session, or verify a token of your users.
 * `isPrivate`: the server listens on this machine only.
 */
export async function authenticate(request: Request, isPrivate: boolean): Promise<Principal | undefined> {
  const token = process.env['API_TOKEN']?.trim();
  if (!token) return isPrivate && isForThisMachine(request) ? { name: 'local', isOperator: true } : undefined;
  const [, given = ''] = /^Bearer +(.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  return isSame(given.trim(), token) ? { name: 'api', isOperator: true } : undefined;
}

/** A web page of another host that a browser was led here by has that host's name in its requests. */
const isForThisMachine = ({ url }: Request): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

/** Takes the same time whatever is wrong with it. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
