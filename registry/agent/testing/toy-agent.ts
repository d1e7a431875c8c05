import * as z from 'zod';
import { contextWindow } from '../core/context.ts';
import type { Event, Step } from '../core/event.ts';
import type { Agent } from '../core/agent.ts';
import type { Policy, Verdict } from '../core/policy.ts';
import { memoryStore } from '../store/memory.ts';
import { append, load, type Store, type Thread } from '../core/store.ts';
import { oneOf, tool, type Action, type ToolContext } from '../core/tool.ts';

type ToyOptions = {
  store?: Store;
  /** Runs in both tools. */
  run?: (context: ToolContext) => Promise<unknown>;
  onUnknownOutcome?: 'retry' | 'ask_human';
  timeoutMs?: number;
  /** Whether both tools may return `pending()`. They may by default. */
  longRunning?: boolean | 'agents';
  /** The answer of the policy to `write`. */
  onWrite?: Verdict;
  /** Replaces other parts of the policy. */
  policy?: Partial<Policy>;
};

export const read = { intent: 'read' } as const;
export const write = { intent: 'write', to: 'production' } as const;
export const ask = { intent: 'ask', question: 'Which one?' } as const;
export const done = { intent: 'done' } as const;

/**
 * Builds an agent for tests, with its own tools and policy: they stay green when you change yours.
 * Its model plays `steps` in order. Set `clock.ms` to move the time. `ran` lists the tools that
 * ran, each with its key.
 */
export function toyAgent(steps: readonly Step[], options: ToyOptions = {}) {
  const { store = memoryStore(), onWrite = { ask: 'it writes' } } = options;
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') };
  const ran: string[] = [];
  const tools = toyTools(options, ran);
  const agent: Agent<z.infer<typeof tools.schema>> = {
    prompt: 'Play.',
    tools,
    policy: {
      needsApproval: ({ intent }) => (intent === 'write' ? onWrite : 'run'),
      approvers: ['ada', 'bob'],
      budgets: { steps: 20, errorsInARow: 3, repeats: 3, tokens: 1_000 },
      expiry: { afterMs: 30 * 86_400_000, outcome: 'denied' },
      ...options.policy,
    },
    model: ({ events }) => {
      const calls = events.filter(({ type }) => type === 'tool_call');
      return Promise.resolve({ step: steps[calls.length] });
    },
    store,
    context: contextWindow(),
    now: () => clock.ms,
  };
  return { agent, clock, ran };
}

const asking = {
  awaits: 'answer' as const,
  schema: z.object({ intent: z.literal('ask'), question: z.string() }),
};
const ending = {
  awaits: 'message' as const,
  schema: z.object({ intent: z.literal('done') }),
};

function toyTools(options: ToyOptions, ran: string[]) {
  const { run = () => Promise.resolve('ok'), onUnknownOutcome = 'retry', timeoutMs = 50 } = options;
  const { longRunning = true } = options;
  const settings = {
    timeoutMs,
    onUnknownOutcome,
    longRunning,
  };
  const record = (intent: string, context: ToolContext) => {
    ran.push(`${intent} ${context.idempotencyKey}`);
    return run(context);
  };
  const reading = tool({
    schema: z.object({ intent: z.literal('read') }),
    ...settings,
    run: (_, context) => record('read', context),
  });
  const writing = tool({
    schema: z.object({ intent: z.literal('write'), to: z.string() }),
    ...settings,
    run: ({ to }, context) => record(`write to ${to}`, context),
  });
  const schema = oneOf({
    read: reading,
    write: writing,
    ask: asking,
    done: ending,
  });

  function actionFor(step: z.infer<typeof schema>): Action {
    switch (step.intent) {
      case 'read':
        return reading.action(step);
      case 'write':
        return writing.action(step);
      case 'ask':
        return asking;
      case 'done':
        return ending;
      default:
        return step satisfies never;
    }
  }
  return { schema, actionFor };
}

/** Appends a message by ada. */
export async function hear({ store, now }: Agent, id: string, text = 'go'): Promise<Thread> {
  const at = new Date(now()).toISOString();
  return append(store, await load(store, id), {
    type: 'message',
    channel: 'test',
    from: 'ada',
    text,
    at,
  });
}

export const typesOf = (events: readonly Event[]): string =>
  events.map(({ type }) => type).join(' ');
