import type { RunnerHost } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';

/** ms without an error after which it is logged again. */
const QUIET_MS = 60_000;

/** Returns a function that logs an error, but only once while the same one comes again. */
export function logErrors({ log }: Pick<RunnerHost, 'log'>, message: string) {
  const lastAt = new Map<string, number>();
  return (reason: unknown): void => {
    const error = oneLine(reason);
    const now = performance.now();
    for (const [text, at] of lastAt) if (now > at + QUIET_MS) lastAt.delete(text);
    if (!lastAt.has(error)) log({ level: 'error', message, error });
    lastAt.set(error, now);
  };
}
