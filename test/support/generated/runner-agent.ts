import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Agent } from '../../../registry/agent/core/agent.ts';
import type { Event } from '../../../registry/agent/core/event.ts';
import { contextWindow } from '../../../registry/agent/core/context.ts';
import { wrapStore, type Store } from '../../../registry/agent/core/store.ts';
import { oneOf, tool, type Action, type ToolContext } from '../../../registry/agent/core/tool.ts';
import { wholeLines } from './whole-lines.ts';

const MODEL_MS = 20;

/** What a process did. All processes of a test write to one file. */
export type Entry = {
  readonly at: number;
  readonly pid: number;
  readonly what: 'model' | 'tool' | 'tool ended' | 'search' | 'search ended' | 'bug';
  readonly thread?: string;
  /** The intent of a tool, or how many calls the thread had when the model was asked. */
  readonly step?: string | number;
};

export type Ledger = ReturnType<typeof openLedger>;

export function openLedger(path: string) {
  return {
    add: (entry: Omit<Entry, 'at' | 'pid'>) => {
      const line: Entry = { at: Date.now(), pid: process.pid, ...entry };
      appendFileSync(path, `${JSON.stringify(line)}\n`);
    },
    all: (): readonly Entry[] => wholeLines(path).map((line) => JSON.parse(line)),
  };
}

export type Faults = {
  /** While this file exists, an append after which a thread is done takes until it is gone. */
  readonly holdFile: string;
  /** ms that a search for due threads takes. */
  readonly searchMs: number;
  /** Each thread that thinks is due, too. */
  readonly isAlwaysDue: boolean;
};

/** The store of a process, with faults. It writes down each search for due threads. */
export function faultyStore(store: Store, ledger: Ledger, faults: Faults): Store {
  const { holdFile, searchMs, isAlwaysDue } = faults;
  return wrapStore(store, {
    async append(id, version, event, index) {
      const isDue = isAlwaysDue && index.status === 'thinking';
      const saved = isDue ? { ...index, due: new Date().toISOString() } : index;
      const next = await store.append(id, version, event, saved);
      while (index.status === 'done' && existsSync(holdFile)) await sleep(20);
      return next;
    },
    async list(query) {
      if (query.dueBefore === undefined) return await store.list(query);
      ledger.add({ what: 'search' });
      const found = await store.list(query);
      await sleep(searchMs);
      ledger.add({ what: 'search ended' });
      return found;
    },
  });
}

export type Behaviour = {
  readonly timeoutMs: number;
  /** ms in which a question expires. */
  readonly expiryMs: number;
  /** While this file exists, no thread can go on. */
  readonly bugFile: string;
  /** Whether the policy asks a person before `once`. */
  readonly asksBeforeOnce: boolean;
};

/** The first message of a thread, as JSON. */
export type Script = { readonly name: string; readonly steps: readonly unknown[] };

function scriptOf(events: readonly Event[]): Script {
  const [first] = events;
  return first?.type === 'message' && first.text ? JSON.parse(first.text) : { name: '', steps: [] };
}

const ms = z.number();
const steps = {
  repeat: z.object({ intent: z.literal('repeat'), ms }),
  once: z.object({ intent: z.literal('once'), ms }),
  ask: z.object({ intent: z.literal('ask'), question: z.string() }),
  done: z.object({ intent: z.literal('done') }),
};

/**
 * An agent whose model plays the steps of the script in the first message, and then is done.
 * `repeat` may run again after an unknown outcome, `once` may not.
 */
export function runnerAgent(store: Store, ledger: Ledger, behaviour: Behaviour) {
  const { timeoutMs, expiryMs, bugFile, asksBeforeOnce } = behaviour;
  async function run(step: { intent: string; ms: number }, { signal, thread }: ToolContext) {
    const entry = { thread: scriptOf(thread.events).name, step: step.intent };
    ledger.add({ what: 'tool', ...entry });
    await sleep(step.ms, undefined, { signal });
    ledger.add({ what: 'tool ended', ...entry });
    return 'ok';
  }
  const repeat = tool({ schema: steps.repeat, timeoutMs, onUnknownOutcome: 'retry', run });
  const once = tool({ schema: steps.once, timeoutMs, onUnknownOutcome: 'ask_human', run });
  const ask = { awaits: 'answer' as const, schema: steps.ask };
  const done = { awaits: 'message' as const, schema: steps.done };
  const schema = oneOf({ repeat, once, ask, done });
  const agent: Agent<z.infer<typeof schema>> = {
    prompt: 'Play.',
    tools: {
      schema,
      actionFor(step): Action {
        if (step.intent === 'repeat') return repeat.action(step);
        if (step.intent === 'once') return once.action(step);
        return step.intent === 'ask' ? ask : done;
      },
    },
    policy: {
      needsApproval: ({ intent }) =>
        intent === 'once' && asksBeforeOnce ? { ask: 'once is new' } : 'run',
      approvers: ['ada'],
      budgets: { steps: 100, errorsInARow: 3, repeats: 100, tokens: 1_000 },
      expiry: { afterMs: expiryMs, outcome: 'denied' },
    },
    prefetch: async (_, { events }) => {
      if (!existsSync(bugFile)) return undefined;
      ledger.add({ what: 'bug', thread: scriptOf(events).name });
      throw new TypeError('x is not a function');
    },
    async model({ events, signal }) {
      const { name, steps: played } = scriptOf(events);
      const step = events.filter(({ type }) => type === 'tool_call').length;
      ledger.add({ what: 'model', thread: name, step });
      await sleep(MODEL_MS, undefined, { signal });
      return { step: played[step] ?? { intent: 'done' } };
    },
    store,
    context: contextWindow(),
    now: () => Date.now(),
  };
  return agent;
}
