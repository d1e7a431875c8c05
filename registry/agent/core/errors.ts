/** What the model sees of a failure: its message from the start, in one line of at most 300 characters, never a stack. */
export function oneLine(error: unknown): string {
  const line = textOf(error).replace(/\s+/g, ' ').trim() || 'failed without a message';
  return line.length > 300 ? `${line.slice(0, 299).replace(/\p{Surrogate}$/u, '')}…` : line;
}

/** Anything can be thrown, even what cannot be made a text. */
function textOf(error: unknown): string {
  try {
    const { message, name } = Object(error ?? '');
    return String(
      message ||
        name ||
        (error && typeof error === 'object' ? JSON.stringify(error) : (error ?? '')),
    );
  } catch {
    return '';
  }
}

/** Throw it from a tool when nobody can know whether the effect took place. A time-out is one. */
export class UnknownOutcome extends Error {}

/** What a model cannot do, however often it is asked: a person has to see to it. */
export class PermanentModelError extends Error {}

/** What is wrong with a request: it makes no sense, nothing is there, they may not, or the thread has moved on. */
export type Fault = 'invalid' | 'unknown' | 'forbidden' | 'late';

/** A request that cannot be met, said to whoever made it. Without a `fault` it is not the request that is wrong. */
export class Refused extends Error {
  readonly fault: Fault | undefined;
  constructor(message: string, fault?: Fault) {
    super(message);
    this.fault = fault;
  }
}
