// @vitest-environment node
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { agentClient } from './client.ts';
import { explainNoResponse } from './no-response.ts';

const fetchFailed = (cause: unknown) => Object.assign(new TypeError('fetch failed'), { cause });
const withCode = (code: string) => fetchFailed(Object.assign(new Error(code), { code }));

test.each([
  [withCode('ECONNREFUSED'), 'Nothing listens at https://shop.test: is the server running'],
  [withCode('ENOTFOUND'), 'There is no host shop.test: is its name right?'],
  [withCode('EAI_AGAIN'), 'shop.test is out of reach (EAI_AGAIN): is this machine online?'],
  [withCode('ENETUNREACH'), 'shop.test is out of reach (ENETUNREACH)'],
  [withCode('UND_ERR_CONNECT_TIMEOUT'), 'https://shop.test does not answer in time'],
  [new DOMException('timeout', 'TimeoutError'), 'https://shop.test does not answer in time'],
  [withCode('ECONNRESET'), 'https://shop.test closes the connection: does it need https://'],
  [withCode('UND_ERR_SOCKET'), 'https://shop.test closes the connection'],
  [withCode('DEPTH_ZERO_SELF_SIGNED_CERT'), 'The certificate of shop.test is not trusted'],
  [withCode('CERT_HAS_EXPIRED'), 'is not trusted (CERT_HAS_EXPIRED): is its name right?'],
  [withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'NODE_EXTRA_CA_CERTS can name its authority'],
  [withCode('ERR_SSL_WRONG_VERSION_NUMBER'), 'https://shop.test does not speak TLS: try http://'],
  [withCode('ENODATA'), 'https://shop.test does not respond (ENODATA).'],
  [fetchFailed(undefined), 'https://shop.test/agent/threads does not respond.'],
  ['gone', 'https://shop.test/agent/threads does not respond.'],
])('after %s, it says what to try', (cause, sentence) => {
  const url = 'https://shop.test/agent/threads';
  expect(explainNoResponse(url, cause)).toContain(sentence);
});

test('an address without a host, as on a page, is told as it is', () => {
  expect(explainNoResponse('/agent/threads', new TypeError('Failed to fetch'))).toBe(
    '/agent/threads does not respond.',
  );
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const page = '<!doctype html><title>Shop</title>';

test.each<[string, RequestListener, string]>([
  ['a web page', (_, response) => response.end(page), 'It is a web page: is the path'],
  ['other JSON', (_, response) => response.end('{}'), 'does not answer like an agent.'],
  [
    'nothing at this path',
    (_, response) => response.writeHead(404).end(page),
    '/threads answers 404 Not Found. Is the path in the address of the agent right?',
  ],
  ['a closed connection', (request) => request.socket.destroy(), 'closes the connection'],
])('a server with %s', async (_, answer, sentence) => {
  const client = agentClient({ url: await serve(answer), retryForMs: 0 });
  await expect(client.list()).rejects.toThrow(sentence);
});

test('a server that has gone', async () => {
  const url = await serve(() => undefined);
  servers.pop()?.close();
  const client = agentClient({ url, retryForMs: 0 });
  await expect(client.list()).rejects.toThrow(`Nothing listens at ${url}`);
});

test('https:// to a server without TLS', async () => {
  const url = (await serve(() => undefined)).replace('http:', 'https:');
  const client = agentClient({ url, retryForMs: 0 });
  await expect(client.list()).rejects.toThrow(/does not speak TLS: try http:|closes the conn/);
});
