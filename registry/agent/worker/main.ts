import { Refused } from '../core/errors.ts';
import { logToStderr } from './log.ts';
import {
  assertReadyUnattended,
  assertUsableStore,
  runUntilSignal,
  threadsAtOnce,
} from './process.ts';
import { startWorker } from './worker.ts';

/**
 * Runs a worker without a server.
 * It advances due threads, beside servers on the same store.
 */
void runUntilSignal(async () => {
  const { agent } = await import('../agent.ts');
  assertReadyUnattended(agent);
  const atOnce = threadsAtOnce(agent);
  if (atOnce === 0) throw new Refused('AT_ONCE=0 is for servers: this worker would do nothing.');
  await assertUsableStore(agent.store);
  logToStderr({ level: 'info', message: 'Advancing due threads. Ctrl-C stops.' });
  return startWorker(agent, { atOnce });
});
