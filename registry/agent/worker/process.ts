import { oneLine, Refused } from '../errors.ts';

/** Something that runs until it is stopped. `stop` resolves to the threads that it could not finish in time. */
export type Running = { stop(): Promise<readonly string[]> };

const signals = ['SIGTERM', 'SIGINT'];
/** ms in which a second signal is the first one again: a watcher passes Ctrl-C on, which has come from the terminal too. */
const ECHO_MS = 500;

/** Runs until SIGTERM or SIGINT, then stops in order; one more signal, later than that, ends it at once. */
export async function runUntilSignal(start: () => Promise<Running>): Promise<void> {
  try {
    const running = await start();
    await new Promise((resolve) => signals.forEach((signal) => process.on(signal, resolve)));
    const endingAt = Date.now();
    signals.forEach((signal) => process.on(signal, () => Date.now() > endingAt + ECHO_MS && process.exit(1)));
    const left = await running.stop();
    if (left.length > 0) console.error(`Still in flight: ${left.join(', ')}. They are taken up once they are due.`);
    process.exit(0);
  } catch (error) {
    console.error(isTheirs(error) ? error.message : oneLine(error));
    process.exit(1);
  }
}

/** What a person can put right. */
const isTheirs = (error: unknown): error is Error => error instanceof Refused;
