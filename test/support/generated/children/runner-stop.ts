import { setTimeout as sleep } from 'node:timers/promises';
import { startWorker } from '../../../../registry/agent/worker/worker.ts';
import { toyAgent } from '../../../../registry/agent/testing/toy-agent.ts';
import { runnerAt, type EngineAddress } from '../engines.ts';

/** Works for a second, and says "stopped" and how many ms it took. Nothing else ends its process. */
const engine: EngineAddress = JSON.parse(process.argv[2] ?? '');
const { agent } = toyAgent([]);
const worker = startWorker({ ...agent, runner: await runnerAt(engine) });
await sleep(1_000);
const from = performance.now();
await worker.stop();
process.stdout.write(`stopped ${Math.round(performance.now() - from)}\n`);
