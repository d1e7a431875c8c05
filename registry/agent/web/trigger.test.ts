// @vitest-environment node
import { expect, test } from 'vitest';
import { webTrigger } from './trigger.ts';

async function send(path: string, method = 'GET', key = 'chat') {
  const { fetch } = webTrigger({ path: encodeURI(key) });
  const response = await fetch?.(new Request(`https://agent.test${path}`, { method }));
  if (!response) throw new Error('It answers nothing.');
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

test.each([
  ['/chat', 'GET', 200, 'text/html'],
  ['/chat/', 'GET', 200, 'text/html'],
  ['/agent/chat', 'GET', 200, 'text/html'],
  ['/chat/script.js', 'GET', 200, 'text/javascript'],
  ['/agent/chat/style.css', 'GET', 200, 'text/css'],
  ['/chat', 'HEAD', 200, 'text/html'],
  ['/chat', 'POST', 405, 'text/plain'],
  ['/chat/script.js', 'DELETE', 405, 'text/plain'],
  ['/chat/other.js', 'GET', 404, 'text/plain'],
  ['/chat/more/script.js', 'GET', 404, 'text/plain'],
  ['/chat/..%2f..%2f', 'GET', 404, 'text/plain'],
  ['/chat/%2e%2e/agent.ts', 'GET', 404, 'text/plain'],
  ['/chat/__proto__', 'GET', 404, 'text/plain'],
])('%s with %s gets %d, as %s', async (path, method, status, type) => {
  const response = await send(path, method);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
  expect(response.text === '').toBe(method === 'HEAD');
});

test.each([
  ['/chat', 'chat/script.js'],
  ['/agent/chat', 'chat/script.js'],
  ['/agent/chat/', './script.js'],
])('the page at %s finds its script at %s', async (path, script) => {
  expect((await send(path)).text).toContain(`src="${script}"`);
});

test('another key is another path', async () => {
  expect((await send('/help', 'GET', 'help')).text).toContain('src="help/script.js"');
  expect((await send('/chat', 'GET', 'help')).status).toBe(404);
  expect((await send('/my chat', 'GET', 'my chat')).text).toContain('src="my%20chat/script.js"');
  expect((await send('/é/script.js', 'GET', 'é')).status).toBe(200);
});

test('nothing runs in the page except its own files', async () => {
  const { headers, text } = await send('/chat');
  const policy = headers.get('content-security-policy')?.split('; ');
  expect(policy).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(text).not.toMatch(/<style|<script>|style=| on\w+=|https?:/);
});
