import { assertReadyUnattended } from '../model/ready.ts';
import { assertStore, runUntilSignal } from './process.ts';
import { startWorker } from './worker.ts';

/** A worker alone: it moves on what is due, beside servers on the same store. */
void runUntilSignal(async () => {
  const { agent } = await import('../agent.ts');
  assertReadyUnattended(agent);
  await assertStore(agent.store);
  console.error('Working on what is due. Ctrl-C stops.');
  return startWorker(agent);
});
