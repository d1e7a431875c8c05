import type { Trigger, TriggerHost } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { load } from '../core/store.ts';
import { page } from './page.ts';
import { script } from './script.ts';
import { seenRequest } from './seen-request.ts';
import { style } from './style.ts';

type Host = { readonly [K in 'agent' | 'api' | 'senderOf']: NonNullable<TriggerHost[K]> };

/** The files of the page. They are texts in code: a bundle has no other files. */
const files = new Map([
  ['/', { type: 'text/html', text: page }],
  ['/script.js', { type: 'text/javascript', text: script }],
  ['/style.css', { type: 'text/css', text: style }],
]);

const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src data: 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** Serves a page for developers. It reads and changes threads by the HTTP API, with its rights. */
export const inspectorTrigger: Trigger = ({ agent, api, senderOf, path = 'inspector' }) => {
  if (!api || !senderOf) return {};
  const host = { agent, api, senderOf };
  const below = belowOf(path);
  return {
    page: 'Inspector',
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const { status, body, headers } = await respond(host, request, below(pathname));
      const all = new Headers(headers);
      for (const [name, value] of Object.entries(pageHeaders)) all.set(name, value);
      return new Response(body, { status, headers: all });
    },
  };
};

/** Returns what finds the path below the page, undefined for the page without a slash. */
function belowOf(path: string): (pathname: string) => string | undefined {
  const name = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // A base path may have the same name, and a thread, too.
  const known = new RegExp(`.*/${name}(/(?:script\\.js|style\\.css|(?:api|requests)/.*)?)$`);
  return (pathname) => {
    const [, below] = known.exec(pathname) ?? [];
    return below ?? (pathname.endsWith(`/${path}`) ? undefined : '');
  };
}

async function respond(host: Host, request: Request, path: string | undefined): Promise<Response> {
  // Without a slash at the end, a browser would look for the files beside the page.
  if (path === undefined)
    return new Response(null, { status: 302, headers: { location: toSlash(request) } });
  const [, operation] = /^\/api(\/threads(?:\/[\w-]+(?:\/[a-z]+)?)?)$/.exec(path) ?? [];
  if (operation !== undefined) return await callApi(host, request, operation);
  if (!isRead(request)) return refuse(405, 'Only GET works here.');
  const [, id, version] = /^\/requests\/([\w-]+)\/(\d{1,9})$/.exec(path) ?? [];
  if (id !== undefined) return await showRequest(host, request, id, Number(version));
  const file = files.get(path);
  if (!file) return refuse(404, 'The inspector has no such page.');
  return new Response(file.text, { headers: { 'content-type': `${file.type}; charset=utf-8` } });
}

const toSlash = ({ url }: Request): string => `${new URL(url).pathname.split('/').pop() ?? ''}/`;

/** Hands a request to the HTTP API; one that may change something, only if this page sends it. */
async function callApi({ api }: Host, request: Request, path: string): Promise<Response> {
  if (!isRead(request) && !isFromHere(request))
    return refuse(403, 'Another site sent this request.');
  const { search } = new URL(request.url);
  return await api(new Request(new URL(path + search, request.url), request));
}

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

/** A program that is no browser sends neither header. */
function isFromHere({ url, headers }: Request): boolean {
  // A proxy changes the host, and not this.
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = headers.get('origin');
  return origin === null || origin === new URL(url).origin;
}

/** Answers with the request that the model saw before event `version`. Only operators may ask. */
async function showRequest(
  { agent, senderOf }: Host,
  request: Request,
  id: string,
  version: number,
): Promise<Response> {
  const { isOperator } = await senderOf(request);
  if (!isOperator) return refuse(403, 'Only an operator sees what the model saw.');
  const { events } = await load(agent.store, id);
  if (events.length === 0) return refuse(404, `There is no thread ${id}.`);
  try {
    return Response.json(seenRequest(agent, { id, events }, version));
  } catch (error) {
    if (error instanceof Refused) return refuse(409, error.message);
    // Your context() may fail on a thread of earlier code.
    return refuse(409, `The code of today cannot build this request: ${oneLine(error)}`);
  }
}

const refuse = (status: number, error: string): Response => Response.json({ error }, { status });
