import type { Event } from '../../registry/agent/core/event.ts';
import { advance } from '../../registry/agent/core/loop.ts';
import type { Store } from '../../registry/agent/core/store.ts';
import { done, hear, read, toyAgent } from '../../registry/agent/testing/toy-agent.ts';
import { answer } from '../agents/play.ts';

/** Tool steps of a thread. A step has three events: a call, its start and its result. */
export const steps = 20;
export const appends = 3 * steps;
/** The number of listed threads, which wait for a person and have one event. */
export const waiting = 10_000;

const at = '2026-01-01T00:00:00.000Z';
const due = '2026-02-01T00:00:00.000Z';
const open = { call_id: 't_4k7x2p:1', intent: 'deploy', awaits: 'approval', due } as const;
const usage = { input_tokens: 0, output_tokens: 0 };
const details = { first_message: 'x'.repeat(200), open, usage, created: at, updated: at };
export const index = { status: 'thinking', due, owner: 'ada', details } as const;
export const paused = { ...index, status: 'waiting_for_human' } as const;

const empty: Event = { type: 'message', channel: 'bench', from: 'ada', text: '', at };
/** 300 bytes as JSON. */
export const event: Event = { ...empty, text: 'x'.repeat(300 - JSON.stringify(empty).length) };

/** Ids of the inserted threads, from 0. */
export const filledId = (number: number): string => `filled_${number}`;
export const waitingId = (number: number): string => `waiting_${number}`;
/** Longer than the ids of the agent: a hundred thousand of them must differ. */
export const newId = (): string => `t_${crypto.randomUUID().slice(-12)}`;

const budgets = { steps: Infinity, errorsInARow: 3, repeats: Infinity, tokens: Infinity };

/** Runs threads of 62 events by the real loop: a message, twenty tool steps, and done. */
export function threadRunner(store: Store, wanted = steps): () => Promise<void> {
  const { agent } = toyAgent([], { run: async () => answer, timeoutMs: 10_000 });
  const model: typeof agent.model = async ({ events }) => ({
    step: countCalls(events) < wanted ? read : done,
  });
  const playing = { ...agent, model, policy: { ...agent.policy, budgets }, store, now: Date.now };
  return async () => {
    const id = newId();
    await hear(playing, id);
    const { state, events } = await advance(playing, id);
    const expected = 3 * wanted + 2;
    if (state.status !== 'done' || events.length !== expected)
      throw new Error(
        `The thread is ${state.status} with ${events.length} events, not done with ${expected}.`,
      );
  };
}

const countCalls = (events: readonly Event[]): number =>
  events.filter(({ type }) => type === 'tool_call').length;
