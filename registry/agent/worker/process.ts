import { setTimeout as sleep } from 'node:timers/promises';
import { assertReady, modelsInUse, type Agent } from '../core/agent.ts';
import { oneLine, Refused } from '../core/errors.ts';
import type { Store } from '../core/store.ts';
import { logToStderr } from './log.ts';

/** A server or a worker. `stop` resolves to the threads that are still running. */
export type Stoppable = { readonly stop: () => Promise<readonly string[]> };

const signals = ['SIGTERM', 'SIGINT'];

/** Ignore a repeated signal within this many ms: a watcher may forward the same Ctrl-C. */
const REPEATED_SIGNAL_MS = 500;

/**
 * Starts a server or worker, stops it on SIGTERM or SIGINT, and ends the process. A second signal
 * ends the process at once. A stray rejection in a tool is logged and ends nothing: other threads
 * run in this process. After an uncaught exception, it stops in order and exits with 1.
 */
export async function runUntilSignal(start: () => Promise<Stoppable>): Promise<void> {
  process.on('unhandledRejection', (reason: unknown) => {
    const message = 'A promise was rejected, and no code awaited it';
    logToStderr({ level: 'error', message, error: oneLine(reason) });
  });
  try {
    const end = nextEnd();
    const started = await start();
    const exitCode = await end;
    exitOnSecondSignal();
    logToStderr({ level: 'info', message: 'Stopping.' });
    const running = await started.stop();
    if (running.length > 0) {
      const message = `Still running: ${running.join(', ')}. They continue once they are due.`;
      logToStderr({ level: 'warn', message });
    }
    process.exit(exitCode);
  } catch (error) {
    const message = error instanceof Refused ? error.message : oneLine(error);
    logToStderr({ level: 'error', message });
    process.exit(1);
  }
}

/** Resolves to the exit code, on a signal or after an uncaught exception. */
function nextEnd(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of signals) process.on(signal, () => resolve(0));
    process.on('uncaughtException', (error: unknown) => {
      const message = 'Stopping after an uncaught exception';
      logToStderr({ level: 'error', message, error: oneLine(error) });
      resolve(1);
    });
  });
}

function exitOnSecondSignal(): void {
  const firstAt = Date.now();
  const exit = () => Date.now() > firstAt + REPEATED_SIGNAL_MS && process.exit(1);
  for (const signal of signals) process.on(signal, exit);
}

/**
 * Checks the models of a process that no person watches: a scripted model must not answer there in
 * place of a real one.
 * @throws Refused, also as `assertReady` does
 */
export function assertReadyUnattended(agent: Agent): void {
  const models = modelsInUse(agent);
  assertReady(models);
  const [instead] = models.flatMap(({ scripted }) => scripted?.instead ?? []);
  if (instead === undefined) return;
  const problem = 'No model key, and only the terminal falls back to the scripted model.';
  const advice = 'or wire the scripted model by name in agent.ts';
  throw new Refused(`${problem} Either ${instead}, ${advice}.`);
}

/**
 * Reads AT_ONCE: the threads that this process advances at the same time. With 0, it wakes them in
 * other processes, which needs a runner with an engine.
 * @throws Refused
 */
export function threadsAtOnce({ runner }: Agent): number {
  const text = process.env['AT_ONCE']?.trim() || '64';
  const atOnce = Number(text);
  if (!Number.isInteger(atOnce) || atOnce < 0 || atOnce > 10_000)
    throw new Refused(`AT_ONCE must be a number from 0 to 10000, not ${text.slice(0, 20)}.`);
  if (atOnce === 0 && !runner)
    throw new Refused('With AT_ONCE=0, no thread would go on: agent.ts has no runner.');
  return atOnce;
}

/** ms to wait for a store before the start. */
const STORE_CHECK_MS = 5_000;

/**
 * Checks that this version can use the store. A store that does not answer passes: requests wait
 * until it does.
 * @throws Refused for a store of a later version
 */
export async function assertUsableStore(store: Store): Promise<void> {
  const checked = store.list({ limit: 1 }).catch((error: unknown) => {
    if (error instanceof Refused) throw error;
  });
  await Promise.race([checked, sleep(STORE_CHECK_MS, undefined, { ref: false })]);
}
