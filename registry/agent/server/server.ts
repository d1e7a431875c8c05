import { Hono } from 'hono';
import { operations, type Operation, type OperationName } from '../api/api.ts';
import type { Agent } from '../core/agent.ts';
import type { Step } from '../core/event.ts';
import { logToStderr } from '../worker/log.ts';
import { startWorker, type WorkerOptions } from '../worker/worker.ts';
import type { ApiRequest } from './access.ts';
import { authenticate, type Principal } from './authenticate.ts';
import { getHandlers, healthHandler } from './get-handlers.ts';
import { HttpError, retrySoon, toErrorResponse } from './http-errors.ts';
import { describeApi } from './openapi.ts';
import { postHandlers } from './post-handlers.ts';
import { serverStore } from './server-store.ts';

/** ms between two reads of a streamed thread, with a store that can watch and with one that cannot. */
const [WATCHED_POLL_MS, UNWATCHED_POLL_MS] = [10_000, 1_000];

export type ServerOptions = WorkerOptions & {
  /** Returns the sender of a request, or undefined for 401. The default is in `authenticate.ts`. */
  authenticate?(request: Request, isPrivate: boolean): Promise<Principal | undefined>;
  /** Only this machine can reach the server. */
  readonly isPrivate?: boolean;
  /** The start of each path, such as `/agent`, if the server is mounted in another. */
  readonly basePath?: string;
};

export type AgentServer = {
  fetch(request: Request): Promise<Response>;
  /** Ends event streams and stops the worker. @returns threads still running after `deadlineMs` */
  stop(deadlineMs?: number): Promise<readonly string[]>;
};

/**
 * Serves an agent over HTTP. A request is answered once its event is saved; after that, a worker
 * advances the thread.
 */
export function agentServer<S extends Step>(
  agent: Agent<S>,
  options: ServerOptions = {},
): AgentServer {
  const { log = logToStderr } = options;
  const store = serverStore(agent.store);
  const worker = startWorker({ ...agent, store }, { ...options, log });
  const stopping = new AbortController();
  const pollMs = agent.store.watch ? WATCHED_POLL_MS : UNWATCHED_POLL_MS;
  const context = { ...agent, store, worker, pollMs, stopping: stopping.signal };
  const app = createApp(options.basePath, log, stopping.signal);
  addOperations(app, { ...postHandlers(context), ...getHandlers(context) }, options);
  app.get('/healthz', healthHandler(store));
  return {
    fetch: async (request) => app.fetch(request),
    async stop(deadlineMs) {
      stopping.abort();
      return worker.stop(deadlineMs);
    },
  };
}

function createApp(basePath = '/', log: (line: string) => void, stopping: AbortSignal): Hono {
  const app = new Hono().basePath(basePath);
  app.use(async (_, next) => {
    if (stopping.aborted)
      throw new HttpError(503, 'The server is stopping.', { headers: retrySoon });
    await next();
  });
  let description: object | undefined;
  app.get('/openapi.json', () => Response.json((description ??= describeApi(basePath))));
  app.notFound(({ req }) => {
    const error = `There is no ${req.method} ${req.path.slice(0, 80)}.`;
    return Response.json({ error }, { status: 404 });
  });
  app.onError((error) => toErrorResponse(error, log));
  return app;
}

type Handlers = Record<OperationName, (request: ApiRequest) => Promise<Response>>;

function addOperations(app: Hono, handlers: Handlers, options: ServerOptions): void {
  for (const [name, handle] of Object.entries(handlers)) {
    const { method, path } = operations[name as OperationName];
    app.on(method, path, async ({ req }) => {
      const principal = await requirePrincipal(req.raw, options);
      return handle({ principal, id: req.param('id') ?? '', request: req.raw });
    });
  }
  for (const { path } of Object.values(operations))
    app.all(path, ({ req }) => refuseMethod(req.method, path));
}

async function requirePrincipal(request: Request, options: ServerOptions): Promise<Principal> {
  const { isPrivate = false } = options;
  const principal = await (options.authenticate ?? authenticate)(request, isPrivate);
  if (principal) return principal;
  const headers = { 'www-authenticate': 'Bearer' };
  throw new HttpError(401, 'Send a valid token: authorization: Bearer ...', { headers });
}

function refuseMethod(method: string, path: string): never {
  const allowed = Object.values<Operation>(operations)
    .filter((operation) => operation.path === path)
    .map((operation) => operation.method);
  const allow = allowed.join(', ');
  const headers = { allow };
  throw new HttpError(405, `This path supports ${allow}, not ${method}.`, { headers });
}
