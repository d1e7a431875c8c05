import { setTimeout as sleep } from 'node:timers/promises';
import { startWorker } from '../../../../registry/agent/worker/worker.ts';
import { openLedger } from '../effects.ts';
import { openStore, type Address } from '../open-store.ts';
import { everything, pipelineOn } from '../pipelines.ts';

export type WorkerTask = {
  readonly address: Address;
  readonly ledger: string;
  /** Its clock is at this time in ms where the machine's is, too, and runs so much faster. */
  readonly from: number;
  readonly speed: number;
};

/** A worker that does the pipelines of a store until it is killed. Says "ready" and "stopped". */
const { address, ledger, from, speed }: WorkerTask = JSON.parse(process.argv[2] ?? '');
const [store, effects] = await Promise.all([openStore(address), openLedger(ledger)]);
const pauseMs = () => Math.random() * 15;

const { agent } = pipelineOn({
  store,
  pipeline: everything(async (name, key) => {
    await sleep(pauseMs());
    // A child's call would name another thread: these are steps of the pipeline itself.
    await effects.add({ thread: key.split(':')[0] ?? '', name, key });
    await sleep(pauseMs());
    if (name === 'fail') throw new Error('no disk');
    return name;
  }),
});
const now = () => from + (Date.now() - from) * speed;
const worker = startWorker({ ...agent, now }, { everyMs: 100, atOnce: 16, log: () => undefined });
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  void worker.stop().then(() => process.stdout.write('stopped\n', () => process.exit(0)));
});
