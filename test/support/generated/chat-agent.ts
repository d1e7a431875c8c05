import * as z from 'zod';
import type { Agent } from '../../../registry/agent/core/agent.ts';
import { contextWindow } from '../../../registry/agent/core/context.ts';
import type { Event, Step } from '../../../registry/agent/core/event.ts';
import { oneOf, pending, tool } from '../../../registry/agent/core/tool.ts';
import { memoryStore } from '../../../registry/agent/store/memory.ts';
import { doneForNow } from '../../../registry/agent/tools/done_for_now.ts';
import { requestClarification } from '../../../registry/agent/tools/request_clarification.ts';

const options = { timeoutMs: 60_000, onUnknownOutcome: 'retry' as const };
const look = tool({
  ...options,
  schema: z.object({ intent: z.literal('look_up'), order: z.string() }),
  run: ({ order }) => Promise.resolve({ order, state: 'shipped' }),
});
const refund = tool({
  ...options,
  schema: z.object({ intent: z.literal('refund'), order: z.string(), usd: z.number() }),
  run: ({ order, usd }) => Promise.resolve(`${usd} for ${order}`),
});
const ship = tool({
  ...options,
  longRunning: true,
  schema: z.object({ intent: z.literal('ship') }),
  run: () => Promise.resolve(pending(60_000)),
});
const schema = oneOf({
  look_up: look,
  refund,
  ship,
  request_clarification: requestClarification,
  done_for_now: doneForNow,
});

export const say = (message: string): Step => ({ intent: 'done_for_now', message });
export const askFor = (question: string): Step => ({ intent: 'request_clarification', question });

/** The part of the script: returns the next step of a thread with these events. */
export type Script = (events: readonly Event[]) => Step | Promise<Step>;

/** An agent for chats in tests. Bob and ada approve refunds. */
export function chatAgent(script: Script | readonly Step[], changes: Partial<Agent> = {}): Agent {
  const next: Script =
    typeof script === 'function'
      ? script
      : (events) => script[events.filter(({ type }) => type === 'tool_call').length] ?? say('?');
  return {
    prompt: 'Chat.',
    tools: {
      schema,
      actionFor(step: Step) {
        // A draft asks with the intent alone.
        if (step.intent === 'request_clarification') return requestClarification;
        if (step.intent === 'done_for_now') return doneForNow;
        const one = schema.parse(step);
        if (one.intent === 'look_up') return look.action(one);
        return one.intent === 'refund' ? refund.action(one) : ship.action({ intent: 'ship' });
      },
    },
    policy: {
      needsApproval: ({ intent }) => (intent === 'refund' ? { ask: 'it pays money' } : 'run'),
      approvers: ['ada', 'bob'],
      budgets: { steps: 20, errorsInARow: 3, repeats: 3, tokens: 100_000 },
      expiry: { afterMs: 86_400_000, outcome: 'denied' },
    },
    model: async ({ events }) => ({ step: await next(events) }),
    store: memoryStore(),
    context: contextWindow(),
    now: Date.now,
    ...changes,
  };
}
