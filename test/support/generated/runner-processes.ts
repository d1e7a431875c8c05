import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { load } from '../../../registry/agent/core/store.ts';
import { killChildren, startChild, type Child } from './child.ts';
import type { ProcessTask } from './children/runner-process.ts';
import { engines, type Engine, type EngineAddress } from './engines.ts';
import { send } from './http.ts';
import { linesIn } from './log-lines.ts';
import { openStore } from './open-store.ts';
import { openLedger, type Entry } from './runner-agent.ts';
import { closePlaces, newFolder, newSpace } from './store-places.ts';

/** The own worker, and every engine. */
const runners = [{ name: 'local' as const, missing: undefined }, ...engines];

type RunnerKind = (typeof runners)[number];

/** Starts the server of an engine. */
async function openEngine(kind: RunnerKind): Promise<Engine | undefined> {
  return 'open' in kind ? await kind.open(newFolder('engine')) : undefined;
}

export type Running = Child & {
  /** Where a server listens. */
  readonly url: string;
  readonly pid: number;
  kill(): Promise<unknown>;
  /** Sends SIGTERM. Resolves to the exit code and the ms until the process had ended. */
  stop(): Promise<{ readonly code: number | null; readonly ms: number }>;
};

type Limits = Pick<EngineAddress, 'perOwner' | 'overall'>;
type Options = Partial<Omit<ProcessTask, 'faults' | 'behaviour'>> &
  Partial<ProcessTask['faults']> &
  Partial<ProcessTask['behaviour']>;

/** Opens a place for threads of their own, and starts processes on it. */
async function openPlace(
  { name }: Pick<RunnerKind, 'name'>,
  server: Engine | undefined,
  limits: Limits = {},
) {
  const folder = newFolder('threads');
  const address = { name: 'file', where: folder, space: newSpace() } as const;
  const [holdFile, bugFile] = [join(folder, 'hold'), join(folder, 'bug')];
  const ledgerPath = join(folder, 'ledger');
  const space = `s${newSpace()}`;
  const engine =
    name === 'local' || !server ? undefined : { name, url: server.url, space, ...limits };
  mkdirSync(folder, { recursive: true });
  const store = await openStore(address);
  const ledger = openLedger(ledgerPath);
  const processes: Running[] = [];

  async function start(kind: 'server' | 'worker', options: Options = {}): Promise<Running> {
    const { searchMs = 0, isAlwaysDue = false, ...more } = options;
    const { timeoutMs = 60_000, expiryMs = 3_600_000, asksBeforeOnce = false, ...rest } = more;
    const task: ProcessTask = {
      kind,
      address,
      engine,
      ledger: ledgerPath,
      atOnce: 16,
      everyMs: 500,
      ...rest,
      faults: { holdFile, searchMs, isAlwaysDue },
      behaviour: { timeoutMs, expiryMs, bugFile, asksBeforeOnce },
    };
    const child = startChild('runner-process.ts', JSON.stringify(task));
    await vi.waitFor(() => expect([child.lines().length, child.err()]).not.toEqual([0, '']), {
      timeout: 60_000,
      interval: 20,
    });
    await vi.waitFor(() => expect(child.lines(), child.err()).toHaveLength(1), {
      timeout: 30_000,
    });
    const running: Running = {
      ...child,
      url: child.lines()[0] ?? '',
      pid: child.child.pid ?? 0,
      kill: async () => (child.child.kill('SIGKILL'), await child.ended),
      async stop() {
        const from = performance.now();
        child.child.kill('SIGTERM');
        const code = await child.ended;
        return { code, ms: Math.round(performance.now() - from) };
      },
    };
    processes.push(running);
    return running;
  }

  return {
    store,
    ledger,
    holdFile,
    bugFile,
    processes,
    server: (options?: Options) => start('server', options),
    worker: (options?: Options) => start('worker', options),
    /** The server of most tests: with an engine, it only wakes others. */
    front: (options?: Options) => start('server', { ...options, ...(engine && { atOnce: 0 }) }),
    statusOf: async (id: string) => (await load(store, id)).state.status,
    /** The entries of one kind, of a thread or of all. */
    entries: (what: Entry['what'], thread?: string) =>
      ledger
        .all()
        .filter((entry) => entry.what === what && [undefined, entry.thread].includes(thread)),
    /** Ends all processes. @throws if one had an error that no code handled, or a line is no log */
    async close(): Promise<void> {
      for (const one of processes) await one.kill();
      for (const { err } of processes) expect(unhandledIn(err())).toEqual([]);
    },
  };
}

export type Place = Awaited<ReturnType<typeof openPlace>>;

const unhandled = /no code awaited it|uncaught exception/;

/** The lines about errors that no code handled. @throws for a line that is not of the log */
function unhandledIn(err: string) {
  return linesIn(err).filter(({ message }) => unhandled.test(message));
}

/** Launches a thread. Its first message is its name and the steps of its model. */
export async function launch(
  { url }: Pick<Running, 'url'>,
  name: string,
  steps: readonly unknown[] = [],
  owner = 'ada',
): Promise<string> {
  const message = JSON.stringify({ name, steps });
  const answer = await send(url, 'POST', '/threads', {
    body: { message },
    headers: { 'x-name': owner },
  });
  expect(answer.status, answer.text).toBe(202);
  return JSON.parse(answer.text).id;
}

/** Adds a message to a thread. */
export async function say({ url }: Pick<Running, 'url'>, id: string, message: string) {
  const answer = await send(url, 'POST', `/threads/${id}/messages`, { body: { message } });
  expect(answer.status, answer.text).toBe(202);
}

/** The most entries of `what` that had no `what ended` yet at the same time. */
export function mostAtOnce({ ledger }: Place, what: 'tool' | 'search'): number {
  let [running, most] = [0, 0];
  for (const entry of ledger.all()) {
    if (entry.what === what) running += 1;
    if (entry.what === `${what} ended`) running -= 1;
    most = Math.max(most, running);
  }
  return most;
}

/** Waits until it is true. */
export const eventually = async (look: () => unknown, timeout = 20_000): Promise<void> =>
  void (await vi.waitFor(look, { timeout, interval: 50 }));

export type RunnerUnderTest = {
  readonly name: RunnerKind['name'];
  /** Whether other processes than the one that wakes a thread may move it. */
  readonly hasEngine: boolean;
  /** The server of the engine. @throws for the own worker */
  engine(): Engine;
  /** Opens a place. Its processes are ended after the test. */
  open(limits?: Limits): Promise<Place>;
};

/** Runs the tests for each runner, on an engine of its own. */
export const describeRunners = (tests: (runner: RunnerUnderTest) => void): void =>
  describeEach(runners, tests);

/** Runs the tests for each runner that has an engine. */
export const describeEngines = (tests: (runner: RunnerUnderTest) => void): void =>
  describeEach(engines, tests);

function describeEach(
  kinds: readonly RunnerKind[],
  tests: (runner: RunnerUnderTest) => void,
): void {
  describe.each(kinds)('$name', (kind) => {
    if (kind.missing !== undefined) return test.skip(kind.missing, () => {});
    let engine: Engine | undefined;
    const places: Place[] = [];
    beforeAll(async () => {
      engine = await openEngine(kind);
    });
    afterEach(async () => {
      for (const place of places.splice(0)) await place.close();
    });
    afterAll(async () => {
      killChildren();
      await engine?.stop();
      await closePlaces();
    });
    tests({
      name: kind.name,
      hasEngine: 'open' in kind,
      engine() {
        if (!engine) throw new Error('it has no engine');
        return engine;
      },
      async open(limits) {
        const place = await openPlace(kind, engine, limits);
        places.push(place);
        return place;
      },
    });
  });
}
