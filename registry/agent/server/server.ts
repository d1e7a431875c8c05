import { Hono } from 'hono';
import { setMaxListeners } from 'node:events';
import { operationNames, operations, type OperationName } from '../api/api.ts';
import type { Agent, OpenTrigger } from '../core/agent.ts';
import type { Step } from '../core/event.ts';
import { isName } from '../core/policy.ts';
import { loggingStore } from '../worker/log-events.ts';
import type { Log } from '../worker/log.ts';
import { logOf, orAbort, runWorker, type Worker, type WorkerOptions } from '../worker/worker.ts';
import type { ApiRequest, Sender } from './access.ts';
import { authenticate, neededInPublic, type Principal } from './authenticate.ts';
import { draftsOf } from './drafts.ts';
import { getHandlers, healthHandler } from './get-handlers.ts';
import { HttpError, retrySoon, toErrorResponse } from './http-errors.ts';
import { describeApi } from './openapi.ts';
import { postHandlers } from './post-handlers.ts';
import { isReportToken, verifyClaim, type ReportClaim } from './report-token.ts';
import { sharingStore } from './sharing-store.ts';
import { timeLimitedStore } from './time-limited-store.ts';
import { watchableStore } from './watchable-store.ts';

/** ms between two reads of a streamed thread, if the store can watch. */
const WATCHED_POLL_MS = 10_000;
/** ms between two reads of a streamed thread, if the store cannot watch. */
const UNWATCHED_POLL_MS = 1_000;

export type ServerOptions = WorkerOptions & {
  /** Returns the sender, or undefined for 401. The default is in `authenticate.ts`. */
  readonly authenticate?: typeof authenticate;
  /** Only this machine can reach the server. */
  readonly isPrivate?: boolean;
  /** The start of each path, such as `/agent`, if the server is mounted in another. */
  readonly basePath?: string;
};

export type AgentServer = Pick<Worker, 'triggers'> & {
  fetch: (request: Request) => Promise<Response>;
  /**
   * Ends event streams and stops the worker.
   * @returns the threads that are still running after `deadlineMs`
   */
  stop: (deadlineMs?: number) => Promise<readonly string[]>;
};

/**
 * Serves an agent over HTTP. A request is answered once its event is saved; after that, a worker
 * advances the thread.
 */
export function agentServer<S extends Step>(
  agent: Agent<S>,
  options: ServerOptions = {},
): AgentServer {
  const { basePath } = options;
  const log = logOf(options);
  // An append that outlasts the time limit is logged once it is saved.
  const logging = loggingStore(agent.store, log);
  const store = watchableStore(timeLimitedStore(logging));
  const api = (request: Request) => serve(atBase(request, basePath));
  const senderOf = (request: Request) => requirePrincipal(request, options);
  const stopping = new AbortController();
  const drafts = draftsOf(agent, stopping.signal);
  const { listenerFor } = drafts;
  const run = () => runWorker({ ...agent, store, listenerFor }, { ...options, log, api, senderOf });
  const worker = orAbort(stopping, run);
  const hasToken = neededInPublic.some((name) => process.env[name]?.trim());
  const isForUsers = options.authenticate !== undefined || !options.isPrivate || hasToken;
  if (isForUsers && agent.policy.approvers.length === 0) {
    log({ level: 'warn', message: 'No request can approve: APPROVERS names no one.' });
  }
  const pollMs = agent.store.watch ? WATCHED_POLL_MS : UNWATCHED_POLL_MS;
  const { signal } = stopping;
  // Each open event stream listens to it.
  setMaxListeners(0, signal);
  const context = { ...agent, store, worker, drafts, pollMs, stopping: signal };
  const reading = { ...context, store: sharingStore(store) };
  const handlers = { ...postHandlers(context), ...getHandlers(reading) };
  const app = createApp({ basePath, log, stopping: signal });
  addOperations(app, handlers, options);
  addTriggers(app, worker.triggers);
  app.get('/healthz', healthHandler(store, worker.triggers));
  const serve = async (request: Request) => await app.fetch(request);
  return {
    fetch: serve,
    triggers: worker.triggers,
    stop(deadlineMs) {
      stopping.abort();
      return worker.stop(deadlineMs);
    },
  };
}

/** Puts the path of a request below that of the server. */
function atBase(request: Request, basePath = ''): Request {
  const url = new URL(request.url);
  url.pathname = basePath.replace(/\/$/, '') + url.pathname;
  return new Request(url, request);
}

type AppOptions = {
  readonly basePath: string | undefined;
  readonly stopping: AbortSignal;
  readonly log: Log;
};

function createApp({ basePath = '/', log, stopping }: AppOptions): Hono {
  // Not strict: a slash at the end of a path means nothing.
  const app = new Hono({ strict: false }).basePath(basePath);
  app.use(async (_, next) => {
    if (stopping.aborted) {
      const message = 'The server is stopping.';
      throw new HttpError(503, message, { headers: retrySoon });
    }
    await next();
  });
  let description: object | undefined;
  app.get('/openapi.json', () => {
    description ??= describeApi(basePath);
    return Response.json(description);
  });
  app.notFound(({ req }) => {
    const { pathname } = new URL(req.url);
    const error = `There is no ${req.method} ${pathname.slice(0, 80)}.`;
    return Response.json({ error }, { status: 404 });
  });
  app.onError((error) => toErrorResponse(error, log));
  return app;
}

function addTriggers(app: Hono, triggers: ReadonlyMap<string, OpenTrigger>): void {
  for (const [path, { fetch }] of triggers) {
    if (!fetch) continue;
    app.all(`/${path}`, ({ req }) => fetch(req.raw));
    app.all(`/${path}/*`, ({ req }) => fetch(req.raw));
  }
}

type Handler = (request: ApiRequest) => Promise<Response>;
type Handlers = Readonly<Record<OperationName, Handler>>;

function addOperations(app: Hono, handlers: Handlers, options: ServerOptions): void {
  for (const name of operationNames) {
    const { method, path } = operations[name];
    app.on(method, path, async ({ req }) => {
      const id = req.param('id') ?? '';
      const claim = name === 'report' ? claimOf(req.raw) : undefined;
      const principal = claim ? reporter : await requirePrincipal(req.raw, options);
      return handlers[name]({ principal, id, claim, request: req.raw });
    });
  }
  for (const { path } of Object.values(operations))
    app.all(path, ({ req }) => refuseMethod(req.method, path));
}

/** The sender of a request with a report token: it owns no thread, because it has no name. */
const reporter: Principal = { name: '' };

/** @throws HttpError for a token that was changed, also where a request needs none */
function claimOf({ headers }: Request): ReportClaim | undefined {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  const claim = verifyClaim(token);
  if (!claim && isReportToken(token)) throw new HttpError(401, 'This report token is not valid.');
  return claim;
}

/** @throws HttpError for an unknown sender */
async function requirePrincipal(
  request: Request,
  { isPrivate = false, ...options }: ServerOptions,
): Promise<Principal> {
  const identify = options.authenticate ?? authenticate;
  const principal = await identify(request, isPrivate);
  if (principal && isName(principal.name)) return withStrictFlags(principal);
  if (principal) throw new HttpError(401, 'The sender has no name: see authenticate.');
  const headers = { 'www-authenticate': 'Bearer' };
  const message = 'Send a valid token: authorization: Bearer ...';
  throw new HttpError(401, message, { headers });
}

/** Only `true` gives a right: a database may return 1, or the text "false". */
function withStrictFlags({ name, ...flags }: Sender): Sender {
  return { name, isOperator: flags.isOperator === true, isLocal: flags.isLocal === true };
}

function refuseMethod(method: string, path: string): never {
  const allow = Object.values(operations)
    .filter((operation) => operation.path === path)
    .map((operation) => operation.method)
    .join(', ');
  const message = `This path supports ${allow}, not ${method}.`;
  throw new HttpError(405, message, { headers: { allow } });
}
