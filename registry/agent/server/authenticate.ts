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
export async function authenticate(
  request: Request,
  isPrivate: boolean,
): Promise<Principal | undefined> {
  const token = process.env['API_TOKEN']?.trim();
  if (!token)
    return isPrivate && isForThisMachine(request) ? { name: 'local', isOperator: true } : undefined;
  const [, given = ''] = /^Bearer +(.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  return isSame(given.trim(), token) ? { name: 'api', isOperator: true } : undefined;
}

/** Not if a proxy passed it on. A browser that was led here names another host, or the page of one that sent it. */
function isForThisMachine({ url, headers }: Request): boolean {
  const places = [url, headers.get('origin') ?? url];
  const isHere = (place: string) => URL.canParse(place) && hosts.includes(new URL(place).hostname);
  return (
    places.every(isHere) &&
    !['forwarded', 'x-forwarded-for', 'via'].some((name) => headers.has(name))
  );
}

const hosts = ['localhost', '127.0.0.1', '[::1]'];

/** Takes the same time whatever is wrong with it. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
