import type { RunnerHost } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';

/** ms before the same error is logged again: one that is away has it each second. */
const REPEAT_MS = 600_000;

/** Returns a function that logs an error, unless it has logged the same one not long ago. */
export function logErrors({ log }: Pick<RunnerHost, 'log'>, message: string) {
  const loggedAt = new Map<string, number>();
  return (reason: unknown): void => {
    const error = oneLine(reason);
    const now = performance.now();
    for (const [text, at] of loggedAt) if (now > at + REPEAT_MS) loggedAt.delete(text);
    if (loggedAt.has(error)) return;
    loggedAt.set(error, now);
    log({ level: 'error', message, error });
  };
}
