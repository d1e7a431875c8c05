import * as z from 'zod';
import { oneOf, tool, type Action, type Tools } from '../core/tool.ts';
import { services } from '../target/target.ts';
import { runDeployment } from '../tools/deploy.ts';
import { doneForNow } from '../tools/done_for_now.ts';
import { requestClarification } from '../tools/request_clarification.ts';

const rollBack = tool({
  schema: z
    .object({ intent: z.literal('roll_back'), service: z.enum(services), tag: z.string() })
    .describe('Deploy an earlier tag of one service to production.'),
  timeoutMs: 60_000,
  onUnknownOutcome: 'retry',
  longRunning: true,
  run: ({ service, tag }, context) =>
    runDeployment({ key: context.idempotencyKey, service, tag }, context),
});

const schema = oneOf({
  roll_back: rollBack,
  request_clarification: requestClarification,
  done_for_now: doneForNow,
});
export type RollbackStep = z.infer<typeof schema>;

function actionFor(step: RollbackStep): Action {
  switch (step.intent) {
    case 'roll_back':
      return rollBack.action(step);
    case 'request_clarification':
      return requestClarification;
    case 'done_for_now':
      return doneForNow;
    default:
      return step satisfies never;
  }
}

export const rollbackTools: Tools<RollbackStep> = { schema, actionFor };
