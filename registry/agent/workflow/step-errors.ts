import { oneLine, promised, UnknownOutcome } from '../core/errors.ts';

/** The error of a call that did not run, because the pipeline asks for other steps now. */
export const CHANGED = 'not run: the code of the pipeline has changed';

/** The error of a part for which a person has to say how it ended. */
export const UNKNOWN = 'it is unknown whether this took effect';

/** Runs the code of a step. No error of it reads like one that only the engine writes. */
export function runOwn<C>(run: (context: C) => Promise<unknown>, context: C): Promise<unknown> {
  return promised(run)(context).catch((error: unknown) => {
    throw asOwn(error);
  });
}

function asOwn(error: unknown): unknown {
  const line = oneLine(error);
  const isOwn = error instanceof UnknownOutcome || ![CHANGED, UNKNOWN].includes(line);
  return isOwn ? error : new Error(`the step says: ${line}`);
}
