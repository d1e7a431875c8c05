import { serve, type ServerType } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneLine, Refused } from '../core/errors.ts';
import { logToStderr } from '../worker/log.ts';
import {
  assertReadyUnattended,
  assertUsableStore,
  runUntilSignal,
  threadsAtOnce,
} from '../worker/process.ts';
import { neededInPublic } from './authenticate.ts';
import { agentServer, type AgentServer } from './server.ts';

/** ms that requests in progress get to end. */
const MAX_CLOSE_MS = 8_000;

const localHosts = ['127.0.0.1', 'localhost', '::1'];

type Address = { readonly hostname: string; readonly port: number };

/** Serves the agent of agent.ts, on this machine only unless HOST says otherwise. */
void runUntilSignal(async () => {
  const { agent } = await import('../agent.ts');
  assertReadyUnattended(agent);
  const hostname = process.env['HOST']?.trim() || '127.0.0.1';
  const isPrivate = localHosts.includes(hostname);
  if (!isPrivate) assertPublicSettings(hostname);
  const atOnce = threadsAtOnce(agent);
  const port = parsePort(process.env['PORT']);
  await assertUsableStore(agent.store);
  const server = agentServer(agent, { isPrivate, atOnce });
  const listener = await listen({ hostname, port }, server);
  const url = listeningUrl(listener, hostname);
  logToStderr({ level: 'info', message: `Listening on ${url}. Ctrl-C stops.` });
  for (const [path, { page }] of server.triggers)
    if (page) logToStderr({ level: 'info', message: `${page}: ${url}/${path}` });
  return { stop: () => close(listener, server) };
});

/** @throws Refused */
function assertPublicSettings(hostname: string): void {
  const isMissing = (name: string) => !process.env[name]?.trim();
  const names = neededInPublic.filter(isMissing).join(' and ');
  if (names === '') return;
  throw new Refused(`Set ${names} in .env: other machines can reach ${hostname}.`);
}

/** @throws Refused */
function parsePort(text = ''): number {
  const port = Number(text.trim() || '3000');
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  const given = text.slice(0, 20);
  throw new Refused(`PORT must be a number from 0 to 65535, not ${given}.`);
}

/** @throws Refused if the address cannot be used */
async function listen(address: Address, { fetch }: AgentServer): Promise<ServerType> {
  const serverOptions = {
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 1_000,
  };
  const options = { ...address, fetch, serverOptions };
  try {
    return await new Promise((resolve, reject) => {
      const listener = serve(options, () => resolve(listener));
      listener.once('error', reject);
    });
  } catch (error) {
    const reason = oneLine(error);
    throw new Refused(`The server cannot start: ${reason}. Set PORT or HOST.`);
  }
}

function listeningUrl(listener: ServerType, hostname: string): string {
  // With PORT=0, the system chooses the port.
  const { port } = listener.address() as AddressInfo;
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `http://${host}:${port}`;
}

/**
 * Ends requests, event streams and the worker.
 * @returns the threads that are still running
 */
async function close(listener: ServerType, server: AgentServer): Promise<readonly string[]> {
  const closed = new Promise((resolve) => listener.close(resolve));
  // An idle connection would wait for another request and keep the server open.
  const closeIdle = () => {
    if ('closeIdleConnections' in listener) listener.closeIdleConnections();
  };
  const timer = setInterval(closeIdle, 100);
  const requests = Promise.race([closed, sleep(MAX_CLOSE_MS)]);
  const [running] = await Promise.all([server.stop(), requests]);
  clearInterval(timer);
  return running;
}
