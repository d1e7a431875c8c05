import type { OpenTrigger, TriggerHost } from '../core/agent.ts';
import { page } from './page.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/**
 * Serves a chat page. The page has no data: its script uses the HTTP API as any client, and so
 * `authenticate` decides what a person sees.
 */
export function webTrigger({ path = 'chat' }: Pick<TriggerHost, 'path'>): OpenTrigger {
  const fetch = (request: Request) => Promise.resolve(respond(request, path));
  return { page: 'Chat', fetch };
}

function respond({ method, url }: Request, path: string): Response {
  const file = findFile(new URL(url).pathname, path);
  const status = file ? statusFor(method) : 404;
  const text = status === 200 ? file?.text : 'There is nothing here.';
  const type = status === 200 ? file?.type : 'plain';
  return new Response(method === 'HEAD' ? null : text, {
    status,
    headers: { ...headers, 'content-type': `text/${type}; charset=utf-8` },
  });
}

const statusFor = (method: string) => (['GET', 'HEAD'].includes(method) ? 200 : 405);

/** The page at `/chat` has its files in `chat/`. At `/chat/`, they are in `./`. */
function findFile(pathname: string, path: string) {
  const [last = '', folder] = pathname.replace(/\/$/, '').split('/').reverse();
  if (last === path) return { type: 'html', text: page(pathname.endsWith('/') ? '.' : path) };
  if (folder !== path) return undefined;
  if (last === 'script.js') return { type: 'javascript', text: script };
  return last === 'style.css' ? { type: 'css', text: style } : undefined;
}

const headers = {
  // Only the page's own files run, and no text can become HTML.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // After an update, no page runs with an old script.
  'cache-control': 'no-store',
  allow: 'GET, HEAD',
};
