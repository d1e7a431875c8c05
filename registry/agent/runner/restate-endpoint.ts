import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEndpointHandler, type EndpointOptions } from '@restatedev/restate-sdk';
import type { RunnerHost } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';

/** Where Restate finds a process, or the load balancer in front of several. */
export type EndpointAddress = {
  readonly host: string;
  readonly port: number;
  /** The address that is registered. */
  readonly url: string;
  /** The admin API of Restate. Without one, `url` is registered by other means. */
  readonly admin: string | undefined;
  /** The public keys of Restate. With one, each request must be signed. */
  readonly identityKeys: readonly string[];
};

/** ms before a port or an engine that is not available is tried again. */
const RETRY_MS = 1_000;

/**
 * Restate opens another connection when the streams of one are in use, and a load balancer may
 * send it to another process. With few streams and a short life, a new process gets work, too.
 */
const [STREAMS, CONNECTION_MS] = [8, 60_000];

/** Serves `services` to Restate until the process stops, and registers their address. */
export function serveEndpoint(
  services: EndpointOptions['services'],
  { host, port, url, admin, identityKeys }: EndpointAddress,
  { atOnce, log, signal }: RunnerHost,
) {
  const sessions = new Set<ServerHttp2Session>();
  const logger: EndpointOptions['logger'] = ({ level, context }, message: unknown) => {
    // Restate shows the errors of an invocation itself.
    const isOurs = String(level) === 'error' && context === undefined;
    if (isOurs) log({ level: 'warn', message: 'Restate has an error', error: oneLine(message) });
  };
  const server = createServer(
    { settings: { maxConcurrentStreams: Math.min(STREAMS, atOnce) } },
    createEndpointHandler({ services, logger, identityKeys: [...identityKeys] }),
  );
  server.on('session', (session) => {
    sessions.add(session);
    const timer = setTimeout(() => session.close(), CONNECTION_MS).unref();
    session.once('close', () => {
      clearTimeout(timer);
      sessions.delete(session);
    });
  });
  // Requests that run end, and new ones go to another process.
  signal.addEventListener('abort', () => {
    server.close();
    for (const session of sessions) session.close();
  });
  void start();

  async function start(): Promise<void> {
    const place = `${host}:${port}`;
    await untilDone(`Restate cannot reach this process: ${place}`, async () => {
      await once(server.listen(port, host), 'listening');
    });
    if (admin === undefined) return;
    await untilDone(`${url} cannot be registered at Restate`, () => register(admin, url, signal));
    log({ level: 'info', message: `Restate sends threads to ${url}` });
  }

  async function untilDone(problem: string, work: () => Promise<void>): Promise<void> {
    let lastError = '';
    while (!signal.aborted) {
      try {
        return await work();
      } catch (error) {
        const reason = oneLine(error);
        if (reason !== lastError) log({ level: 'error', message: problem, error: reason });
        lastError = reason;
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  return {
    /** Resolves when no request runs any longer. */
    stop: async (): Promise<void> => {
      await Promise.all([...sessions].map((session) => once(session, 'close')));
    },
  };
}

/** Registers an address, again if it is known: its services can have other settings now. */
async function register(admin: string, uri: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri, force: true }),
    signal,
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}
