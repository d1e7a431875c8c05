import { serve, type ServerType } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refused } from '../core/errors.ts';
import { assertReadyUnattended } from '../model/ready.ts';
import { assertStore, runUntilSignal, type Running } from '../worker/process.ts';
import { neededInPublic } from './authenticate.ts';
import { agentServer } from './server.ts';

const LONGEST_ANSWER_MS = 8_000;
const loopback = ['127.0.0.1', 'localhost', '::1'];

/** The agent as a server of its own: on this machine only, unless HOST says otherwise. */
void runUntilSignal(async () => {
  const { agent } = await import('../agent.ts');
  assertReadyUnattended(agent);
  const hostname = process.env['HOST']?.trim() || '127.0.0.1';
  const isPrivate = loopback.includes(hostname);
  const missing = isPrivate ? [] : neededInPublic.filter((name) => !process.env[name]?.trim());
  if (missing.length > 0)
    throw new Refused(
      `Put ${missing.join(' and ')} into .env: ${hostname} can be reached by others.`,
    );
  const port = portIn(process.env['PORT']);
  await assertStore(agent.store);
  const { fetch, stop } = agentServer(agent, { isPrivate });
  return listen({ fetch, hostname, port }, stop);
});

type Listening = { fetch(request: Request): Promise<Response>; hostname: string; port: number };

/** @throws Refused if nobody may listen there */
async function listen(where: Listening, stop: Running['stop']): Promise<Running> {
  const server = await new Promise<ServerType>((resolve, reject) => {
    const serverOptions = {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 1_000,
    };
    const opened = serve({ ...where, serverOptions }, () => resolve(opened));
    opened.once('error', reject);
  }).catch((error: unknown) => {
    throw new Refused(
      `Nobody can listen on ${where.hostname}:${where.port}: ${Object(error).code}. Set PORT or HOST.`,
    );
  });
  const { port } = server.address() as AddressInfo;
  const host = where.hostname.includes(':') ? `[${where.hostname}]` : where.hostname;
  console.error(`Listening on http://${host}:${port}. Ctrl-C stops.`);
  return {
    async stop() {
      // What is being answered is answered, and streams end once they hear of it; nobody waits for a next request.
      const closed = new Promise((resolve) => server.close(resolve));
      const tidying = setInterval(
        () => 'closeIdleConnections' in server && server.closeIdleConnections(),
        100,
      );
      const [left] = await Promise.all([stop(), Promise.race([closed, sleep(LONGEST_ANSWER_MS)])]);
      clearInterval(tidying);
      return left;
    },
  };
}

/** @throws Refused */
function portIn(text = ''): number {
  const port = Number(text.trim() || '3000');
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new Refused(`PORT is a number from 0 to 65535, not ${text.slice(0, 20)}.`);
}
