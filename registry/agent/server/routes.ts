import type { Context } from 'hono';
import type * as z from 'zod';
import { Refused } from '../core/errors.ts';
import type { Agent } from '../core/agent.ts';
import { load, type Store, type Thread } from '../core/store.ts';
import type { Worker } from '../worker/worker.ts';
import type { Call } from './acts.ts';
import type { Accepted, Failure } from '../api/api.ts';
import type { Principal } from './authenticate.ts';
import { readBody } from './body.ts';
import { noStore, Problem, toResponse } from './failure.ts';

/** What all routes share. */
export type Site = Pick<Agent, 'store' | 'now' | 'policy'> & {
  readonly worker: Worker;
  identify(request: Request): Promise<Principal | undefined>;
  log(line: string): void;
  /** ms between two looks for new events. */
  readonly lookEveryMs: number;
  /** Fires when the server ends. */
  readonly ending: AbortSignal;
};

type Route = (c: Context) => Promise<Response>;

/** Makes routes of what is done to threads: checked, saved, answered with 202; then the worker moves the thread on. */
export const toActRoute =
  (site: Site) =>
  <B>(
    { body }: { readonly body: z.ZodType<B> },
    perform: (call: Call<B>) => Promise<Thread>,
  ): Route =>
  async (c) => {
    const id = c.req.param('id') ?? '';
    try {
      const principal = await principalOf(site, c.req.raw);
      const call = { principal, id, key: keyOf(c), body: await readBody(c.req.raw, body) };
      const { state, ...thread } = await perform(call);
      site.worker.advance(thread.id);
      const accepted: Accepted = { id: thread.id, status: state.status };
      return c.json(accepted, 202, noStore);
    } catch (error) {
      const isLate = error instanceof Refused && error.fault === 'late';
      return toResponse(error, site.log, isLate ? await whereItIs(site.store, id) : {});
    }
  };

export type Read = (principal: Principal, id: string, request: Request) => Promise<Response>;

export const toReadRoute =
  (site: Site) =>
  (read: Read): Route =>
  async (c) =>
    read(await principalOf(site, c.req.raw), c.req.param('id') ?? '', c.req.raw);

/** @throws Problem */
async function principalOf({ identify }: Site, request: Request): Promise<Principal> {
  const principal = await identify(request);
  if (principal) return principal;
  throw new Problem(401, 'Send a valid token: authorization: Bearer ...', {
    'www-authenticate': 'Bearer',
  });
}

function keyOf(c: Context): string | undefined {
  const key = c.req.header('idempotency-key');
  if (key === undefined || (key !== '' && key.length <= 255)) return key;
  throw new Problem(400, 'An Idempotency-Key has 1 to 255 characters.');
}

async function whereItIs(store: Store, id: string): Promise<Partial<Failure>> {
  const { state } = await load(store, id);
  return { status: state.status, open: state.open ?? null };
}
