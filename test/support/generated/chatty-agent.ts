import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Agent } from '../../../registry/agent/core/agent.ts';
import type { Ask, Step } from '../../../registry/agent/core/event.ts';
import type { Model } from '../../../registry/agent/core/model.ts';
import type { Store } from '../../../registry/agent/core/store.ts';
import { oneOf, tool, type Action } from '../../../registry/agent/core/tool.ts';
import { toyAgent } from '../../../registry/agent/testing/toy-agent.ts';

type Options = {
  readonly store?: Store;
  /** Yields more and more of an answer; by default, twelve characters at a time. */
  readonly writes?: (answer: string) => AsyncIterable<string>;
  readonly ask?: Partial<Ask>;
};

const options = { timeoutMs: 5_000, onUnknownOutcome: 'retry' } as const;

/**
 * An agent that talks as agents of users do: its model plays `steps` in order, and writes each
 * answer piece by piece. A deployment needs approval.
 */
export function chattyAgent(steps: readonly Step[], more: Options = {}) {
  const { store, ask, writes = pieces } = more;
  const { agent: toy } = toyAgent([], store ? { store } : {});
  const model: Model = async ({ events, onText }) => {
    const step = steps[events.filter(({ type }) => type === 'tool_call').length] ?? over;
    const answer = JSON.stringify({ next_step: step });
    if (onText) for await (const text of writes(answer)) onText(text);
    return { step };
  };
  const agent: Agent<z.infer<typeof tools.schema>> = {
    ...toy,
    prompt: 'Talk.',
    tools,
    model,
    now: Date.now,
    policy: {
      ...toy.policy,
      needsApproval: ({ intent }) =>
        intent === 'deploy' ? { ask: 'it changes production', ...ask } : 'run',
      approvers: ['local', 'api', 'ada', 'bob'],
      budgets: { steps: 1_000, errorsInARow: 3, repeats: 1_000, tokens: 1_000_000 },
    },
  };
  return agent;
}

const over = { intent: 'done', message: 'That is all.' };

async function* pieces(answer: string): AsyncGenerator<string> {
  for (let end = 0; end < answer.length; end += 12) {
    yield answer.slice(0, end);
    await sleep(5);
  }
}

const run = () => Promise.resolve({ ok: true });
const check = tool({
  schema: z.object({ intent: z.literal('check_release'), version: z.string() }),
  ...options,
  run,
});
const deploy = tool({
  schema: z.looseObject({ intent: z.literal('deploy') }),
  ...options,
  run,
});
const question = {
  schema: z.object({ intent: z.literal('question'), text: z.string() }),
  awaits: 'answer' as const,
};
const done = {
  schema: z.object({ intent: z.literal('done'), message: z.string() }),
  awaits: 'message' as const,
};
const schema = oneOf({ check_release: check, deploy, question, done });

const tools = {
  schema,
  actionFor(step: z.infer<typeof schema>): Action {
    switch (step.intent) {
      case 'check_release':
        return check.action(step);
      case 'deploy':
        return deploy.action(step);
      case 'question':
        return question;
      case 'done':
        return done;
      default:
        return step satisfies never;
    }
  },
};
