import type { Event, EventOf } from '../core/event.ts';
import type { State, Status } from '../core/thread.ts';
import { readAnswer } from './answers.ts';
import { CHANGED, UNKNOWN } from './step-errors.ts';

/** How a step ended. `unknown`: a person has to say. */
export type StepOutcome =
  | {
      readonly kind: 'result';
      readonly result: unknown;
      /** A person said so, and may say it again. */
      readonly isTold?: boolean;
    }
  | {
      readonly kind: 'failed' | 'denied' | 'unknown';
      readonly error: string;
    };

/** Reads how a part of a call ended. */
export function partOutcome({ result, error }: EventOf<'part_ended'>): StepOutcome {
  if (error === undefined) return { kind: 'result', result };
  return {
    kind: error === UNKNOWN ? 'unknown' : 'failed',
    error,
  };
}

/**
 * Reads how a call ended. Undefined if it did nothing: then the pipeline asks for its steps again.
 */
export function callOutcome(event: Event, { status }: State): StepOutcome | undefined {
  switch (event.type) {
    case 'tool_result':
      return { kind: 'result', result: event.result };
    case 'tool_error':
      return errorOutcome(event.error, status);
    case 'approval':
      return {
        kind: 'denied',
        error: event.comment ?? `denied by ${event.by}`,
      };
    case 'expired':
      return {
        kind: 'denied',
        error: 'no answer in time',
      };
    case 'human_response':
      return readAnswer(event.text);
    case 'forked':
      return { kind: 'unknown', error: UNKNOWN };
    default:
      return undefined;
  }
}

/**
 * `status` is the one before. The report of another system, for which the call waits, can read like
 * an error of the engine: then a person has to say.
 */
function errorOutcome(error: string, status: Status): StepOutcome | undefined {
  if (error !== CHANGED) return { kind: 'failed', error };
  return status === 'waiting_for_result' ? { kind: 'unknown', error: UNKNOWN } : undefined;
}

/** Whether the open call may have done something before an event closed it. */
export function mayHaveRun({ open, status }: State, event: Event): boolean {
  const isNotRun = event.type === 'tool_error' && !errorOutcome(event.error, status);
  return (open?.attempt ?? 0) > (isNotRun ? 1 : 0);
}
