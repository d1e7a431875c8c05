import type * as z from 'zod';
import { requestClarification } from './tools/request_clarification.ts';
import { doneForNow } from './tools/done_for_now.ts';
import { oneOf, type Action, type Tools } from './core/tool.ts';

/** The steps that the model may choose. Add yours: the compiler then asks for its case below. */
export const nextStep = oneOf({
  request_clarification: requestClarification,
  done_for_now: doneForNow,
});
export type NextStep = z.infer<typeof nextStep>;

/** Maps a next step to its action. The model only proposes; this switch decides what runs. */
function actionFor(step: NextStep): Action {
  switch (step.intent) {
    case 'request_clarification':
      return requestClarification;
    case 'done_for_now':
      return doneForNow;
    default:
      return step satisfies never;
  }
}

export const tools: Tools<NextStep> = { schema: nextStep, actionFor };
