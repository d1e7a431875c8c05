import { serve } from '@hono/node-server';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { agentServer } from '../../../../registry/agent/server/server.ts';
import { runUntilSignal, threadsAtOnce } from '../../../../registry/agent/worker/process.ts';
import { startWorker } from '../../../../registry/agent/worker/worker.ts';
import { runnerAt, type EngineAddress } from '../engines.ts';
import { openStore, type Address } from '../open-store.ts';
import {
  faultyStore,
  openLedger,
  runnerAgent,
  type Behaviour,
  type Faults,
} from '../runner-agent.ts';

export type ProcessTask = {
  readonly kind: 'server' | 'worker';
  readonly address: Address;
  /** Without one, it has its own worker. */
  readonly engine?: EngineAddress | undefined;
  /** A file that all processes write to. */
  readonly ledger: string;
  readonly atOnce: number;
  readonly everyMs?: number;
  readonly retryMs?: number;
  readonly faults: Faults;
  readonly behaviour: Behaviour;
};

/** A server or a worker, until a signal. Prints its URL, or "working", once it runs. */
const task: ProcessTask = JSON.parse(process.argv[2] ?? '');
const { kind, address, engine, ledger: path, atOnce, everyMs, retryMs, faults, behaviour } = task;
process.env['AT_ONCE'] = String(atOnce);

void runUntilSignal(async () => {
  const ledger = openLedger(path);
  const store = faultyStore(await openStore(address), ledger, faults);
  const runner = engine && (await runnerAt(engine));
  const agent = { ...runnerAgent(store, ledger, behaviour), ...(runner && { runner }) };
  const options = {
    atOnce: threadsAtOnce(agent),
    ...(everyMs !== undefined && { everyMs }),
    ...(retryMs !== undefined && { retryMs }),
  };
  if (kind === 'worker') {
    const worker = startWorker(agent, options);
    process.stdout.write('working\n');
    return worker;
  }
  const authenticate = async ({ headers }: Request) => ({
    name: headers.get('x-name') ?? 'ada',
    isOperator: true,
  });
  const server = agentServer(agent, { ...options, authenticate });
  const listener = serve({ fetch: server.fetch, hostname: '127.0.0.1', port: 0 });
  await once(listener, 'listening');
  process.stdout.write(`http://127.0.0.1:${(listener.address() as AddressInfo).port}\n`);
  return {
    async stop() {
      listener.close();
      return await server.stop();
    },
  };
});
