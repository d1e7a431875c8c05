import { object, type ObjectContext } from '@restatedev/restate-sdk';
import type { OpenRunner, Runner, RunnerHost } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import { jobQueue } from '../worker/job-queue.ts';
import { advanceWoken, type Wake } from './advance-woken.ts';
import { logRuns } from './log-runs.ts';
import { addressOf, env, serveEndpoint, type EndpointAddress } from './restate-endpoint.ts';
import { restateWakes } from './restate-wakes.ts';

/** ms after which a thread that runs is released. */
const RUN_MS = 300_000;

/**
 * A wake that has failed for ten minutes is given up, so that it does not block its thread. The
 * thread is found when it is due. A wake may wait for its turn, or for a model, for a long time.
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
  const { ingress = env('RESTATE_INGRESS_URL') } = given;
  if (!ingress) throw new Refused('Set RESTATE_INGRESS_URL in .env: Restate starts the runs.');
  return (host) => openRunner({ ...given, ingress }, logRuns(host));
}

type Settings = RestateOptions & { readonly ingress: string };

function openRunner(settings: Settings, host: RunnerHost): OpenRunner {
  const { ingress, name = 'agent', runMs = RUN_MS, ...address } = settings;
  const names = { threads: `${name}-threads`, search: `${name}-due-threads` };
  const wakes = restateWakes(ingress, names, host);
  const turns = fairTurns(host);

  /** Records no steps in Restate: any version of this code can take over a wake of another one. */
  async function advancing(context: ObjectContext, wake: Wake): Promise<void> {
    const lost = context.request().attemptCompletedSignal;
    await turns.take(wake, lost, async () => {
      const release = new AbortController();
      const timer = setTimeout(() => release.abort(), runMs);
      lost.addEventListener('abort', () => release.abort());
      const run = (id: string, failures: number) => host.advance(id, failures, release.signal);
      await advanceWoken(wake, { ...host, advance: run }, wakes.wakeAgain).finally(() =>
        clearTimeout(timer),
      );
    });
  }

  async function searching(): Promise<void> {
    await wakes.wakeDue();
  }

  function start() {
    const services = [
      object({ name: names.threads, handlers: { advance: advancing }, options }),
      object({ name: names.search, handlers: { search: searching }, options }),
    ];
    const served = serveEndpoint(services, addressOf(address), host);
    void wakes.searchRegularly();
    return served;
  }
  const endpoint = host.atOnce === 0 ? undefined : start();

  return {
    wake: wakes.wake,
    running: turns.running,
    async stop() {
      await turns.close();
      await wakes.flush();
      await endpoint?.stop();
    },
  };
}

/** Runs as many threads at the same time as the process may. Owners take turns. */
function fairTurns({ atOnce, signal }: RunnerHost) {
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
