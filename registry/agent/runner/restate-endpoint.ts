import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEndpointHandler, type EndpointOptions } from '@restatedev/restate-sdk';
import type { RunnerHost } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { namesIn } from '../core/policy.ts';

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

type Reported = Pick<RunnerHost, 'log' | 'signal'>;

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
    const problem = `Restate cannot reach this process at ${host}:${port}`;
    await untilDone(problem, () => once(server.listen(port, host), 'listening'));
    if (admin === undefined) return;
    await untilDone(`${url} cannot be registered at Restate`, () => register(admin, url, signal));
    if (!signal.aborted) log({ level: 'info', message: `Restate sends threads to ${url}` });
  }

  async function untilDone(problem: string, work: () => Promise<unknown>): Promise<void> {
    const attempt = reported({ log, signal }, problem, work);
    while (!signal.aborted && !(await attempt()))
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
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

/**
 * Logs an error of `work` when it first occurs.
 * @returns a function that says whether the work was done
 */
export function reported(
  { log, signal }: Reported,
  problem: string,
  work: () => Promise<unknown>,
): () => Promise<boolean> {
  let lastError = '';
  return async () => {
    try {
      await work();
      lastError = '';
      return true;
    } catch (error) {
      const reason = oneLine(error);
      const isNew = reason !== lastError && !signal.aborted;
      if (isNew) log({ level: 'error', message: problem, error: reason });
      lastError = reason;
      return false;
    }
  };
}

/** @throws Refused if other machines can reach the address, and requests are not signed */
export function addressOf(given: Partial<EndpointAddress>): EndpointAddress {
  const {
    host = env('RESTATE_HOST') ?? '127.0.0.1',
    port = Number(env('RESTATE_PORT') ?? '9080'),
    admin = env('RESTATE_ADMIN_URL'),
    identityKeys = namesIn(env('RESTATE_IDENTITY_KEYS')),
  } = given;
  const { url = env('RESTATE_SERVICE_URL') ?? `http://127.0.0.1:${port}` } = given;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Refused('RESTATE_PORT must be a number from 0 to 65535.');
  const isPrivate = ['127.0.0.1', 'localhost', '::1'].includes(host);
  if (isPrivate || identityKeys.length > 0) return { host, port, url, admin, identityKeys };
  throw new Refused(`Set RESTATE_IDENTITY_KEYS in .env: other machines can reach ${host}.`);
}

/** Returns a variable. An empty one is not set. */
export const env = (name: string): string | undefined => process.env[name]?.trim() || undefined;
