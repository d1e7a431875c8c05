import * as z from 'zod';
import { contextWindow } from '../../../registry/agent/core/context.ts';
import type { Agent } from '../../../registry/agent/core/agent.ts';
import type { Store } from '../../../registry/agent/core/store.ts';
import {
  oneOf,
  pending,
  tool,
  type Action,
  type ToolContext,
} from '../../../registry/agent/core/tool.ts';

const gates = {
  run: 'run',
  ask: { ask: 'somebody should look' },
  deny: { deny: 'never' },
} as const;
const work = {
  what: z.string(),
  ends: z.enum(['well', 'badly', 'later']),
  gate: z.enum(['run', 'ask', 'deny']),
};
const repeatable = z.object({ intent: z.literal('repeatable'), ...work });
const careful = z.object({ intent: z.literal('careful'), ...work });
const asking = {
  awaits: 'answer' as const,
  schema: z.object({ intent: z.literal('ask'), question: z.string() }),
};
const ending = { awaits: 'message' as const, schema: z.object({ intent: z.literal('done') }) };

export type Work = z.infer<typeof repeatable> | z.infer<typeof careful>;
export type Play = Work | z.infer<typeof asking.schema> | z.infer<typeof ending.schema>;

/**
 * What the person says who wants a step taken once more: nothing else makes the model repeat one.
 */
export const AGAIN = 'nothing came of it: again';
const LATER_MS = 3_600_000;

type Parts = {
  readonly store: Store;
  readonly now: () => number;
  readonly script: readonly Play[];
  /** What a tool does outside. */
  readonly act: (step: Work, context: ToolContext) => Promise<void>;
  readonly timeoutMs?: number;
};

/**
 * An agent that plays a script with tools of both kinds. A step says how it ends, and what the
 * policy thinks of it.
 */
export function victim({ store, now, script, act, timeoutMs = 5_000 }: Parts): Agent<Play> {
  const run = async (step: Work, context: ToolContext) => {
    await act(step, context);
    if (step.ends === 'badly') throw new Error('it went badly');
    return step.ends === 'later' ? pending(LATER_MS) : { did: step.what };
  };
  const waits = { timeoutMs, longRunning: true, run };
  const retrying = tool({ schema: repeatable, onUnknownOutcome: 'retry', ...waits });
  const once = tool({ schema: careful, onUnknownOutcome: 'ask_human', ...waits });

  function actionFor(step: Play): Action {
    switch (step.intent) {
      case 'repeatable':
        return retrying.action(step);
      case 'careful':
        return once.action(step);
      case 'ask':
        return asking;
      case 'done':
        return ending;
      default:
        return step satisfies never;
    }
  }

  return {
    prompt: 'Play.',
    tools: {
      schema: oneOf({ repeatable: retrying, careful: once, ask: asking, done: ending }),
      actionFor,
    },
    policy: {
      needsApproval: (step) => ('gate' in step ? gates[step.gate] : 'run'),
      approvers: ['ada', 'bob', 'eve'],
      budgets: { steps: 100, errorsInARow: 9, repeats: 9, tokens: 1_000 },
      expiry: { afterMs: 30 * 86_400_000, outcome: 'denied' },
    },
    model: async ({ events }) => {
      const taken = events.filter(({ type }) => type === 'tool_call').length;
      const repeated = events.filter(
        (event) => event.type === 'human_response' && event.text === AGAIN,
      ).length;
      return { step: script[taken - repeated] ?? { intent: 'done' } };
    },
    store,
    context: contextWindow(),
    now,
  };
}
