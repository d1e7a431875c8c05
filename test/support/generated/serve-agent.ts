import { serve } from '@hono/node-server';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Step } from '../../../registry/agent/core/event.ts';
import type { Agent } from '../../../registry/agent/core/agent.ts';
import { agentServer, type ServerOptions } from '../../../registry/agent/server/server.ts';

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

/** Serves an agent on a port of this machine, by default a free one, under `basePath`. */
export async function serveAgent<S extends Step>(
  agent: Agent<S>,
  options: ServerOptions = {},
  port = 0,
) {
  const { fetch, stop } = agentServer(agent, {
    isPrivate: true,
    log: () => {},
    everyMs: 20,
    ...options,
  });
  const server = serve({ fetch, hostname: '127.0.0.1', port });
  await once(server, 'listening');
  return {
    port: portOf(server),
    url: `http://127.0.0.1:${portOf(server)}${options.basePath ?? ''}`,
    async stop() {
      await stop(0);
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * A proxy to a port that breaks connections off: each after so many bytes of what comes back, if
 * `cutAfter` says so.
 */
export async function cuttingProxy(port: number, cutAfter: () => number) {
  const sockets = new Set<Socket>();
  const proxy: Server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let left = cutAfter();
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) sockets.add(socket.on('error', end).on('close', end));
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, left);
      left -= part.length;
      client.write(part, () => left <= 0 && end());
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(proxy)}`,
    /** Breaks all connections off now. */
    cut: () => sockets.forEach((socket) => socket.destroy()),
    stop() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}
