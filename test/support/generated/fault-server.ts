import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Heard = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Resolves when the connection is closed before the answer was whole. */
  readonly left: Promise<unknown>;
};

/** What a server does with a request, well or badly. */
export type Behaviour = (response: ServerResponse, heard: Heard) => unknown;

/** A server that behaves as told, the last way for ever, and keeps what it heard. */
export async function faultServer(...behaviours: readonly Behaviour[]) {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const left = new Promise((resolve) =>
      response.on('close', () => response.writableFinished || resolve('left')),
    );
    let body = '';
    for await (const chunk of request) body += chunk;
    const next = { path: request.url ?? '', headers: request.headers, body, left };
    heard.push(next);
    behaviours[Math.min(heard.length, behaviours.length) - 1]?.(response, next);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, heard, close };
}

type Headers = Record<string, string>;

export const answer =
  (status: number, body: unknown, headers: Headers = {}): Behaviour =>
  (response) =>
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

/** Never says a word. */
export const silence: Behaviour = () => {};

/** Starts to answer, and stops in the middle without going away. */
export const stall: Behaviour = (response) => response.writeHead(200).write('{"id":"msg_1","con');

export const cutBeforeHeaders: Behaviour = (response) => response.destroy();

export const cutInTheBody: Behaviour = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"id":"msg_1","con', () => response.destroy());
};

/** Says nothing for a while. */
export const late =
  (ms: number, then: Behaviour): Behaviour =>
  (response, heard) =>
    setTimeout(() => then(response, heard), ms);

/** Sends that many bytes of JSON, as fast as they are taken. */
export const flood =
  (bytes: number): Behaviour =>
  async (response, { left }) => {
    const chunk = 'x'.repeat(64 * 1024);
    response.writeHead(200).write('{"id":"');
    for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length)
      if (!response.write(chunk))
        await Promise.race([once(response, 'drain').catch(() => {}), left]);
    response.end('"}');
  };

/** Sends JSON without end, a little at a time: nothing but the client ends it soon. */
export const drip: Behaviour = (response) => {
  response.writeHead(200).write('{"id":"');
  const timer = setInterval(() => response.write('x'.repeat(1_000)), 5);
  response.on('close', () => clearInterval(timer));
};

/** Says all that it was told: servers do it while they are being set up. */
export const echo =
  (status: number, headers: Headers = {}): Behaviour =>
  (response, { headers: sent, body }) => {
    const message = `cannot take ${JSON.stringify(sent)} with ${body}`;
    const ids = { 'x-request-id': String(sent['x-api-key'] ?? sent.authorization) };
    response
      .writeHead(status, { ...ids, ...headers })
      .end(JSON.stringify({ error: { message }, sent, message }));
  };
