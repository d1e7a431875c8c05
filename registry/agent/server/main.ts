import { serve, type ServerType } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertReadyUnattended } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { assertUsableStore, runUntilSignal, type Stoppable } from '../worker/process.ts';
import { requiredInPublic } from './authenticate.ts';
import { agentServer, type AgentServer } from './server.ts';

/** ms that requests in progress get to end. */
const MAX_CLOSE_MS = 8_000;

type Address = { readonly hostname: string; readonly port: number };

/** Serves the agent of agent.ts. Only this machine can reach it unless HOST says otherwise. */
void runUntilSignal(async () => {
  const { agent } = await import('../agent.ts');
  assertReadyUnattended(agent);
  const hostname = process.env['HOST']?.trim() || '127.0.0.1';
  const isPrivate = ['127.0.0.1', 'localhost', '::1'].includes(hostname);
  if (!isPrivate) assertPublicSettings(hostname);
  const port = parsePort(process.env['PORT']);
  await assertUsableStore(agent.store);
  const { fetch, stop } = agentServer(agent, { isPrivate });
  const server = await listen({ hostname, port }, fetch);
  console.error(`Listening on ${urlOf(server, hostname)}. Ctrl-C stops.`);
  return { stop: async () => close(server, stop) };
});

/** @throws Refused */
function assertPublicSettings(hostname: string): void {
  const missing = requiredInPublic.filter((name) => !process.env[name]?.trim());
  if (missing.length === 0) return;
  const names = missing.join(' and ');
  throw new Refused(`Set ${names} in .env: other machines can reach ${hostname}.`);
}

/** @throws Refused */
function parsePort(text = ''): number {
  const port = Number(text.trim() || '3000');
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new Refused(`PORT must be a number from 0 to 65535, not ${text.slice(0, 20)}.`);
}

/** @throws Refused if the address cannot be used */
async function listen(address: Address, fetch: AgentServer['fetch']): Promise<ServerType> {
  const serverOptions = {
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 1_000,
  };
  try {
    return await new Promise((resolve, reject) => {
      const server = serve({ ...address, fetch, serverOptions }, () => resolve(server));
      server.once('error', reject);
    });
  } catch (error) {
    throw new Refused(`${reasonNotToListen(address, error)}. Set PORT or HOST.`);
  }
}

function reasonNotToListen({ hostname, port }: Address, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : oneLine(error);
  if (code === 'EADDRINUSE') return `Port ${port} on ${hostname} is in use (EADDRINUSE)`;
  return `The server cannot listen on port ${port} of ${hostname} (${code})`;
}

function urlOf(server: ServerType, hostname: string): string {
  // With PORT=0, the system chooses the port.
  const { port } = server.address() as AddressInfo;
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}

/** Ends requests, event streams and the worker. @returns the threads that are still running */
async function close(server: ServerType, stop: Stoppable['stop']): Promise<readonly string[]> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection that becomes idle later would wait for another request, and keep the server open.
  const closeIdle = () => 'closeIdleConnections' in server && server.closeIdleConnections();
  const timer = setInterval(closeIdle, 100);
  const [running] = await Promise.all([stop(), Promise.race([closed, sleep(MAX_CLOSE_MS)])]);
  clearInterval(timer);
  return running;
}
