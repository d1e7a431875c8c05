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

/** Not if a proxy passes it on, nor if a browser was led here by a page of another host, whose name it then has. */
const isForThisMachine = ({ url, headers }: Request): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname) &&
  !['forwarded', 'x-forwarded-for', 'via'].some((name) => headers.has(name));

/** Takes the same time whatever is wrong with it. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
