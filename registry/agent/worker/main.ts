import { agent } from '../agent.ts';
import { assertReadyAlone } from '../model/ready.ts';
import { runUntilSignal } from './process.ts';
import { startWorker } from './worker.ts';

/** A worker alone: it moves on what is due, beside servers on the same store. */
void runUntilSignal(async () => {
  assertReadyAlone(agent);
  console.error('Working on what is due. Ctrl-C stops.');
  return startWorker(agent);
});
