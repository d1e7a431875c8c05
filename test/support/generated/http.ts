import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { vi } from 'vitest';

export type Answer = { readonly status: number; readonly text: string; readonly headers: Headers };
type Sent = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** Sends JSON, and reads the whole answer. */
export async function send(
  url: string,
  method: string,
  path: string,
  { body, headers }: Sent = {},
): Promise<Answer> {
  const isBody = body !== undefined;
  const type = method === 'POST' ? { 'content-type': 'application/json' } : {};
  const init = {
    method,
    headers: { ...type, ...headers },
    ...(isBody && { body: JSON.stringify(body) }),
  };
  const response = await fetch(url + path, init);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** What it launched: the id, once the request was taken. */
export async function launch(
  url: string,
  steps: readonly unknown[],
  headers = {},
): Promise<string> {
  const answer = await send(url, 'POST', '/threads', {
    body: { message: JSON.stringify(steps) },
    headers,
  });
  if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
  return JSON.parse(answer.text).id;
}

/** The document of the thread, once it has that status. */
export async function rests(url: string, id: string, status: string, timeout = 20_000) {
  return vi.waitFor(
    async () => {
      const document = JSON.parse((await send(url, 'GET', `/threads/${id}`)).text);
      if (document.status !== status)
        throw new Error(`${id} is ${JSON.stringify(document)}, not ${status}`);
      return document;
    },
    { timeout, interval: 50 },
  );
}

/** An open socket to the server, without any help. */
export async function dial(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // A server may close it while something is still being sent.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Resolves once it is closed, by whomever and however. */
export const closed = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.once('close', resolve));

/**
 * Sends these bytes, and resolves to all that comes until the server closes, or to what has come
 * after `ms`.
 */
export async function raw(url: string, bytes: string | Uint8Array, ms = 3_000): Promise<string> {
  const socket = await dial(url);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.write(bytes);
  await Promise.race([closed(socket), new Promise((resolve) => setTimeout(resolve, ms))]);
  socket.destroy();
  return text;
}
