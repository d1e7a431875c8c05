import { redact } from './sanitize.ts';

const MAX_LINE_CHARS = 300;

/**
 * Returns an error's message as one line of at most 300 characters, without the stack and without
 * secrets: by default, those of the environment.
 */
export function oneLine(error: unknown, secrets?: readonly string[]): string {
  const message = redact(messageOf(error), secrets);
  const line = message.replace(/\s+/g, ' ').trim() || 'failed without a message';
  if (line.length <= MAX_LINE_CHARS) return line;
  return `${line.slice(0, MAX_LINE_CHARS - 1).replace(/\p{Surrogate}$/u, '')}…`;
}

/** Anything can be thrown, even a value that cannot be converted to a string. */
function messageOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return String(error ?? '');
    if ('message' in error && error.message) return String(error.message);
    if ('name' in error && error.name) return String(error.name);
    return JSON.stringify(error);
  } catch {
    return '';
  }
}

/** Throw it from a tool if it is unknown whether the effect took place. A timeout is one. */
export class UnknownOutcome extends Error {}

/** A model failure that retrying cannot fix. The thread is handed to a person. */
export class PermanentModelError extends Error {}

/** Wrong input, nothing found, not allowed, or the thread has moved on. */
export type Fault = 'invalid' | 'unknown' | 'forbidden' | 'late';

/** A request that cannot be met. Without a `fault`, the cause is not in the request. */
export class Refused extends Error {
  readonly fault: Fault | undefined;
  constructor(message: string, fault?: Fault) {
    super(message);
    this.fault = fault;
  }
}

/** Makes a function that returns its result, or what it throws, as a promise. */
export function promised<A extends readonly unknown[], R>(run: (...args: A) => R) {
  return (...args: A) => new Promise<R>((resolve) => resolve(run(...args)));
}
