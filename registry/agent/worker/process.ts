import { setTimeout as sleep } from 'node:timers/promises';
import { oneLine, Refused } from '../core/errors.ts';
import type { Store } from '../core/store.ts';
import { toStderr } from './log.ts';

const LONGEST_LOOK_MS = 5_000;

/** Something that runs until it is stopped. `stop` resolves to the threads that it could not finish in time. */
export type Running = { stop(): Promise<readonly string[]> };

const signals = ['SIGTERM', 'SIGINT'];
/** ms in which a second signal is the first one again: a watcher passes Ctrl-C on, which has come from the terminal too. */
const ECHO_MS = 500;

/** Runs until SIGTERM or SIGINT, then stops in order; one more signal, later than that, ends it at once. */
export async function runUntilSignal(start: () => Promise<Running>): Promise<void> {
  try {
    const asked = new Promise((resolve) =>
      signals.forEach((signal) => process.on(signal, resolve)),
    );
    const running = await start();
    await asked;
    const endingAt = Date.now();
    signals.forEach((signal) =>
      process.on(signal, () => Date.now() > endingAt + ECHO_MS && process.exit(1)),
    );
    const left = await running.stop();
    if (left.length > 0)
      console.error(`Still in flight: ${left.join(', ')}. They are taken up once they are due.`);
    process.exit(0);
  } catch (error) {
    toStderr(isTheirs(error) ? error.message : oneLine(error));
    process.exit(1);
  }
}

/** @throws Refused if the store never can be used, such as one of a later version; one that is away is waited for */
export async function assertStore(store: Store): Promise<void> {
  const looked = store.list({ limit: 1 }).catch((error: unknown) => {
    if (isTheirs(error)) throw error;
  });
  await Promise.race([looked, sleep(LONGEST_LOOK_MS, undefined, { ref: false })]);
}

/** What a person can put right. */
const isTheirs = (error: unknown): error is Error => error instanceof Refused;
