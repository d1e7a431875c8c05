import { Hono } from 'hono';
import type { Step } from '../core/event.ts';
import type { Agent } from '../core/agent.ts';
import { toStderr } from '../worker/log.ts';
import { startWorker, type WorkerOptions } from '../worker/worker.ts';
import { actsOf } from './post-handlers.ts';
import { operations } from '../api/api.ts';
import { authenticate, type Principal } from './authenticate.ts';
import { Problem, toResponse } from './http-errors.ts';
import { describeApi } from './openapi.ts';
import { withOutages } from './server-store.ts';
import { readsOf } from './get-handlers.ts';
import { toActRoute, toReadRoute, type Site } from './post-handlers.ts';
import { withWakes } from './server-store.ts';

/** ms between two looks for new events, with a store that tells of them and with one that does not. */
const [TOLD_MS, UNTOLD_MS] = [10_000, 1_000];

export type ServerOptions = WorkerOptions & {
  /** Says who sends a request; by default `authenticate.ts` does. */
  authenticate?(request: Request, isPrivate: boolean): Promise<Principal | undefined>;
  /** Only this machine can reach the server. */
  readonly isPrivate?: boolean;
  /** The path that it is mounted under, if the requests it gets still have it: `/agent`. */
  readonly basePath?: string;
};

export type AgentServer = {
  fetch(request: Request): Promise<Response>;
  /** Ends event streams, and stops the worker. @returns the threads still in flight after `deadlineMs` */
  stop(deadlineMs?: number): Promise<readonly string[]>;
};

/** An agent over HTTP. A request is answered once its event is saved; a worker moves the thread on after that. */
export function agentServer<S extends Step>(
  agent: Agent<S>,
  options: ServerOptions = {},
): AgentServer {
  const { basePath = '/', isPrivate = false, log = toStderr } = options;
  const mine = { ...agent, store: withWakes(withOutages(agent.store)) };
  const worker = startWorker(mine, { ...options, log });
  const ending = new AbortController();
  const identify = async (request: Request) =>
    (options.authenticate ?? authenticate)(request, isPrivate);
  const lookEveryMs = agent.store.watch ? TOLD_MS : UNTOLD_MS;
  const app = toApp(
    { ...mine, worker, identify, log, lookEveryMs, ending: ending.signal },
    basePath,
  );
  return {
    fetch: async (request) => app.fetch(request),
    async stop(deadlineMs) {
      ending.abort();
      return worker.stop(deadlineMs);
    },
  };
}

function toApp(site: Site, basePath: string): Hono {
  const app = new Hono().basePath(basePath);
  app.use(async (_, next) => {
    if (site.ending.aborted)
      throw new Problem(503, 'The server is stopping.', { 'retry-after': '5' });
    await next();
  });
  const [acts, reads] = [actsOf(site), readsOf(site)];
  const act = toActRoute(site);
  app.post(operations.launch.path, act(operations.launch, acts.launch));
  app.post(operations.say.path, act(operations.say, acts.say));
  app.post(operations.respond.path, act(operations.respond, acts.respond));
  app.post(operations.approve.path, act(operations.approve, acts.approve));
  app.post(operations.report.path, act(operations.report, acts.report));
  app.post(operations.cancel.path, act(operations.cancel, acts.cancel));
  const read = toReadRoute(site);
  app.get(operations.list.path, read(reads.list));
  app.get(operations.get.path, read(reads.get));
  app.get(operations.events.path, read(reads.events));
  app.get('/healthz', async () => reads.health());
  let description: object | undefined;
  app.get('/openapi.json', () => Response.json((description ??= describeApi(basePath))));
  for (const { path } of Object.values(operations))
    app.all(path, (c) => wrongMethod(c.req.method, path));
  app.notFound((c) =>
    Response.json(
      { error: `There is no ${c.req.method} ${c.req.path.slice(0, 80)}.` },
      { status: 404 },
    ),
  );
  app.onError((error) => toResponse(error, site.log));
  return app;
}

function wrongMethod(method: string, path: string): never {
  const there = Object.values(operations).filter((operation) => operation.path === path);
  const allow = there.map((operation) => operation.method).join(', ');
  throw new Problem(405, `${method} is not for this; ${allow} is.`, { allow });
}
