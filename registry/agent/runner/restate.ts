import { object, type ObjectContext } from '@restatedev/restate-sdk';
import { connect, Opts, SendOpts, type IngressSendOptions } from '@restatedev/restate-sdk-clients';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Runner, RunnerHost } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { jobQueue } from '../worker/job-queue.ts';
import { advanceWoken, type Wake } from './advance-woken.ts';
import { dueSearch } from './due-search.ts';
import { logRuns } from './log-runs.ts';
import { serveEndpoint, type EndpointAddress } from './restate-endpoint.ts';
import { wakeSender } from './wake-sender.ts';

/** ms between two searches for due threads, of all processes together. */
const SEARCH_MS = 5_000;
/** ms in which a thread that stays due is woken once. */
const DUE_SLOT_MS = 300_000;
/** ms after which a thread that runs is released. */
const RUN_MS = 300_000;
const SEND_MS = 10_000;
const SENDS_AT_ONCE = 32;

/**
 * Threads are never stuck: a wake that failed for ten minutes is given up, and its thread is found
 * when it is due. A wake may wait for its turn, and each step for a model, without a sign of life.
 */
const options = {
  retryPolicy: {
    initialInterval: 200,
    maxInterval: 10_000,
    maxAttempts: 65,
    onMaxAttempts: 'kill',
  },
  inactivityTimeout: { hours: 1 },
  abortTimeout: { hours: 1 },
  idempotencyRetention: { minutes: 10 },
  journalRetention: { minutes: 10 },
} as const;

export type RestateOptions = Partial<EndpointAddress> & {
  /** `RESTATE_INGRESS_URL` by default. */
  readonly ingress?: string | undefined;
  /** The start of the names of services. Give each agent one of its own. */
  readonly name?: string;
  /** ms after which a thread that runs is released, so that it can go on elsewhere. */
  readonly runMs?: number;
};

/**
 * Has Restate spread threads over any number of processes: each thread runs in one process at a
 * time, and owners take turns in each process.
 * @throws Refused without an address of Restate, or if strangers could start runs
 */
export function restateRunner(given: RestateOptions = {}): Runner {
  const { ingress = env('RESTATE_INGRESS_URL'), name = 'agent', runMs = RUN_MS } = given;
  if (!ingress) throw new Refused('Set RESTATE_INGRESS_URL in .env: Restate has the wakes.');
  return (host) => openRunner({ ...given, ingress, name, runMs }, logRuns(host));
}

type Settings = RestateOptions & {
  readonly ingress: string;
  readonly name: string;
  readonly runMs: number;
};
type Send = Pick<IngressSendOptions<Wake>, 'idempotencyKey' | 'delay'>;

function openRunner({ ingress, name, runMs, ...address }: Settings, host: RunnerHost) {
  const { advance, atOnce, log, signal } = host;
  const [threads, search] = [`${name}-threads`, `${name}-due-threads`];
  const restate = connect({ url: ingress });
  const turns = fairTurns(atOnce, signal);

  async function send(wake: Wake, settings: Send = {}): Promise<void> {
    const opts = SendOpts.from<Wake>({ ...settings, timeout: SEND_MS });
    const to = { service: threads, handler: 'advance', key: wake.id };
    await restate.send({ ...to, parameter: wake, opts });
  }

  /** Failures of one thread that fall into one wait are one wake. */
  async function wakeAgain(wake: Wake, delay: number): Promise<void> {
    if (delay === 0) return await send(wake);
    const idempotencyKey = `${wake.id}:again:${delay}:${slotOf(delay)}`;
    await send(wake, { delay, idempotencyKey });
  }

  const { wake, flush } = wakeSender((wakes) => forEach(wakes, send), host);

  /** Has no step that is recorded: any version of this code can take over a wake of any other. */
  const advancing = async (context: ObjectContext, woken: Wake): Promise<void> => {
    const lost = context.request().attemptCompletedSignal;
    await turns.take(woken, lost, async () => {
      const release = new AbortController();
      const timer = setTimeout(() => release.abort(), runMs);
      lost.addEventListener('abort', () => release.abort());
      const run = (id: string, failures: number) => advance(id, failures, release.signal);
      await advanceWoken(woken, run, wakeAgain).finally(() => clearTimeout(timer));
    });
  };

  const due: { readonly wake: Wake; readonly idempotencyKey: string }[] = [];
  const findDue = dueSearch(host, (id, owner, thread) => {
    const idempotencyKey = `${id}:${thread.version}:${thread.due}:${slotOf(DUE_SLOT_MS)}`;
    due.push({ wake: { id, owner }, idempotencyKey });
  });
  const searching = reported(log, 'The due threads cannot be woken', async () => {
    await findDue();
    await forEach(due.splice(0), ({ wake: found, ...key }) => send(found, key));
  });

  /** Of all processes, the first in each slot has Restate start a search. All wait for its end. */
  async function searchRegularly(every: number): Promise<void> {
    const call = reported(log, 'Restate starts no search for due threads', async () => {
      const opts = Opts.from<undefined, undefined>({ idempotencyKey: `${slotOf(every)}`, signal });
      const to = { service: search, handler: 'search', key: 'all' };
      await restate.call({ ...to, parameter: undefined, opts });
    });
    while (!signal.aborted) {
      await call();
      await sleep(every, undefined, { signal }).catch(() => undefined);
    }
  }

  function start() {
    const services = [
      object({ name: threads, handlers: { advance: advancing }, options }),
      object({ name: search, handlers: { search: searching }, options }),
    ];
    const every = host.everyMs ?? SEARCH_MS;
    if (every < Infinity) void searchRegularly(every);
    return serveEndpoint(services, addressOf(address), host);
  }
  const endpoint = atOnce === 0 ? undefined : start();

  return {
    wake,
    running: turns.running,
    async stop() {
      await flush();
      await turns.close();
      await endpoint?.stop();
    },
  };
}

/** Runs at most `atOnce` threads. Owners take turns. */
function fairTurns(atOnce: number, signal: AbortSignal) {
  type Turn = { readonly start: () => Promise<void>; readonly leave: (error: Error) => void };
  const waiting = new Map<string, Turn>();
  const jobs = jobQueue(atOnce, async (id) => {
    const turn = waiting.get(id);
    waiting.delete(id);
    await turn?.start();
  });
  const stopping = () => new Error('This process stops: Restate starts the thread in another one.');
  signal.addEventListener('abort', () => {
    for (const { leave } of waiting.values()) leave(stopping());
    waiting.clear();
  });
  return {
    /** Does the work, unless Restate has lost sight of this attempt before its turn. */
    take: ({ id, owner }: Wake, lost: AbortSignal, work: () => Promise<void>) =>
      new Promise<void>((resolve, leave) => {
        if (signal.aborted) return leave(stopping());
        const start = async () => (lost.aborted ? undefined : await work());
        waiting.set(id, { start: () => start().then(resolve, leave), leave });
        jobs.add(id, owner);
      }),
    running: jobs.running,
    close: jobs.close,
  };
}

/** @throws Refused if other machines can reach the address, and requests are not signed */
function addressOf(given: Partial<EndpointAddress>): EndpointAddress {
  const {
    host = env('RESTATE_HOST') ?? '127.0.0.1',
    port = Number(env('RESTATE_PORT') ?? '9080'),
    admin = env('RESTATE_ADMIN_URL'),
    identityKeys = env('RESTATE_IDENTITY_KEYS')?.split(',') ?? [],
  } = given;
  const { url = env('RESTATE_SERVICE_URL') ?? `http://127.0.0.1:${port}` } = given;
  const isPrivate = ['127.0.0.1', 'localhost', '::1'].includes(host);
  if (isPrivate || identityKeys.length > 0) return { host, port, url, admin, identityKeys };
  throw new Refused(`Set RESTATE_IDENTITY_KEYS in .env: other machines can reach ${host}.`);
}

/** Logs an error of `work` when it first occurs. */
function reported(log: RunnerHost['log'], problem: string, work: () => Promise<void>) {
  let lastError = '';
  return async (): Promise<void> => {
    try {
      await work();
      lastError = '';
    } catch (error) {
      const reason = oneLine(error);
      if (reason !== lastError) log({ level: 'error', message: problem, error: reason });
      lastError = reason;
    }
  };
}

/** The number of a stretch of time: the same in all processes. */
const slotOf = (ms: number) => Math.floor(Date.now() / ms);

/** @throws the first error, after which the other work goes on */
async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const workers = Array.from({ length: SENDS_AT_ONCE }, async () => {
    for (const item of rest) await work(item);
  });
  await Promise.all(workers);
}

const env = (name: string) => process.env[name]?.trim() || undefined;
