import { parseJson } from '../core/json.ts';
import type { StepOutcome } from './outcomes.ts';

/** Says how to answer when it is unknown how a step ended. */
export const HOW_TO_ANSWER =
  'Answer "done", "done" and its result as JSON, "failed" and why, or "retry".';

/**
 * Reads how a step ended from the answer of a person. Undefined: it is to run again. `unknown`: the
 * answer is none of these, and nothing is guessed.
 */
export function readAnswer(text: string): StepOutcome | undefined {
  const [, word = '', rest = ''] = /^\s*(\w+)[\s:,.]*([^]*)$/.exec(text) ?? [];
  switch (word.toLowerCase()) {
    case 'retry':
      return rest === '' ? undefined : unclear(text);
    case 'failed':
      return {
        kind: 'failed',
        error: rest.trim() || 'failed',
      };
    case 'done':
      return readResult(rest.trim()) ?? unclear(text);
    default:
      return unclear(text);
  }
}

/** Whether an answer leaves out a call that never ran. */
export const isSkip = (text: string) => /^\s*skip\W*$/i.test(text);

function readResult(json: string): StepOutcome | undefined {
  if (json === '') return { kind: 'result', result: null, isTold: true };
  const result = parseJson(json);
  return result === undefined ? undefined : { kind: 'result', result, isTold: true };
}

const unclear = (text: string): StepOutcome => ({
  kind: 'unknown',
  error: text,
});
