import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * The sender of a request. A thread belongs to the name that started it; an operator sees all
 * threads. `approvers` in policy.ts lists the same names. `isLocal` is for the person at this
 * machine, who may approve if the policy lists no one: do not set it for your users.
 */
export type Principal = {
  readonly name: string;
  readonly isOperator?: boolean;
  readonly isLocal?: boolean;
};

/** Variables that must be set if other machines can reach the server. */
export const neededInPublic = ['API_TOKEN'];

/**
 * Returns the sender of a request, or undefined for 401. Edit it: look up a session, or verify the
 * tokens of your users. `isPrivate`: only this machine can reach the server.
 */
export function authenticate(request: Request, isPrivate: boolean): Promise<Principal | undefined> {
  const expected = process.env['API_TOKEN']?.trim();
  if (expected) {
    const isKnown = isEqual(bearerToken(request), expected);
    const sender = { name: 'api', isOperator: true };
    return Promise.resolve(isKnown ? sender : undefined);
  }
  const isLocal = isPrivate && isFromThisMachine(request);
  const sender = { name: 'local', isOperator: true, isLocal: true };
  return Promise.resolve(isLocal ? sender : undefined);
}

function bearerToken({ headers }: Request): string {
  const header = headers.get('authorization') ?? '';
  const [, token = ''] = /^Bearer +(.+)$/i.exec(header) ?? [];
  return token.trim();
}

const localHosts = ['localhost', '127.0.0.1', '[::1]'];
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'via'];

/**
 * A proxy on this machine forwards requests of others, and says so in a header. A web page can
 * make a browser send requests to this machine: then the host or the origin is another one.
 */
function isFromThisMachine({ url, headers }: Request): boolean {
  if (proxyHeaders.some((name) => headers.has(name))) return false;
  return [url, headers.get('origin') ?? url].every(isLocalUrl);
}

function isLocalUrl(url: string): boolean {
  return URL.canParse(url) && localHosts.includes(new URL(url).hostname);
}

/** Takes the same time for every input, so that the time tells nothing about the token. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
